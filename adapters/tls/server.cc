#include "headrace/adapters/tls/server.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/adapters/tls/context.h"
#include "headrace/adapters/tls/openssl.h"
#include "headrace/adapters/tls/ticket_keys.h"

namespace headrace::tls {
namespace {

// Sessions of one server are not resumed at another one with the same ticket keys; there is none.
constexpr unsigned char kSessionContext[] = "headrace";

std::chrono::seconds steady_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

// The server_name extension of the ClientHello that OpenSSL is about to answer, as long as there is
// one name in it: its length, the name's type and the name's length come before the name (RFC 6066
// §3). OpenSSL itself reads it only after it has decided about a session.
std::string_view name_of_hello(SSL* ssl) {
  constexpr size_t kBeforeName = 5;
  const unsigned char* data = nullptr;
  size_t size = 0;
  const bool given = SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &size) == 1;
  if (!given || size < kBeforeName) return {};
  return {reinterpret_cast<const char*>(data) + kBeforeName, size - kBeforeName};
}

}  // namespace

struct Server::Callbacks {
  // RFC 7301 §3.2: the server's preference; no common protocol is fatal.
  static int select_protocol(SSL*, const unsigned char** selected, unsigned char* size,
                             const unsigned char* offered, unsigned offered_size, void* argument) {
    const std::string& ours = static_cast<const Server*>(argument)->context_->protocols();
    unsigned char* found = nullptr;
    const int result =
        SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(ours.data()),
                              static_cast<unsigned>(ours.size()), offered, offered_size);
    *selected = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  static std::vector<Identity> identities(SSL* ssl, void* argument) {
    const char* host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const auto* server = static_cast<const Server*>(argument);
    return server->context_->identities().for_host(host == nullptr ? "" : host);
  }

  // A name that is accepted becomes part of a session of TLS 1.2.
  static int on_name(SSL*, int*, void*) { return SSL_TLSEXT_ERR_OK; }

  // OpenSSL takes the one whose kind of key the client knows.
  static int on_certificate(SSL* ssl, void* argument) {
    SSL_certs_clear(ssl);
    const bool used = std::ranges::all_of(identities(ssl, argument), [&](const Identity& i) {
      return SSL_use_cert_and_key(ssl, i.certificate(), i.key(), i.chain(), 1) == 1;
    });
    return used ? 1 : 0;
  }

  // RFC 6066 §8: the client asks for the state of the certificate that was chosen.
  static int on_status_request(SSL* ssl, void* argument) {
    const std::vector<Identity> shown = identities(ssl, argument);
    const X509* const chosen = SSL_get_certificate(ssl);
    const auto used = std::ranges::find(shown, chosen, &Identity::certificate);
    if (used == shown.end()) return SSL_TLSEXT_ERR_NOACK;
    const std::string_view response = used->ocsp_response();
    void* const copy =
        response.empty() ? nullptr : OPENSSL_memdup(response.data(), response.size());
    if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(response.size()));  // owns it
    return SSL_TLSEXT_ERR_OK;
  }

  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                       EVP_MAC_CTX* mac, int encrypt) {
    auto* keys = static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), keys_index()));
    const int result = keys->use(name, iv, cipher, mac, encrypt != 0, steady_seconds());
    // RFC 8446 §C.4: a client uses each ticket once, so it needs another.
    const bool renew = result == 1 && encrypt == 0 && SSL_version(ssl) >= TLS1_3_VERSION;
    return renew ? 2 : result;
  }

  // RFC 6066 §3: a session of TLS 1.2 is of one name, and a request for another one gets a full
  // handshake. (In TLS 1.3 the name is the handshake's, RFC 8446 §4.2.11.)
  static SSL_TICKET_RETURN on_session(SSL* ssl, SSL_SESSION* session, const unsigned char*, size_t,
                                      SSL_TICKET_STATUS status, void*) {
    const bool renew = status == SSL_TICKET_SUCCESS_RENEW;
    if (status != SSL_TICKET_SUCCESS && !renew) return SSL_TICKET_RETURN_IGNORE_RENEW;
    if (SSL_version(ssl) < TLS1_3_VERSION) {
      const char* name = SSL_SESSION_get0_hostname(session);
      if (name_of_hello(ssl) != (name == nullptr ? "" : name))
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    }
    return renew ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_USE;
  }

  static int keys_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
  }
};

adapters::StatusOr<std::unique_ptr<Server>> Server::create(ServerOptions options) {
  if (options.identities.empty()) return adapters::Status::invalid("there is no certificate");
  adapters::StatusOr<std::unique_ptr<Context>> context =
      Context::create(TLS_server_method(), options);
  if (!context.ok()) return context.status();
  if (options.client_certificate != ClientCertificate::kNone) {
    const bool required = options.client_certificate == ClientCertificate::kRequired;
    SSL_CTX_set_verify((*context)->get(),
                       SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    const adapters::Status trusted =
        (*context)->trust(options.client_authorities, options.client_authorities_where,
                          /*ask=*/true);
    if (!trusted.ok()) return trusted;
  }
  return std::unique_ptr<Server>(new Server(std::move(*context), options));
}

Server::Server(std::unique_ptr<Context> context, const ServerOptions& options)
    : context_(std::move(context)),
      ticket_keys_(std::make_unique<TicketKeys>(options.ticket_key_lifetime)) {
  context_->identities().set(options.identities);
  SSL_CTX* const ctx = context_->get();
  SSL_CTX_set_alpn_select_cb(ctx, Callbacks::select_protocol, this);
  SSL_CTX_set_tlsext_servername_callback(ctx, Callbacks::on_name);
  SSL_CTX_set_cert_cb(ctx, Callbacks::on_certificate, this);
  SSL_CTX_set_tlsext_status_cb(ctx, Callbacks::on_status_request);
  SSL_CTX_set_tlsext_status_arg(ctx, this);
  // Sessions are the client's to keep, in tickets: nothing grows here.
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(ctx, kSessionContext, sizeof(kSessionContext) - 1);
  SSL_CTX_set_max_early_data(ctx, 0);  // RFC 8470: a request in 0-RTT can be replayed
  SSL_CTX_set_recv_max_early_data(ctx, 0);
  if (options.ticket_key_lifetime.count() > 0) {
    SSL_CTX_set_timeout(ctx, options.ticket_key_lifetime.count());
    SSL_CTX_set_ex_data(ctx, Callbacks::keys_index(), ticket_keys_.get());
    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, Callbacks::on_ticket);
    SSL_CTX_set_session_ticket_cb(ctx, nullptr, Callbacks::on_session, nullptr);
  } else {
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(ctx, 0);
  }
}

Server::~Server() = default;

std::unique_ptr<Channel> Server::accept(TimePoint now) const {
  SSL* const ssl = SSL_new(context_->get());
  if (ssl == nullptr) {
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_accept_state(ssl);
  return std::make_unique<Channel>(*context_, ssl, std::string(), now);
}

void Server::set_identities(std::vector<Identity> identities) {
  context_->identities().set(std::move(identities));
}

}  // namespace headrace::tls
