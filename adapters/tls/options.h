#ifndef HEADRACE_ADAPTERS_TLS_OPTIONS_H_
#define HEADRACE_ADAPTERS_TLS_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/adapters/tls/identity.h"

namespace headrace::tls {

enum class Version : uint8_t { kTls12, kTls13 };

// The options of both roles. The defaults are those of RFC 9113 §9.2: TLS 1.2 or later, without
// compression and renegotiation. 0-RTT is never used.
struct Options {
  // The protocols offered or accepted by ALPN (RFC 7301), the preferred one first. If "http/1.1" is
  // among them, a peer without ALPN speaks that; otherwise it fails (and a client is answered 505).
  std::vector<std::string> protocols = {"h2"};

  Version lowest = Version::kTls12;
  // Ciphers of TLS 1.2, in the format of ciphers(1). The default has only those that RFC 9113
  // §9.2.2 allows: ephemeral key exchange with authenticated encryption. HTTP/2 with any other
  // cipher ends in INADEQUATE_SECURITY.
  std::string ciphers =
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
      "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

  // Time for the handshake; 0: no limit.
  std::chrono::milliseconds handshake_timeout{10'000};

  // Called with each line for an NSS key log, with which others can decrypt the connection. A
  // program sets it for a debugging user (SSLKEYLOGFILE); a library never does. On any thread.
  std::function<void(std::string_view line)> key_log = {};
};

enum class ClientCertificate : uint8_t {
  kNone,      // is not asked for
  kOptional,  // is asked for, and checked if there is one
  kRequired,
};

struct ServerOptions : Options {
  // At least one. A client gets one that covers the host name that it asks for (SNI), and of these
  // one with a kind of key that it knows (RSA and ECDSA side by side). Without such a name it is
  // chosen among all. The first of equally good ones is taken.
  std::vector<Identity> identities = {};

  ClientCertificate client_certificate = ClientCertificate::kNone;
  // In PEM: the authorities of client certificates; and the name that the text has in errors.
  std::string client_authorities = {};
  std::string client_authorities_where = "the authorities of client certificates";

  // Time after which a new key encrypts session tickets (RFC 8446 §4.6.1); the former is accepted
  // for as long. 0: sessions are not resumed.
  std::chrono::seconds ticket_key_lifetime{12 * 3600};
};

struct ClientOptions : Options {
  // In PEM: the authorities to trust. Empty: those of the system.
  std::string authorities = {};
  // Whether the server's certificate has to be valid, and for the host. False leaves the connection
  // open to anybody in between: for tests only.
  bool verify = true;
  // The client certificate, for a server that asks for one.
  std::optional<Identity> identity = {};
  // Whether sessions are kept and resumed, one a host.
  bool resume = true;
};

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_OPTIONS_H_
