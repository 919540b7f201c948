#ifndef HEADRACE_ADAPTERS_SERVE_TLS_SETUP_H_
#define HEADRACE_ADAPTERS_SERVE_TLS_SETUP_H_

#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "headrace/adapters/tls/identity.h"
#include "headrace/adapters/tls/options.h"
#include "headrace/adapters/tls/server.h"

namespace headrace::serve {

// The options of TLS on the command line.
struct TlsConfig {
  bool throw_away = false;  // a certificate that is made at start
  std::vector<std::string> certificates;
  std::vector<std::string> keys;  // one for each certificate
  std::vector<std::string> ocsp;  // files of OCSP responses, likewise, or none
  bool check_authority = false;   // as in Site
  std::string client_ca;          // empty: no client certificates
  tls::Version lowest = tls::Version::kTls12;
  std::vector<std::string> protocols = {"h2", "http/1.1", "http/1.0"};  // of ALPN
  std::chrono::milliseconds handshake_timeout{10'000};

  bool is_on() const { return throw_away || !certificates.empty(); }
};

// The server's side of TLS. `pin`: of a throw-away certificate (tls::Identity::pin()), otherwise
// empty. `address`: a throw-away certificate is for it, too. Errors are one line.
struct TlsSetup {
  std::unique_ptr<tls::Server> server;
  std::string pin;
};
absl::StatusOr<TlsSetup> set_up_tls(const TlsConfig& config, const std::string& address);

// Reads the certificates again at SIGHUP, on a thread of its own. If that fails, the old ones stay.
// To be made before other threads are started, because all of them have to leave SIGHUP to it.
class CertificateReloader {
 public:
  // `tell` is called with one line each time, on that thread. `config` and `server` must outlive
  // the object.
  CertificateReloader(const TlsConfig& config, tls::Server* server,
                      std::function<void(const std::string&)> tell);
  ~CertificateReloader();

 private:
  void run();

  const TlsConfig& config_;
  tls::Server* const server_;
  const std::function<void(const std::string&)> tell_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_TLS_SETUP_H_
