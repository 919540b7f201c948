#include "headrace/adapters/tls/context.h"

#include <openssl/pem.h>

#include <algorithm>
#include <utility>

namespace headrace::tls {
namespace {

constexpr size_t kMostOfAProtocol = 255;  // RFC 7301 §3.1: its length is one octet

// A server prefers AES with 128 bits, and ChaCha20 for clients that do (SSL_OP_PRIORITIZE_CHACHA):
// they have no instructions for AES.
constexpr const char* kTls13Ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

constexpr const char* kGroups = "X25519:P-256:P-384";

adapters::Status failure(const char* what) {
  return adapters::Status::unavailable(std::string(what) + ": " + take_error("OpenSSL failed"));
}

}  // namespace

adapters::StatusOr<std::unique_ptr<Context>> Context::create(const SSL_METHOD* method,
                                                             const Options& options) {
  std::unique_ptr<Context> made(new Context());
  made->context_.reset(SSL_CTX_new(method));
  SSL_CTX* context = made->get();
  if (context == nullptr) return failure("SSL_CTX_new");
  SSL_CTX_set_app_data(context, made.get());

  // RFC 9113 §9.2: TLS 1.2 or later; §9.2.1: neither compression nor renegotiation.
  const int lowest = options.lowest == Version::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
  SSL_CTX_set_min_proto_version(context, lowest);
  SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Without finite fields, where a client's cheap share costs a server milliseconds.
  if (SSL_CTX_set1_groups_list(context, kGroups) != 1) return failure("groups");
  // Idle connections own no buffers for records (34 KiB).
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_ciphersuites(context, kTls13Ciphers) != 1) return failure("TLS 1.3 ciphers");
  if (SSL_CTX_set_cipher_list(context, options.ciphers.c_str()) != 1) {
    ERR_clear_error();
    return adapters::Status::invalid("there is no cipher of TLS 1.2 in: " + options.ciphers);
  }

  if (options.protocols.empty()) return adapters::Status::invalid("no protocol is given");
  for (const std::string& protocol : options.protocols) {
    if (protocol.empty() || protocol.size() > kMostOfAProtocol) {
      return adapters::Status::invalid("a protocol's name has 1 to 255 octets");
    }
    made->protocols_.push_back(static_cast<char>(protocol.size()));
    made->protocols_.append(protocol);
    made->has_http11_ = made->has_http11_ || protocol == "http/1.1";
  }
  made->handshake_timeout_ = options.handshake_timeout;
  if (options.key_log) {
    made->key_log_ = options.key_log;
    SSL_CTX_set_keylog_callback(context, on_key_log);
  }
  return made;
}

void Context::on_key_log(const SSL* ssl, const char* line) {
  static_cast<Context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->key_log_(line);
}

adapters::Status Context::trust(std::string_view pem, const std::string& what, bool ask) {
  const BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  size_t count = 0;
  while (true) {
    const CertificatePtr certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    ++count;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(get()), certificate.get()) != 1) {
      return failure("X509_STORE_add_cert");
    }
    if (ask) SSL_CTX_add_client_CA(get(), certificate.get());
  }
  // The end of the text is an error, too, in OpenSSL's words.
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (count == 0) return adapters::Status::invalid(what + ": there is no certificate in PEM");
  if (!whole) return adapters::Status::invalid(what + ": a certificate is damaged");
  return adapters::Status();
}

bool is_inadequate(const SSL* ssl) {
  if (SSL_version(ssl) >= TLS1_3_VERSION) return false;
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  if (cipher == nullptr) return true;
  const int exchange = SSL_CIPHER_get_kx_nid(cipher);
  const bool ephemeral = exchange == NID_kx_ecdhe || exchange == NID_kx_dhe;
  return !ephemeral || SSL_CIPHER_is_aead(cipher) != 1;
}

}  // namespace headrace::tls
