#include "headrace/adapters/serve/config.h"

#include <absl/flags/flag.h>

#include <chrono>
#include <gsl/span>
#include <optional>
#include <vector>

#include "headrace/adapters/program/command_line.h"
#include "headrace/adapters/program/duration.h"
#include "headrace/adapters/program/environment.h"
#include "headrace/adapters/program/io.h"
#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/socket/address.h"

using headrace::program::Duration;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

ABSL_FLAG(std::string, address, "127.0.0.1", "Host name or IP address to listen on.");
ABSL_FLAG(uint16_t, port, 8080, "TCP port to listen on; 0 selects a free port.");
ABSL_FLAG(bool, tls, false,
          "Serve over TLS with a certificate that is made at start and kept in memory only. Nobody "
          "has signed it, so clients have to be told to accept it: for tests.");
ABSL_FLAG(std::vector<std::string>, tls_cert, {},
          "Serve over TLS with the certificate in this PEM file, followed by its chain. "
          "Several, separated by commas: clients get one for the host that they ask for, and of "
          "these one with a key that they know (RSA and ECDSA). SIGHUP reads the files again.");
ABSL_FLAG(std::vector<std::string>, tls_key, {},
          "PEM file with the private key of --tls_cert, one for each certificate in their order.");
ABSL_FLAG(std::vector<std::string>, tls_ocsp, {},
          "File with an OCSP response (DER) about --tls_cert, one for each certificate in their "
          "order (an empty one: none). It is sent to clients that ask for it (stapling) until it "
          "expires. SIGHUP reads it again.");
ABSL_FLAG(bool, tls_check_authority, false,
          "Answer 421 (Misdirected Request) to requests for a host that the certificate of their "
          "connection is not for, so that clients ask on another connection.");
ABSL_FLAG(std::string, tls_lowest, "1.2", "Lowest version of TLS: 1.2 or 1.3.");
ABSL_FLAG(std::string, tls_client_ca, "",
          "PEM file of authorities: clients have to show a certificate that one of them has "
          "signed. SIGHUP does not read it again.");
ABSL_FLAG(Duration, handshake_timeout, Duration{10s}, "Time for the TLS handshake; 0: no limit.");
ABSL_FLAG(std::string, http, "detect",
          "Version of HTTP: 2, 1.1, or detect (either: over TLS by ALPN, without it by the first "
          "octets of the client).");
ABSL_FLAG(std::string, root, "", "Directory of files to serve instead of the built-in site.");
ABSL_FLAG(uint32_t, open_files, 0,
          "Most files that are open at once, over all threads; a single connection may have opened "
          "an eighth of them. Above it, the least recently read file is closed, and opened again "
          "when it is read next, so no request waits or is refused. 0: an eighth of the "
          "descriptors of the process (ulimit -n), but at most 4,096.");
ABSL_FLAG(
    uint32_t, file_memory_mib, 16,
    "Most memory, in MiB, over all threads, for files that were requested lately: the heads of "
    "their responses, and the octets of files of at most 16 KiB. It is part of --memory_mib. "
    "0: every request opens its file.");
ABSL_FLAG(
    Duration, file_recheck, Duration{10ms},
    "Time for which the octets of a small file are served before the file is looked at again, "
    "so a change of the file, its name or its permissions shows after this time at the latest. "
    "0: it is looked at for each request, as larger files are.");
ABSL_FLAG(bool, diagnostics, false,
          "Serve /echo, /bytes/N, /events/N, /headers, /status/NNN, /stats and /ws in addition to "
          "the files of --root. Without --root they are always served; with --root they are 404 "
          "unless this "
          "flag is set.");
ABSL_FLAG(std::string, stats_to, "loopback",
          "Who may read /stats: loopback (clients on this machine) or all. Other clients get 403.");
ABSL_FLAG(int, threads, 1,
          "Number of event loops, each on its own thread with its own listening socket.");
ABSL_FLAG(std::string, io, "epoll",
          "How bytes are moved: epoll, io_uring, or auto (io_uring if the system allows it, "
          "otherwise epoll).");
ABSL_FLAG(std::string, allocation, "reuse",
          "How frames and events are stored: reuse (one recycled object) or fresh (an object "
          "each). HEADRACE_REUSE_FRAMES=0 in the environment overrides this flag with fresh.");
