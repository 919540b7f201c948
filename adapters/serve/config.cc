#include "headrace/adapters/serve/config.h"

#include <absl/flags/flag.h>

#include <chrono>
#include <optional>
#include <vector>

#include "headrace/adapters/program/command_line.h"
#include "headrace/adapters/program/duration.h"
#include "headrace/adapters/program/environment.h"
#include "headrace/adapters/program/io.h"
#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/socket/address.h"

using headrace::program::Duration;
using std::chrono_literals::operator""s;

ABSL_FLAG(std::string, address, "127.0.0.1", "Host name or IP address to listen on.");
ABSL_FLAG(uint16_t, port, 8080, "TCP port to listen on; 0 picks a free one.");
ABSL_FLAG(std::string, root, "", "Directory of files to serve instead of the built-in site.");
ABSL_FLAG(
    uint32_t, open_files, 0,
    "Descriptors of files open at once, over all threads; one connection may have opened an "
    "eighth of them. Beyond, the one that was read least recently is closed, and opened again "
    "when its turn comes: nobody waits or is refused. 0: an eighth of the descriptors that the "
    "process may have (ulimit -n), 4,096 at most.");
ABSL_FLAG(
    bool, diagnostics, false,
    "Answer /echo, /bytes/N, /headers, /status/NNN, /stats and /ws beside the files of --root "
    "too. Without --root they are always there; with it, unless this is given, they are 404.");
ABSL_FLAG(std::string, stats_to, "loopback",
          "Who may read /stats: loopback, which is this machine, or all. Others get 403.");
ABSL_FLAG(int, threads, 1,
          "Loops, each on a thread of its own with a listening socket of its own.");
ABSL_FLAG(
    std::string, io, "epoll",
    "How bytes are moved: epoll, io_uring, or auto, which is io_uring where the system has it "
    "for us, and else epoll.");
ABSL_FLAG(std::string, allocation, "reuse",
          "Frame and event storage: reuse or fresh. HEADRACE_REUSE_FRAMES=0 in the environment "
          "means fresh, whatever is said here.");
ABSL_FLAG(
    uint32_t, max_connections, 10'000,
    "Connections open at once, over all threads; newcomers wait until one closes, or gives "
    "way: one that has not begun or has no stream (for a second), else one on which less moves "
    "than --least_rate (for three). Where descriptors are few (ulimit -n), fewer, so that some are "
    "left for files.");
ABSL_FLAG(uint32_t, least_rate, 1'000,
          "Octets of bodies a second, both directions together, below which a stream counts as "
          "stalled when places, descriptors or memory are short: a connection gives way whose "
          "streams come to less on the average. A request counts as 1,000. While there is room it "
          "counts for nothing. 0: whatever moves is enough.");
ABSL_FLAG(
    uint32_t, client_share, 25,
    "Percent of --max_connections that one address may have before its connections are the "
    "first to give way; above it, its newcomers do not take the places of other addresses, but "
    "are closed. An IPv6 address stands for its /64. 100 is no bound.");
ABSL_FLAG(std::vector<std::string>, proxies, {},
          "IP addresses, separated by commas, that stand for many clients (a proxy in front) and "
          "have no --client_share to keep to.");
ABSL_FLAG(
    uint32_t, memory_mib, 512,
    "MiB that the server may take up, over all threads, in the system too: heads, bodies and "
    "output "
    "that wait, in the server and in the system's queues of its sockets (what slow readers "
    "have not taken yet), and the program itself. Above it the connection that holds the most "
    "is closed, one below --least_rate before others, so that one who asks for much and takes "
    "nothing cannot crowd out the others; 0 is no bound.");
ABSL_FLAG(uint32_t, max_streams, 100, "Streams that a client may have open at once.");
ABSL_FLAG(bool, websocket, true,
          "Take extended CONNECT (RFC 8441), for the WebSocket echo at /ws (see --diagnostics).");
ABSL_FLAG(Duration, idle_timeout, Duration{180s},
          "A connection without a stream is closed after so long; 0 is never.");
ABSL_FLAG(
    Duration, write_timeout, Duration{60s},
    "A connection whose peer takes none of what is sent is dropped after so long; 0 is never.");
ABSL_FLAG(Duration, preface_timeout, Duration{10s},
          "How long a client may take to begin: its preface and SETTINGS; 0 is any time.");
ABSL_FLAG(Duration, field_block_timeout, Duration{10s},
          "How long a client may take for the fields of a request, once begun; 0 is any time.");
ABSL_FLAG(
    Duration, stall_timeout, Duration{300s},
    "A response that the client's windows let nothing of through is reset after so long; 0 is "
    "never.");
ABSL_FLAG(
    Duration, keepalive_interval, Duration{60s},
    "A client that was silent for so long while a stream is open is sent a PING; 0 is never.");
