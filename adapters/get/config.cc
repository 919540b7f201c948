#include "headrace/adapters/get/config.h"

#include <absl/flags/flag.h>

#include <algorithm>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <utility>

#include "headrace/adapters/get/exit_code.h"
#include "headrace/adapters/get/plan.h"
#include "headrace/adapters/program/command_line.h"
#include "headrace/adapters/program/duration.h"
#include "headrace/adapters/program/environment.h"
#include "headrace/adapters/program/io.h"

using headrace::program::Duration;
using std::chrono_literals::operator""s;

ABSL_FLAG(bool, verbose, false,
          "Write to the standard error: frames in both directions, header sections and trailers, "
          "the round-trip time, and the timing of each request.");
ABSL_FLAG(std::string, method, "",
          "Method of the requests. Default: GET, HEAD with -I, POST with -d.");
ABSL_FLAG(bool, head, false,
          "Send HEAD, and write the header section of the response to the output.");
ABSL_FLAG(uint64_t, requests, 0,
          "Send this many requests, to the URLs in turn, and write a summary at the end. Bodies "
          "are discarded unless -o names a file. 0: one request for each URL.");
ABSL_FLAG(Duration, duration, Duration{0s},
          "Send requests for this long, to the URLs in turn, instead of a number of them (-n), and "
          "write a summary of those that were sent by then. Bodies are discarded.");
ABSL_FLAG(Duration, warm_up, Duration{0s},
          "Send requests for this long before --duration begins; what has ended by then is not in "
          "the summary, unless it failed.");
ABSL_FLAG(uint32_t, rate, 0,
          "Requests a second, with -n or --duration: each begins when it is due, and its latency "
          "counts from then, even if -m holds it back. 0: as soon as -m allows.");
ABSL_FLAG(uint32_t, at_once, 100, "Most requests that are open at once.");
ABSL_FLAG(uint32_t, connections, 1,
          "Connections to each server, over which the requests are dealt out in turn.");
ABSL_FLAG(bool, plot, false, "Show the percentiles of the summary as bars, too.");
ABSL_FLAG(bool, fail, false,
          "Treat a status of 400 or above as a failure, and do not write its body.");
ABSL_FLAG(bool, keep_part, false,
          "If a transfer to a file (-o) fails, keep the received part as FILE.part beside it; "
          "otherwise it is removed.");
ABSL_FLAG(Duration, timeout, Duration{0s},
          "Time after which a request without a complete response fails; 0: never.");
ABSL_FLAG(Duration, connect_timeout, Duration{10s},
          "Time for an address to accept the connection, after which the next address is tried.");
ABSL_FLAG(Duration, keepalive, Duration{0s},
          "Time after which a PING checks that a silent server is still there; 0: never.");
ABSL_FLAG(std::optional<uint32_t>, window, std::nullopt,
          "Receive window of a stream in octets: how much a server may send before the output has "
          "taken it. 0: 1 MiB, and up to 16 MiB as the path needs, which PINGs measure. Default: "
          "16 MiB while one request at a time is open, otherwise 1 MiB.");
ABSL_FLAG(bool, progress, true,
          "Show the progress of a transfer that takes more than a second, on a terminal.");
ABSL_FLAG(std::string, cacert, "",
          "PEM file of the authorities that may have signed a server's certificate (https). "
          "Default: those of the system.");
ABSL_FLAG(bool, insecure, false,
          "Accept any certificate of a server (https). Anybody on the way can then read and change "
          "everything: for tests only.");
ABSL_FLAG(
    std::string, cert, "",
    "PEM file with a client certificate and its chain, for servers that ask for one (https).");
ABSL_FLAG(std::string, key, "", "PEM file with the private key of --cert. Default: the same file.");
ABSL_FLAG(std::string, http, "2",
          "Version of HTTP: 2, 1.1 or auto. auto: over TLS as the server chooses (ALPN); without "
          "it 2, and then 1.1 with a server that answers in that. --http1.1 is short for "
          "--http=1.1. With 1.1 one request at a time is open on each connection.");
ABSL_FLAG(std::string, io, "epoll",
          "How bytes are moved: epoll, io_uring, or auto (io_uring if the system allows it, "
          "otherwise epoll).");
ABSL_FLAG(std::string, allocation, "reuse",
          "How frames and events are stored: reuse (one recycled object) or fresh (an object "
          "each). HEADRACE_REUSE_FRAMES=0 in the environment overrides this flag with fresh.");