ABSL_FLAG(uint32_t, max_connections, 10'000,
          "Most connections that are open at once, over all threads. Above it, new connections "
          "wait until one closes or is closed to make room: first a connection that has not begun, "
          "or has had no stream, for a second; then one that has been slower than --least_rate for "
          "three seconds. The number is lower if there are few descriptors (ulimit -n), because "
          "some are needed for files.");
ABSL_FLAG(uint32_t, least_rate, 1'000,
          "Rate in octets of bodies a second and stream, both directions together, below which a "
          "connection may be closed when connections, descriptors or memory run short. It is the "
          "average over the connection's streams, and a request counts as 1,000 octets. 0: any "
          "progress is enough.");
ABSL_FLAG(
    uint32_t, client_share, 25,
    "Percentage of --max_connections that one address may have before its connections are the "
    "first to be closed when there is no room. Above it, its new connections do not replace those "
    "of other addresses, but are closed. An IPv6 address stands for its /64. 100: no limit.");
ABSL_FLAG(std::vector<std::string>, proxies, {},
          "IP addresses, separated by commas, that stand for many clients (a proxy, for example). "
          "--client_share does not apply to them.");
ABSL_FLAG(uint32_t, memory_mib, 512,
          "Most memory that the server uses, in MiB, over all threads: header sections, bodies and "
          "queued output, including those in the system's socket queues (for clients that read "
          "slowly), and the program itself. Above it the connection that holds the most is closed, "
          "one that is slower than --least_rate before others, so that clients that request much "
          "and read little cannot crowd out the others. 0: no limit.");
ABSL_FLAG(uint32_t, max_streams, 100, "Most streams that a client may have open at once.");
ABSL_FLAG(
    bool, websocket, true,
    "Serve the WebSocket echo at /ws (see --diagnostics): by extended CONNECT (RFC 8441), and "
    "by Upgrade in HTTP/1.1.");
ABSL_FLAG(Duration, idle_timeout, Duration{180s},
          "Time after which a connection without a stream is closed; 0: never.");
ABSL_FLAG(Duration, write_timeout, Duration{60s},
          "Time after which a connection is dropped if its client accepts no output; 0: never.");
ABSL_FLAG(Duration, preface_timeout, Duration{10s},
          "Time for a client to send the connection preface and SETTINGS or, in HTTP/1.1, to begin "
          "its first request; 0: no limit.");
ABSL_FLAG(Duration, field_block_timeout, Duration{10s},
          "Time from the beginning of a request's header section to its end; 0: no limit.");
ABSL_FLAG(Duration, stall_timeout, Duration{300s},
          "Time after which a response is reset if the client's flow-control windows allow none of "
          "it to be sent; 0: never.");
ABSL_FLAG(Duration, keepalive_interval, Duration{60s},
          "Time after which a PING is sent to a client that has a stream open and has sent "
          "nothing; 0: never.");
ABSL_FLAG(Duration, keepalive_timeout, Duration{20s},
          "Time for the answer to this PING, after which the connection is closed.");
ABSL_FLAG(bool, keepalive_while_idle, false,
          "Also send these PINGs on connections without a stream, for middleboxes that drop idle "
          "connections. --idle_timeout still applies.");
ABSL_FLAG(Duration, connection_age, Duration{0s},
          "Age, varied by up to a tenth, at which a connection is shut down gracefully, so that "
          "its client reconnects, perhaps to another server; 0: never.");
ABSL_FLAG(Duration, connection_age_grace, Duration{0s},
          "Time after --connection_age when the streams that are still open are closed; 0: never.");
ABSL_FLAG(Duration, grace, Duration{30s},
          "Time for open streams to end after SIGTERM or SIGINT; 0: no limit. A second signal "
          "closes them at once.");
ABSL_FLAG(bool, log, false,
          "Write a line to the standard output for each request, and for each connection that is "
          "closed because of an error or a limit, with the reason.");
ABSL_FLAG(std::string, log_file, "", "Append the log to this file instead; implies --log.");

ABSL_FLAG(
    std::string, record, "",
    "Directory for a record of each connection, from which its run can be repeated "
    "(docs/flight-recorder.md). It is made if it does not exist. A record has in clear all that "
    "both sides sent, also over TLS: credentials, cookies, bodies.");
ABSL_FLAG(uint32_t, record_mib, 16, "Most MiB of a record; what follows is not recorded.");
ABSL_FLAG(uint32_t, record_files, 100, "Most records; connections beyond them are not recorded.");

