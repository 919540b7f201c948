#include "headrace/adapters/serve/tls_setup.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "headrace/adapters/program/key_log.h"
#include "headrace/adapters/program/tls_files.h"

namespace headrace::serve {
namespace {

absl::StatusOr<std::vector<tls::Identity>> read_identities(const TlsConfig& config) {
  std::vector<tls::Identity> identities;
  for (size_t i = 0; i < config.certificates.size(); ++i) {
    absl::StatusOr<tls::Identity> identity =
        program::read_identity(config.certificates[i], config.keys[i]);
    if (!identity.ok()) return identity.status();
    const std::string ocsp = config.ocsp.empty() ? std::string() : config.ocsp[i];
    if (!ocsp.empty()) identity = program::with_ocsp_file(*identity, ocsp);
    if (!identity.ok()) return identity.status();
    identities.push_back(std::move(*identity));
  }
  return identities;
}

adapters::StatusOr<tls::Identity> make_throw_away(const std::string& address) {
  std::vector<std::string> hosts = {"localhost", "127.0.0.1", "::1"};
  const bool is_any = address.empty() || address == "0.0.0.0" || address == "::";
  if (!is_any && std::ranges::find(hosts, address) == hosts.end()) hosts.push_back(address);
  return tls::Identity::throw_away(hosts);
}

sigset_t hangup() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

absl::StatusOr<TlsSetup> set_up_tls(const TlsConfig& config, const std::string& address) {
  tls::ServerOptions options;
  options.lowest = config.lowest;
  options.protocols = config.protocols;
  options.handshake_timeout = config.handshake_timeout;
  TlsSetup setup;
  if (config.throw_away) {
    const adapters::StatusOr<tls::Identity> identity = make_throw_away(address);
    if (!identity.ok()) return absl::InternalError(identity.status().message());
    setup.pin = identity->pin();
    options.identities.push_back(*identity);
  } else {
    absl::StatusOr<std::vector<tls::Identity>> identities = read_identities(config);
    if (!identities.ok()) return identities.status();
    options.identities = std::move(*identities);
  }
  if (!config.client_ca.empty()) {
    absl::StatusOr<std::string> authorities = program::read_pem_file(config.client_ca);
    if (!authorities.ok()) return authorities.status();
    options.client_authorities = std::move(*authorities);
    options.client_authorities_where = config.client_ca;
    options.client_certificate = tls::ClientCertificate::kRequired;
  }
  auto key_log = program::key_log_of_environment();
  if (!key_log.ok()) return key_log.status();
  options.key_log = std::move(*key_log);
  adapters::StatusOr<std::unique_ptr<tls::Server>> server = tls::Server::create(std::move(options));
  if (!server.ok()) return absl::InvalidArgumentError(server.status().message());
  setup.server = std::move(*server);
  return setup;
}

CertificateReloader::CertificateReloader(const TlsConfig& config, tls::Server* server,
                                         std::function<void(const std::string&)> tell)
    : config_(config), server_(server), tell_(std::move(tell)) {
  const sigset_t signals = hangup();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // The thread waits for this one, and leaves all others to the main thread.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

CertificateReloader::~CertificateReloader() {
  ends_ = true;
  pthread_kill(thread_.native_handle(), SIGHUP);
  thread_.join();
}

void CertificateReloader::run() {
  const sigset_t signals = hangup();
  while (true) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (ends_) return;
    absl::StatusOr<std::vector<tls::Identity>> identities = read_identities(config_);
    if (identities.ok()) {
      server_->set_identities(std::move(*identities));
      tell_("SIGHUP: the certificates were read again");
    } else {
      tell_("SIGHUP: the certificates stay as they are; " +
            std::string(identities.status().message()));
    }
  }
}

}  // namespace headrace::serve
