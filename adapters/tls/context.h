#ifndef HEADRACE_ADAPTERS_TLS_CONTEXT_H_
#define HEADRACE_ADAPTERS_TLS_CONTEXT_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/tls/identities.h"
#include "headrace/adapters/tls/openssl.h"
#include "headrace/adapters/tls/options.h"

namespace headrace::tls {

// The state that all channels of a Server or a Client share: OpenSSL's context, set up for HTTP.
class Context {
 public:
  // Sets what both roles have in common. Errors are one line.
  static adapters::StatusOr<std::unique_ptr<Context>> create(const SSL_METHOD* method,
                                                             const Options& options);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  SSL_CTX* get() const { return context_.get(); }
  // ProtocolNameList of RFC 7301 §3.1, without its length.
  const std::string& protocols() const { return protocols_; }
  bool has_http11() const { return has_http11_; }
  std::chrono::milliseconds handshake_timeout() const { return handshake_timeout_; }

  // Of a server; a client has none here.
  Identities& identities() { return identities_; }
  const Identities& identities() const { return identities_; }

  // Trusts the certificates in `pem`, whose names `ask` puts into the request for a client
  // certificate. `what`: for errors.
  adapters::Status trust(std::string_view pem, const std::string& what, bool ask);

 private:
  Context() = default;
  static void on_key_log(const SSL* ssl, const char* line);

  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context_;
  std::string protocols_;
  bool has_http11_ = false;
  std::chrono::milliseconds handshake_timeout_{0};
  std::function<void(std::string_view)> key_log_;
  Identities identities_;
};

// Whether HTTP/2 must not be spoken with the negotiated cipher (RFC 9113 §9.2.2, appendix A: all
// of TLS 1.2 without an ephemeral key exchange or without authenticated encryption).
bool is_inadequate(const SSL* ssl);

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_CONTEXT_H_