namespace headrace::serve {
namespace {

// Of an upload: the octets in flight on a distant path (40 MB a second over 100 ms). Windows that
// grow would have to be measured by PINGs, whose answers some clients do not wait for when they
// close. Small enough to bound the octets that an /echo holds.
constexpr uint32_t kStreamWindow = 4 * 1024 * 1024;
constexpr uint32_t kConnectionWindow = 8 * 1024 * 1024;

constexpr int kMaxThreads = 256;

absl::Status read_tls(TlsConfig* tls) {
  tls->throw_away = absl::GetFlag(FLAGS_tls);
  for (const std::string& path : absl::GetFlag(FLAGS_tls_cert)) {
    tls->certificates.push_back(program::from_users_directory(path));
  }
  for (const std::string& path : absl::GetFlag(FLAGS_tls_key)) {
    tls->keys.push_back(program::from_users_directory(path));
  }
  tls->client_ca = program::from_users_directory(absl::GetFlag(FLAGS_tls_client_ca));
  const std::string lowest = absl::GetFlag(FLAGS_tls_lowest);
  if (lowest != "1.2" && lowest != "1.3") {
    return absl::InvalidArgumentError("--tls_lowest must be 1.2 or 1.3");
  }
  tls->lowest = lowest == "1.3" ? tls::Version::kTls13 : tls::Version::kTls12;
  tls->handshake_timeout = absl::GetFlag(FLAGS_handshake_timeout).value;
  if (tls->certificates.size() != tls->keys.size()) {
    return absl::InvalidArgumentError("--tls_cert and --tls_key must have as many files each");
  }
  tls->check_authority = absl::GetFlag(FLAGS_tls_check_authority);
  if (tls->check_authority && !tls->is_on()) {
    return absl::InvalidArgumentError("--tls_check_authority needs --tls_cert or --tls");
  }
  for (const std::string& path : absl::GetFlag(FLAGS_tls_ocsp)) {
    tls->ocsp.push_back(path.empty() ? path : program::from_users_directory(path));
  }
  if (!tls->ocsp.empty() && tls->ocsp.size() != tls->certificates.size()) {
    return absl::InvalidArgumentError("--tls_cert and --tls_ocsp must have as many files each");
  }
  if (tls->throw_away && !tls->certificates.empty()) {
    return absl::InvalidArgumentError(
        "--tls makes a certificate, so it excludes --tls_cert, which names one");
  }
  if (!tls->client_ca.empty() && !tls->is_on()) {
    return absl::InvalidArgumentError("--tls_client_ca needs --tls_cert or --tls");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Config> read_config(gsl::span<char* const> arguments) {
  const absl::StatusOr<program::CommandLine> parsed = program::parse_command_line(arguments);
  if (!parsed.ok()) return parsed.status();
  Config config;
  config.help = parsed->help;
  config.version = parsed->version;
  if (config.help || config.version) return config;
  if (!parsed->arguments.empty()) {
    return absl::InvalidArgumentError("unexpected argument " + parsed->arguments.front());
  }
  config.address = absl::GetFlag(FLAGS_address);
  config.port = absl::GetFlag(FLAGS_port);
  if (absl::Status tls = read_tls(&config.tls); !tls.ok()) return tls;
  config.root = program::from_users_directory(absl::GetFlag(FLAGS_root));
  config.open_files = absl::GetFlag(FLAGS_open_files);
  config.file_memory = size_t{absl::GetFlag(FLAGS_file_memory_mib)} << 20;
  config.file_recheck = absl::GetFlag(FLAGS_file_recheck).value;
  config.diagnostics = absl::GetFlag(FLAGS_diagnostics) || config.root.empty();
  const std::string stats_to = absl::GetFlag(FLAGS_stats_to);
  if (stats_to != "loopback" && stats_to != "all") {
    return absl::InvalidArgumentError("--stats_to must be loopback or all");
  }
  config.stats_to_all = stats_to == "all";
  config.threads = absl::GetFlag(FLAGS_threads);
  if (config.threads < 1 || config.threads > kMaxThreads) {
    return absl::InvalidArgumentError("--threads must be from 1 to " + std::to_string(kMaxThreads));
  }
  const uint32_t max_connections = absl::GetFlag(FLAGS_max_connections);
  const auto threads = static_cast<uint32_t>(config.threads);
  if (max_connections < threads) {
    return absl::InvalidArgumentError("--max_connections must not be less than --threads");
  }
  config.loop.max_connections = max_connections / threads;
  config.loop.memory = (size_t{absl::GetFlag(FLAGS_memory_mib)} << 20) / threads;

  config.loop.least_rate = absl::GetFlag(FLAGS_least_rate);
  config.loop.client_share = absl::GetFlag(FLAGS_client_share);
  if (config.loop.client_share < 1 || config.loop.client_share > 100) {
    return absl::InvalidArgumentError("--client_share must be from 1 to 100");
  }
  for (const std::string& proxy : absl::GetFlag(FLAGS_proxies)) {
    const std::optional<adapters::ClientId> client = adapters::parse_client_id(proxy);
    if (!client) return absl::InvalidArgumentError("--proxies: " + proxy + " is not an IP address");
    config.loop.shared_addresses.push_back(*client);
  }

  const absl::StatusOr<Allocation> allocation =
      program::read_allocation(absl::GetFlag(FLAGS_allocation));
  if (!allocation.ok()) return allocation.status();
  Options& connection = config.loop.connection;
  connection.allocation = *allocation;
  const std::string http = absl::GetFlag(FLAGS_http);
  if (http != "detect" && http != "1.1" && http != "2") {
    return absl::InvalidArgumentError("--http must be 2, 1.1 or detect");
  }
  if (http == "2") config.tls.protocols = {"h2"};
  if (http == "1.1") config.tls.protocols = {"http/1.1", "http/1.0"};
  connection.protocol = http == "2"     ? ProtocolVersion::kHttp2
                        : http == "1.1" ? ProtocolVersion::kHttp1
                                        : ProtocolVersion::kDetect;
  connection.enable_connect_protocol = absl::GetFlag(FLAGS_websocket) && config.diagnostics;
  connection.initial_window_size = kStreamWindow;
  connection.connection_window_size = kConnectionWindow;
  connection.send_buffer_size = kSendBuffer;
  connection.limits.concurrent_streams = absl::GetFlag(FLAGS_max_streams);
  connection.limits.idle_timeout = absl::GetFlag(FLAGS_idle_timeout).value;
  connection.limits.preface_timeout = absl::GetFlag(FLAGS_preface_timeout).value;
  connection.limits.field_block_timeout = absl::GetFlag(FLAGS_field_block_timeout).value;
  connection.limits.stream_stall_timeout = absl::GetFlag(FLAGS_stall_timeout).value;
  connection.limits.keepalive_interval = absl::GetFlag(FLAGS_keepalive_interval).value;
  connection.limits.keepalive_timeout = absl::GetFlag(FLAGS_keepalive_timeout).value;
  connection.limits.keepalive_while_idle = absl::GetFlag(FLAGS_keepalive_while_idle);
  connection.limits.connection_age = absl::GetFlag(FLAGS_connection_age).value;
  connection.limits.connection_age_grace = absl::GetFlag(FLAGS_connection_age_grace).value;
  if (const Rule* rule = connection.check(Role::kServer)) {
    return absl::InvalidArgumentError(rule->text);
  }
  config.loop.write_timeout = absl::GetFlag(FLAGS_write_timeout).value;
  config.loop.shutdown_grace = absl::GetFlag(FLAGS_grace).value;

  const absl::StatusOr<program::Io> io = program::parse_io(absl::GetFlag(FLAGS_io));
  if (!io.ok()) return io.status();
  config.io = *io;

  config.log = program::from_users_directory(absl::GetFlag(FLAGS_log_file));
  if (config.log.empty() && absl::GetFlag(FLAGS_log)) config.log = "-";
  config.record = program::from_users_directory(absl::GetFlag(FLAGS_record));
  config.record_files = config.record.empty() ? 0 : absl::GetFlag(FLAGS_record_files);
  config.record_size = size_t{absl::GetFlag(FLAGS_record_mib)} << 20;
  return config;
}

std::string usage() {
  return "Serves HTTP/2 and HTTP/1.1, over TLS (--tls_cert, --tls; ALPN) or without it (see "
         "--http):\n"
         "files (--root), or a small built-in site with the endpoints /echo, /bytes/N,\n"
         "/events/N, /headers, /status/NNN, /stats and /ws (WebSocket).\n\n"
         "Usage: serve [--flag=value...]\n\n" +
         program::describe_flags() +
         "\nExit codes: 0 after SIGTERM or SIGINT; 1 if it fails while it serves; 2 if the "
         "command\n"
         "line is wrong or names a file or host that does not exist; 3 if it cannot listen, "
         "because\n"
         "the port is in use or needs privileges.\n";
}

}  // namespace headrace::serve
