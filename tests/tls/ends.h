#ifndef HEADRACE_TESTS_TLS_ENDS_H_
#define HEADRACE_TESTS_TLS_ENDS_H_

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/adapters/loop/secure_channel.h"
#include "headrace/adapters/tls/client.h"
#include "headrace/adapters/tls/server.h"
#include "tests/tls/certificates.h"

namespace headrace::tls {

inline constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);

// All of a channel's output, which is thereby sent.
inline std::string take_output(adapters::SecureChannel& channel) {
  std::string taken;
  for (const ConstBuffer& buffer : channel.pending_output()) {
    taken.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  channel.sent(taken.size());
  return taken;
}

// Gives a channel octets, `piece` at a time, and returns the plaintext.
inline std::string give(adapters::SecureChannel& channel, std::string_view ciphertext,
                        size_t piece = static_cast<size_t>(-1)) {
  std::string plaintext;
  uint8_t read[1'000];
  while (!ciphertext.empty()) {
    const std::string_view now = ciphertext.substr(0, piece);
    ciphertext.remove_prefix(now.size());
    // In memory of its own, so that AddressSanitizer sees what is read later.
    const std::string copy(now);
    channel.receive({reinterpret_cast<const uint8_t*>(copy.data()), copy.size()});
    while (const size_t size = channel.read(read)) {
      plaintext.append(reinterpret_cast<const char*>(read), size);
    }
  }
  return plaintext;
}

inline size_t write(adapters::SecureChannel& channel, std::string_view plaintext) {
  const ConstBuffer buffer{reinterpret_cast<const uint8_t*>(plaintext.data()), plaintext.size()};
  return channel.write({&buffer, 1});
}

// The two ends of a connection, back to back.
struct Ends {
  std::unique_ptr<Channel> server;
  std::unique_ptr<Channel> client;
  std::string server_read = {};
  std::string client_read = {};

  // Carries octets to and fro until none are left.
  void settle(size_t piece = static_cast<size_t>(-1)) {
    while (client->wants_output() || server->wants_output()) {
      server_read += give(*server, take_output(*client), piece);
      client_read += give(*client, take_output(*server), piece);
    }
  }
};

inline std::unique_ptr<Server> make_server(ServerOptions options) {
  auto made = Server::create(std::move(options));
  EXPECT_TRUE(made.ok()) << made.status();
  return std::move(*made);
}

inline std::unique_ptr<Client> make_client(const ClientOptions& options) {
  auto made = Client::create(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return std::move(*made);
}

inline ServerOptions server_options(const Pem& pem) {
  ServerOptions options;
  options.identities.push_back(pem.identity());
  return options;
}

inline ClientOptions client_options(const Authority& authority) {
  ClientOptions options;
  options.authorities = authority.pem();
  return options;
}

inline Ends connect(const Server& server, const Client& client,
                    const std::string& host = "example.org") {
  return {.server = server.accept(kNow), .client = client.connect(host, kNow)};
}

// OpenSSL itself as a client that need not behave, without code of the library.
class RawClient {
 public:
  explicit RawClient(const std::function<void(SSL*)>& configure = [](SSL*) {}) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
    configure(ssl_.get());
  }
  static void offer_h2(SSL* ssl) {
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>("\x02h2"), 3);
  }

  SSL* ssl() { return ssl_.get(); }
  void give(std::string_view octets) {
    BIO_write(SSL_get_rbio(ssl_.get()), octets.data(), static_cast<int>(octets.size()));
  }
  std::string take() {
    std::string taken(BIO_ctrl_pending(SSL_get_wbio(ssl_.get())), '\0');
    if (!taken.empty())
      BIO_read(SSL_get_wbio(ssl_.get()), taken.data(), static_cast<int>(taken.size()));
    return taken;
  }
  std::string heard;
  // Shakes hands with `server` and hears what it says.
  void settle(Channel& server) {
    for (int i = 0; i < 8; ++i) {
      SSL_do_handshake(ssl_.get());
      char read[1'000];
      int size = 0;
      while (SSL_is_init_finished(ssl_.get()) == 1 &&
             (size = SSL_read(ssl_.get(), read, sizeof(read))) > 0) {
        heard.append(read, static_cast<size_t>(size));
      }
      tls::give(server, take());
      give(take_output(server));
    }
  }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace headrace::tls

#endif  // HEADRACE_TESTS_TLS_ENDS_H_