namespace headrace::get {
namespace {

constexpr uint32_t kMinWindow = 1024;
constexpr uint64_t kMaxWindow = 0x7fffffff;
constexpr uint64_t kUsualWindow = 65535;
// If none is given: of a stream beside others, and of one alone. (Whose windows grow only if that
// is asked for: a server would find a connection reset that is closed before a PING is answered.)
constexpr uint32_t kWindowOfSeveral = 1024 * 1024;
constexpr uint32_t kWindowOfOne = 16 * 1024 * 1024;
constexpr uint64_t kMaxRequests = 1'000'000'000;

// The options that are not abseil flags, because they may be repeated.
struct Lists {
  std::vector<std::string> fields;
  std::vector<std::string> data;
  std::vector<std::string> outputs;
};

std::vector<program::Option> options(Lists* lists) {
  return {
      {'v', "verbose"},
      {'X', "method"},
      {'I', "head"},
      {'n', "requests"},
      {'m', "at_once"},
      {'f', "fail"},
      {'H', "header", &lists->fields,
       "'name: value': adds a field to the requests; may be repeated. Without a value it removes a "
       "field that get would add."},
      {'d', "data", &lists->data,
       "Body of the requests: text, @FILE, or @- for the standard input, which is sent while it is "
       "read."},
      {'o', "output", &lists->outputs,
       "Write the body to this file; - is the standard output. A file is replaced when its bodies "
       "are complete, and unchanged until then (mode, owner and symbolic links are kept); a device "
       "or FIFO is written to as the bodies arrive. Repeated, for the first, second, ... URL; the "
       "last one receives the bodies of all further URLs, in their order."}};
}

absl::Status mistake(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

absl::Status read_urls(const std::vector<std::string>& arguments, Config* config) {
  if (arguments.empty()) return mistake("no URL is given; see --help");
  for (const std::string& argument : arguments) {
    absl::StatusOr<Url> url = parse_url(argument);
    if (!url.ok()) return url.status();
    config->urls.push_back(std::move(*url));
  }
  return absl::OkStatus();
}

absl::Status read_counts(const Lists& lists, Config* config) {
  const uint64_t requests = absl::GetFlag(FLAGS_requests);
  config->duration = absl::GetFlag(FLAGS_duration).value;
  config->warm_up = absl::GetFlag(FLAGS_warm_up).value;
  config->rate = absl::GetFlag(FLAGS_rate);
  config->connections = absl::GetFlag(FLAGS_connections);
  config->plot = absl::GetFlag(FLAGS_plot);
  const bool lasts = config->duration.count() > 0;
  if (requests > kMaxRequests) return mistake("-n (--requests) must be at most a billion");
  if (requests > 0 && lasts) return mistake("-n (--requests) and --duration exclude each other");
  if (lasts && !lists.outputs.empty()) return mistake("--duration and -o exclude each other");
  config->counts = requests > 0 || lasts;
  if (config->warm_up.count() > 0 && !lasts) return mistake("--warm_up needs --duration");
  if (config->rate > 0 && !config->counts) return mistake("--rate needs -n or --duration");
  if (config->plot && !config->counts) return mistake("--plot needs -n or --duration");
  if (config->connections == 0) return mistake("--connections must be at least 1");
  if (config->connections > absl::GetFlag(FLAGS_at_once)) {
    return mistake("--connections must be at most -m (--at_once)");
  }
  config->requests = lasts ? Plan::kUntilStopped : requests > 0 ? requests : config->urls.size();
  config->at_once = std::min<size_t>(absl::GetFlag(FLAGS_at_once), config->requests);
  if (config->at_once == 0) return mistake("-m (--at_once) must be at least 1");
  return absl::OkStatus();
}

absl::Status read_request(const Lists& lists, Config* config) {
  for (const std::string& text : lists.fields) {
    absl::StatusOr<GivenField> field = parse_given_field(text);
    if (!field.ok()) return field.status();
    config->fields.push_back(std::move(*field));
  }
  if (lists.data.size() > 1) return mistake("-d (--data) must not be repeated");
  if (!lists.data.empty()) {
    const std::string& data = lists.data.front();
    const bool is_file = data.starts_with('@');
    config->data = is_file ? "@" + program::from_users_directory(data.substr(1)) : data;
  }
  config->show_head = absl::GetFlag(FLAGS_head);
  if (config->show_head && config->data)
    return mistake("-I (--head) and -d (--data) exclude each other");
  config->method = absl::GetFlag(FLAGS_method);
  if (config->method.empty()) {
    config->method = config->show_head ? "HEAD" : config->data ? "POST" : "GET";
  }
  if (config->method == "CONNECT") return mistake("-X CONNECT (--method) is not supported");
  return absl::OkStatus();
}

absl::Status read_version(Config* config) {
  const std::string http = absl::GetFlag(FLAGS_http);
  if (http != "2" && http != "1.1" && http != "auto") {
    return mistake("--http must be 2, 1.1 or auto");
  }
  config->http = http == "2" ? HttpChoice::k2 : http == "1.1" ? HttpChoice::k11 : HttpChoice::kAuto;
  const bool http1 = config->http == HttpChoice::k11;
  config->connection.protocol = http1 ? ProtocolVersion::kHttp1 : ProtocolVersion::kHttp2;
  return absl::OkStatus();
}

absl::Status read_connection(Config* config) {
  const absl::StatusOr<Allocation> allocation =
      program::read_allocation(absl::GetFlag(FLAGS_allocation));
  if (!allocation.ok()) return allocation.status();
  const std::optional<uint32_t> given = absl::GetFlag(FLAGS_window);
  const bool grows = given == 0u;
  const uint32_t of_default = config->at_once == 1 ? kWindowOfOne : kWindowOfSeveral;
  const uint32_t window = grows ? kWindowOfSeveral : given.value_or(of_default);
  if (window < kMinWindow || window > kMaxWindow) {
    return mistake("--window must be from " + std::to_string(kMinWindow) + " to " +
                   std::to_string(kMaxWindow));
  }
  Options& connection = config->connection;
  connection.allocation = *allocation;
  connection.trim_field_values = true;  // real servers send such values
  connection.automatic_credit = false;  // credit is given when the output has taken the octets
  // Streams whose bodies wait to be written may fill their windows, so the connection's window has
  // room for all of them: the stream that is being written must still receive.
  const uint64_t share = std::clamp<uint64_t>(kMaxWindow / config->at_once, 1, window);
  connection.initial_window_size = static_cast<uint32_t>(share);
  connection.connection_window_size =
      static_cast<uint32_t>(std::max(share * config->at_once, kUsualWindow));
  // (Several streams whose windows grow could fill the connection's.)
  if (grows && config->at_once > 1)
    return mistake("--window=0 is for one request at a time (-m 1)");
  if (grows) connection.window_policy = WindowPolicy::kAutoTuned;
  connection.limits.idle_timeout = std::chrono::milliseconds(0);  // we decide when to close
  connection.limits.keepalive_interval = absl::GetFlag(FLAGS_keepalive).value;
  config->loop.connect_timeout = absl::GetFlag(FLAGS_connect_timeout).value;
  config->loop.linger_timeout = std::chrono::milliseconds(0);  // no output of ours can be lost
  config->timeout = absl::GetFlag(FLAGS_timeout).value;
  if (const Rule* rule = connection.check(Role::kClient)) return mistake(rule->text);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Config> read_config(gsl::span<char* const> arguments) {
  Lists lists;
  // A name with a point cannot be that of a flag.
  static char short_form[] = "--http1.1";
  static char long_form[] = "--http=1.1";
  std::vector<char*> named(arguments.begin(), arguments.end());
  for (char*& argument : named) {
    if (std::string_view(argument) == short_form) argument = long_form;
  }
  const absl::StatusOr<program::CommandLine> parsed =
      program::parse_command_line(named, options(&lists));
  if (!parsed.ok()) return parsed.status();
  Config config;
  config.help = parsed->help;
  config.version = parsed->version;
  if (config.help || config.version) return config;

  absl::Status status = read_urls(parsed->arguments, &config);
  if (status.ok()) status = read_counts(lists, &config);
  if (status.ok()) status = read_request(lists, &config);
  if (status.ok()) status = read_version(&config);
  if (status.ok()) status = read_connection(&config);
  if (!status.ok()) return status;
  const absl::StatusOr<program::Io> io = program::parse_io(absl::GetFlag(FLAGS_io));
  if (!io.ok()) return io.status();
  config.io = *io;
  for (const std::string& path : lists.outputs) {
    config.outputs.push_back(program::from_users_directory(path));
  }
  config.ca = program::from_users_directory(absl::GetFlag(FLAGS_cacert));
  config.insecure = absl::GetFlag(FLAGS_insecure);
  if (config.insecure && !config.ca.empty()) {
    return mistake("--insecure and --cacert exclude each other");
  }
  config.certificate = program::from_users_directory(absl::GetFlag(FLAGS_cert));
  config.key = program::from_users_directory(absl::GetFlag(FLAGS_key));
  if (config.key.empty()) config.key = config.certificate;
  if (config.certificate.empty() && !config.key.empty()) return mistake("--key needs --cert");
  config.fail_on_status = absl::GetFlag(FLAGS_fail);
  config.keep_part = absl::GetFlag(FLAGS_keep_part);
  config.verbose = absl::GetFlag(FLAGS_verbose);
  config.progress = absl::GetFlag(FLAGS_progress);
  return config;
}

std::string usage() {
  Lists lists;
  return "Fetches URLs over HTTP/2 (or HTTP/1.1, see --http), over TLS (https) or without it "
         "(http, "
         "prior knowledge):\n"
         "concurrently, over one connection to each server (see --connections). The bodies are "
         "written in the order of "
         "the command line.\n\n"
         "Usage: get [option...] URL...\n\n"
         "  get http://127.0.0.1:8080/ http://127.0.0.1:8080/headers\n"
         "  get -v -d @file -H 'content-type: text/plain' -o answer http://127.0.0.1:8080/echo\n"
         "  tar c . | get -d @- http://127.0.0.1:8080/echo | tar t\n"
         "  get --cacert=authorities.pem https://localhost:8443/\n"
         "  get -n 1000 -m 100 http://127.0.0.1:8080/bytes/1000\n"
         "  get --duration=10s --warm_up=2s --rate=500 --connections=4 --plot "
         "http://127.0.0.1:8080/\n\n"
         "Options:\n" +
         program::describe_flags(options(&lists)) +
         "\nThe exit code is that of the first failed request in the order of the command line:\n" +
         describe_exit_codes();
}

}  // namespace headrace::get
