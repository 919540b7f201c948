// Java's HttpClient against the server at URL, whose authority is in the file CA:
// java JavaClient.java URL CA. Prints a line for each conversation.

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class JavaClient {
  interface Conversation {
    void hold() throws Exception;
  }

  static String base;
  static HttpClient client;

  static HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(base + path));
  }

  static <T> T body(HttpResponse<T> response) {
    check(response.version() == HttpClient.Version.HTTP_2, "HTTP/2, not " + response.version());
    check(response.statusCode() == 200, "status " + response.statusCode());
    return response.body();
  }

  static void check(boolean condition, String what) {
    if (!condition) throw new IllegalStateException(what);
  }

  static void download() throws Exception {
    byte[] body = body(client.send(to("/bytes/3000000").build(), HttpResponse.BodyHandlers.ofByteArray()));
    check(body.length == 3000000, body.length + " octets");
  }

  static void upload() throws Exception {
    byte[] content = new byte[2000000];
    new Random(1).nextBytes(content);
    HttpRequest request = to("/echo").POST(HttpRequest.BodyPublishers.ofByteArray(content)).build();
    check(Arrays.equals(body(client.send(request, HttpResponse.BodyHandlers.ofByteArray())), content),
          "the echo differs");
  }

  static void many() throws Exception {
    var answers = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
    for (int n = 0; n < 90; ++n) {
      answers.add(client.sendAsync(to("/bytes/" + n).build(), HttpResponse.BodyHandlers.ofByteArray()));
    }
    for (int n = 0; n < 90; ++n) check(body(answers.get(n).get()).length == n, "octets of " + n);
  }

  static void cancelled() throws Exception {
    InputStream body =
        body(client.send(to("/bytes/1000000000").build(), HttpResponse.BodyHandlers.ofInputStream()));
    body.readNBytes(100000);
    body.close();
    download();
  }

  static void converse(String name, Conversation conversation) {
    try {
      conversation.hold();
      System.out.println("ok  " + name);
    } catch (Exception failure) {
      System.out.println("FAILED  " + name + ": " + failure);
    }
  }

  public static void main(String[] arguments) throws Exception {
    base = arguments[0];
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null);
    try (InputStream in = Files.newInputStream(Path.of(arguments[1]))) {
      roots.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    client = HttpClient.newBuilder().sslContext(context).build();
    converse("three megabytes", JavaClient::download);
    converse("POST, two megabytes", JavaClient::upload);
    converse("ninety requests at once", JavaClient::many);
    converse("a download that is cancelled", JavaClient::cancelled);
    System.out.println("done");
  }
}
