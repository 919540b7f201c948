#include "headrace/adapters/tls/client.h"

#include <utility>

#include "headrace/adapters/tls/context.h"
#include "headrace/adapters/tls/openssl.h"
#include "headrace/adapters/tls/session_cache.h"

namespace headrace::tls {
namespace {

int cache_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// A ticket has arrived. 1: the session is ours now.
int on_session(SSL* ssl, SSL_SESSION* session) {
  auto* cache =
      static_cast<SessionCache*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), cache_index()));
  cache->put(static_cast<const Channel*>(SSL_get_app_data(ssl))->host(), SessionPtr(session));
  return 1;
}

}  // namespace

adapters::StatusOr<std::unique_ptr<Client>> Client::create(const ClientOptions& options) {
  adapters::StatusOr<std::unique_ptr<Context>> context =
      Context::create(TLS_client_method(), options);
  if (!context.ok()) return context.status();
  SSL_CTX* const ctx = (*context)->get();
  if (options.verify && options.authorities.empty()) {
    SSL_CTX_set_default_verify_paths(ctx);
  } else if (options.verify) {
    const adapters::Status trusted =
        (*context)->trust(options.authorities, "the authorities", /*ask=*/false);
    if (!trusted.ok()) return trusted;
  }
  const auto& identity = options.identity;
  if (identity && SSL_CTX_use_cert_and_key(ctx, identity->certificate(), identity->key(),
                                           identity->chain(), 1) != 1) {
    return adapters::Status::invalid("the client certificate: " + take_error("not accepted"));
  }
  return std::unique_ptr<Client>(new Client(std::move(*context), options));
}

Client::Client(std::unique_ptr<Context> context, const ClientOptions& options)
    : context_(std::move(context)),
      sessions_(options.resume ? std::make_unique<SessionCache>() : nullptr),
      verify_(options.verify) {
  SSL_CTX* const ctx = context_->get();
  SSL_CTX_set_verify(ctx, verify_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  const std::string& protocols = context_->protocols();
  SSL_CTX_set_alpn_protos(ctx, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
  if (sessions_ == nullptr) return;
  SSL_CTX_set_ex_data(ctx, cache_index(), sessions_.get());
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ctx, on_session);
}

Client::~Client() = default;

std::unique_ptr<Channel> Client::connect(const std::string& given, TimePoint now) const {
  const std::string host = host_of(given);
  if (host.empty()) return nullptr;
  SSL* const ssl = SSL_new(context_->get());
  if (ssl == nullptr || !prepare(ssl, host)) {
    SSL_free(ssl);
    ERR_clear_error();
    return nullptr;
  }
  return std::make_unique<Channel>(*context_, ssl, host, now);
}

bool Client::prepare(SSL* ssl, const std::string& host) const {
  SSL_set_connect_state(ssl);
  const bool address = is_address(host);
  // RFC 6066 §3: no SNI for addresses.
  if (!address && SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) return false;
  if (verify_) {
    SSL_set_hostflags(ssl, kHostFlags);
    const int set = address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str())
                            : SSL_set1_host(ssl, host.c_str());
    if (set != 1) return false;
  }
  if (const SessionPtr session = sessions_ == nullptr ? nullptr : sessions_->take(host)) {
    SSL_set_session(ssl, session.get());
  }
  return true;
}

}  // namespace headrace::tls