ABSL_FLAG(Duration, keepalive_timeout, Duration{20s},
          "How long it may then take to answer before it is taken for dead.");
ABSL_FLAG(bool, keepalive_while_idle, false,
          "Send these PINGs on connections without a stream too, for the sake of middleboxes that "
          "forget those that are quiet. --idle_timeout goes on meanwhile.");
ABSL_FLAG(Duration, connection_age, Duration{0s},
          "A connection so old, give or take a tenth, is shut down gracefully, so that its client "
          "comes back to whichever server there is by then; 0 is never.");
ABSL_FLAG(Duration, connection_age_grace, Duration{0s},
          "Streams that are still open so long after --connection_age are closed; 0 is never.");
ABSL_FLAG(
    Duration, grace, Duration{30s},
    "How long open streams may take to finish after SIGTERM or SIGINT; 0 is any time. A second "
    "signal ends them at once.");
ABSL_FLAG(
    bool, log, false,
    "Write a line a request to the standard output, and one for each connection that is ended "
    "for a fault or a limit, with that.");
ABSL_FLAG(std::string, log_file, "", "Append the log to this file instead; implies --log.");

namespace headrace::serve {
namespace {

// Uploads run at full speed when these are larger than what is on its way; what an /echo holds back
// is bounded by them.
constexpr uint32_t kStreamWindow = 1024 * 1024;
constexpr uint32_t kConnectionWindow = 8 * 1024 * 1024;

constexpr int kMaxThreads = 256;

}  // namespace

absl::StatusOr<Config> read_config(gsl::span<char* const> arguments) {
  const absl::StatusOr<program::CommandLine> parsed = program::parse_command_line(arguments);
  if (!parsed.ok()) return parsed.status();
  Config config;
  config.help = parsed->help;
  if (config.help) return config;
  if (!parsed->arguments.empty()) {
    return absl::InvalidArgumentError("unexpected argument " + parsed->arguments.front());
  }
  config.address = absl::GetFlag(FLAGS_address);
  config.port = absl::GetFlag(FLAGS_port);
  config.root = program::from_users_directory(absl::GetFlag(FLAGS_root));
  config.open_files = absl::GetFlag(FLAGS_open_files);
  config.diagnostics = absl::GetFlag(FLAGS_diagnostics) || config.root.empty();
  const std::string stats_to = absl::GetFlag(FLAGS_stats_to);
  if (stats_to != "loopback" && stats_to != "all") {
    return absl::InvalidArgumentError("--stats_to is loopback or all");
  }
  config.stats_to_all = stats_to == "all";
  config.threads = absl::GetFlag(FLAGS_threads);
  if (config.threads < 1 || config.threads > kMaxThreads) {
    return absl::InvalidArgumentError("--threads is from 1 to " + std::to_string(kMaxThreads));
  }
  const uint32_t max_connections = absl::GetFlag(FLAGS_max_connections);
  const auto threads = static_cast<uint32_t>(config.threads);
  if (max_connections < threads) {
    return absl::InvalidArgumentError("--max_connections is at least 1 for each of the --threads");
  }
  config.loop.max_connections = max_connections / threads;
  config.loop.memory = (size_t{absl::GetFlag(FLAGS_memory_mib)} << 20) / threads;

  config.loop.least_rate = absl::GetFlag(FLAGS_least_rate);
  config.loop.client_share = absl::GetFlag(FLAGS_client_share);
  if (config.loop.client_share < 1 || config.loop.client_share > 100) {
    return absl::InvalidArgumentError("--client_share is from 1 to 100");
  }
  for (const std::string& proxy : absl::GetFlag(FLAGS_proxies)) {
    const std::optional<adapters::ClientId> client = adapters::parse_client_id(proxy);
    if (!client) return absl::InvalidArgumentError("--proxies: " + proxy + " is no IP address");
    config.loop.shared_addresses.push_back(*client);
  }

  const absl::StatusOr<Allocation> allocation =
      program::read_allocation(absl::GetFlag(FLAGS_allocation));
  if (!allocation.ok()) return allocation.status();
  Options& connection = config.loop.connection;
  connection.allocation = *allocation;
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
  return config;
}

std::string usage() {
  return "Serves HTTP/2 without TLS (prior knowledge): files, or a small built-in site with the\n"
         "endpoints /echo, /bytes/N, /headers, /status/NNN, /stats and /ws (WebSocket).\n\n"
         "Usage: serve [--flag=value...]\n\n" +
         program::describe_flags() +
         "\nIt ends with 0 after SIGTERM or SIGINT; 1 when it fails while it serves; 2 when the\n"
         "command line makes no sense, or asks for what is not there; 3 when it cannot listen\n"
         "there: the port is taken, or not ours to have.\n";
}

}  // namespace headrace::serve
