// Java's HttpClient as it is by default: over cleartext it asks for an upgrade to h2c first
// (RFC 7540 §3.2), which a server need not do. Requests to the server at args[0].
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

class Http1Client {
  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    for (int i = 1; i <= 20; ++i) {
      send(client, HttpRequest.newBuilder(URI.create(args[0] + "/bytes/" + 500 * i)));
    }
    for (int size : new int[] {0, 1, 300_000}) {
      send(client, HttpRequest.newBuilder(URI.create(args[0] + "/echo"))
          .expectContinue(size > 1)
          .POST(BodyPublishers.ofByteArray(new byte[size])));
    }
  }

  private static void send(HttpClient client, HttpRequest.Builder request) throws Exception {
    var response = client.send(request.build(), BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) throw new Exception("status " + response.statusCode());
  }
}
