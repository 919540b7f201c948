// A server of HTTP/2 and HTTP/1.1 on Headrace. `serve --help` describes its flags.

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <gsl/span>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/program/command_line.h"
#include "headrace/adapters/program/io.h"
#include "headrace/adapters/program/printable.h"
#include "headrace/adapters/program/record_file.h"
#include "headrace/adapters/program/write_all.h"
#include "headrace/adapters/serve/access_log.h"
#include "headrace/adapters/serve/config.h"
#include "headrace/adapters/serve/document_root.h"
#include "headrace/adapters/serve/site.h"
#include "headrace/adapters/serve/site_service.h"
#include "headrace/adapters/serve/tls_setup.h"
#include "headrace/adapters/socket/address.h"
#include "headrace/adapters/socket/listener.h"

namespace headrace::serve {
namespace {

using adapters::UniqueFd;

constexpr rlim_t kOwnDescriptors = 16;  // standard ones, the root, the log, and a reserve
// The descriptors that it waits with, the listening socket, and a file that is being opened.
constexpr rlim_t kLoopDescriptors = 4;
constexpr size_t kLoopMemory = 3 << 20;  // input buffers and a stack
constexpr rlim_t kUsualDescriptors = 1024;
constexpr rlim_t kMostFiles = 4096;  // the default is not higher

// The objects of one thread.
struct Worker {
  std::unique_ptr<SiteService> service;
  std::unique_ptr<adapters::Loop> loop;
};

// For the signal handler. Set before the handler is installed, and not changed.
const std::vector<Worker>* workers_to_stop = nullptr;

void handle_signal(int) {
  const int saved_errno = errno;
  for (const Worker& worker : *workers_to_stop) worker.loop->stop();
  errno = saved_errno;
}

// Whoever sends it wants what has changed to be read, and not the end of the program.
void ignore_hangup(int) {
  const int saved_errno = errno;
  constexpr std::string_view kLine =
      "serve: SIGHUP: nothing is read again, because no certificate is from a file\n";
  [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, kLine.data(), kLine.size());
  errno = saved_errno;
}

// `reloads`: SIGHUP is taken care of.
void install_signal_handlers(const std::vector<Worker>& workers, bool reloads) {
  workers_to_stop = &workers;
  struct sigaction action {};
  action.sa_handler = handle_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  action.sa_handler = ignore_hangup;
  if (!reloads) sigaction(SIGHUP, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);  // for a log without a reader
}

// Ignores SIGTERM and SIGINT, because there is nothing left to stop.
void ignore_signals() {
  signal(SIGTERM, SIG_IGN);
  signal(SIGINT, SIG_IGN);
}

// Raises the limit of descriptors as far as the system allows, and divides them between connections
// and files.
void share_descriptors(Config* config) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) limit = {kUsualDescriptors, kUsualDescriptors};
  const rlim_t usual = std::exchange(limit.rlim_cur, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = usual;
  const auto threads = static_cast<rlim_t>(config->threads);
  const rlim_t own = kOwnDescriptors + kLoopDescriptors * threads + config->record_files;
  const rlim_t left = limit.rlim_cur - std::min(limit.rlim_cur, own);
  const rlim_t wanted = config->open_files > 0 ? std::min<rlim_t>(config->open_files, left / 2)
                                               : std::min(left / 8, kMostFiles);
  const rlim_t files = std::max(wanted, threads);
  config->open_files = files;
  size_t* most = &config->loop.max_connections;  // one loop's
  *most = std::clamp<rlim_t>((left - std::min(left, files)) / threads, 1, *most);
}

// Subtracts the memory of the program itself and of files from that for clients, but not more than
// half of it.
void share_memory(Config* config) {
  const auto threads = static_cast<size_t>(config->threads);
  size_t resident = 0;  // pages
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%*u %zu", &resident) != 1) resident = 0;
    std::fclose(file);
  }
  const size_t program = resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t own = (program + config->file_memory) / threads + kLoopMemory;
  size_t* memory = &config->loop.memory;  // one loop's
  *memory -= std::min(own, *memory / 2);
}

void complain(const std::string& message) {
  program::write_all(STDERR_FILENO, "serve: " + program::escape_controls(message) + "\n");
}

int fail(const auto& status, ExitCode code) {
  complain(std::string(status.message()));
  return static_cast<int>(code);
}

// kUsage for an unknown host, kNotListening for an address that is in use or not permitted.
ExitCode code_of(const adapters::Status& status) {
  return status.code() == adapters::Status::Code::kUnavailable ? ExitCode::kNotListening
                                                               : ExitCode::kUsage;
}

// Lines to try with a throw-away certificate.
std::string lines_to_try(const std::string& url, const std::string& pin) {
  return "Its certificate is a throw-away one: made now, kept in memory only, valid for two weeks, "
         "and signed by nobody. Clients refuse it unless they are told to accept this one:\n"
         "Try: curl --insecure --pinnedpubkey sha256//" +
         pin + " " + url + "\nTry: chromium --user-data-dir=/tmp/headrace-try " +
         "--ignore-certificate-errors-spki-list=" + pin + " " + url +
         "\n(Firefox shows a warning, and goes on with Advanced, Accept the Risk.)\n";
}

// Lines to try without TLS, where curl has to be told of HTTP/2.
std::string lines_to_try(const std::string& url, ProtocolVersion version) {
  std::string lines;
  if (version != ProtocolVersion::kHttp2) lines += "Try: curl " + url + "\n";
  if (version != ProtocolVersion::kHttp1)
    lines += "Try: curl --http2-prior-knowledge " + url + "\n";
  return lines;
}

void announce(const Config& config, const Site& site, const std::string& authority,
              const std::string& pin) {
  const std::string what =
      config.root.empty() ? "a small built-in site" : program::escape_controls(config.root);
  const bool tls = config.tls.is_on();
  const std::string url = (tls ? "https://" : "http://") + authority + "/";
  const std::string to_try = !tls          ? lines_to_try(url, config.loop.connection.protocol)
                             : pin.empty() ? "Try: curl " + url + "\n"
                                           : lines_to_try(url, pin);
  // It is not an error if the output has no reader.
  program::write_all(STDOUT_FILENO,
                     "Serving " + what + " on " + url + " (" + (tls ? "with" : "without") +
                         " TLS; threads: " + std::to_string(config.threads) +
                         ", allocation: " + site.allocation + ", io: " + site.io + ")\n" + to_try);
}

absl::Status open_site(const Config& config, Site* site) {
  if (!config.root.empty()) {
    absl::StatusOr<DocumentRoot> root = DocumentRoot::open(config.root);
    if (!root.ok()) {
      return absl::NotFoundError("--root: " + std::string(root.status().message()));
    }
    site->root.emplace(std::move(*root));
  }
  if (!config.log.empty()) {
    absl::StatusOr<std::unique_ptr<AccessLog>> log = AccessLog::open(config.log);
    if (!log.ok()) return absl::NotFoundError("--log_file: " + std::string(log.status().message()));
    site->log = std::move(*log);
  }
  site->open_files = config.open_files / static_cast<size_t>(config.threads);
  site->file_cache = {.memory = config.file_memory / static_cast<size_t>(config.threads),
                      .recheck = config.file_recheck};
  site->diagnostics = config.diagnostics;
  site->websocket = config.loop.connection.enable_connect_protocol;
  site->stats_to_all = config.stats_to_all;
  site->check_authority = config.tls.check_authority;
  site->allocation = config.loop.connection.allocation == Allocation::kReuse ? "reuse" : "fresh";
  site->started = std::chrono::steady_clock::now();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Worker>> make_workers(const Config& config,
                                                 std::vector<UniqueFd> listeners, Site* site) {
  std::vector<Worker> workers;
  std::vector<adapters::Service*> services;
  for (size_t i = 0; i < listeners.size(); ++i) {
    workers.push_back({.service = std::make_unique<SiteService>(site), .loop = nullptr});
    services.push_back(workers.back().service.get());
    site->files.push_back(&workers.back().service->files());
    site->caches.push_back(&workers.back().service->cache());
  }
  absl::StatusOr<program::Loops> made = program::make_loops(config.io, config.loop, services);
  if (!made.ok()) return made.status();
  if (!made->note.empty()) complain(made->note);
  site->io = program::io_name(made->io);
  for (size_t i = 0; i < workers.size(); ++i) {
    workers[i].loop = std::move(made->loops[i]);
    workers[i].loop->listen(std::move(listeners[i]));
    site->loops.push_back(&workers[i].loop->statistics());
  }
  return workers;
}

void stop_at_once(const Worker& worker) {
  worker.loop->stop();
  worker.loop->stop();
}

// If one loop fails, the whole program ends at once, so that another can replace it, because the
// connections of the failed loop and new ones on its listening socket would not be served.
void serve_with(const Worker& worker, const std::vector<Worker>& all) {
  worker.loop->run();
  if (worker.loop->failure().ok()) return;
  for (const Worker& other : all) stop_at_once(other);
}

// Runs until all workers have ended. An error if a thread could not be started.
absl::Status serve_with_all(const std::vector<Worker>& workers) {
  std::vector<std::thread> threads;
  absl::Status started = absl::OkStatus();
  try {
    for (const Worker& worker : workers) {
      threads.emplace_back([&worker, &workers] { serve_with(worker, workers); });
    }
  } catch (const std::system_error& error) {
    started = absl::UnavailableError(std::string("a thread: ") + error.code().message());
    for (const Worker& worker : workers) stop_at_once(worker);
  }
  for (std::thread& thread : threads) thread.join();
  return started;
}

// Leaves it empty if no certificate comes from a file.
absl::Status reload_at_sighup(const Config& config, const TlsSetup& tls,
                              std::optional<CertificateReloader>* reloader) {
  if (config.tls.certificates.empty()) return absl::OkStatus();
  try {
    reloader->emplace(config.tls, tls.server.get(), complain);
  } catch (const std::system_error& error) {
    return absl::UnavailableError(std::string("a thread: ") + error.code().message());
  }
  return absl::OkStatus();
}

int run(gsl::span<char* const> arguments) {
  absl::StatusOr<Config> config = read_config(arguments);
  if (!config.ok()) return fail(config.status(), ExitCode::kUsage);
  if (config->help || config->version) {
    const std::string text = config->help ? usage() : program::version_text("serve");
    if (program::write_all(STDOUT_FILENO, text)) return 0;
    return fail(absl::ErrnoToStatus(errno, "writing the help text"), ExitCode::kFailed);
  }
  share_descriptors(&*config);
  share_memory(&*config);
  Site site;
  if (const absl::Status opened = open_site(*config, &site); !opened.ok()) {
    return fail(opened, ExitCode::kUsage);
  }
  TlsSetup tls;
  if (config->tls.is_on()) {
    absl::StatusOr<TlsSetup> made = set_up_tls(config->tls, config->address);
    if (!made.ok()) return fail(made.status(), ExitCode::kUsage);
    tls = std::move(*made);
    config->loop.secure = tls.server.get();
  }
  program::RecordDirectory records(config->record, config->record_files, config->record_size);
  if (!config->record.empty()) {
    if (const absl::Status usable = records.check(); !usable.ok()) {
      return fail(absl::NotFoundError("--record: " + std::string(usable.message())),
                  ExitCode::kUsage);
    }
    config->loop.records = &records;
  }
  adapters::StatusOr<std::vector<UniqueFd>> listeners =
      adapters::listen_on(config->address, config->port, config->threads);
  if (!listeners.ok()) return fail(listeners.status(), code_of(listeners.status()));
  const adapters::SocketAddress where = adapters::SocketAddress::local(listeners->front());
  if (where.family() == AF_UNSPEC) {
    return fail(absl::ErrnoToStatus(errno, "getsockname"), ExitCode::kNotListening);
  }
  const std::string authority = where.authority();
  const absl::StatusOr<std::vector<Worker>> workers =
      make_workers(*config, std::move(*listeners), &site);
  if (!workers.ok()) return fail(workers.status(), ExitCode::kUsage);

  std::optional<CertificateReloader> reloader;
  if (const absl::Status made = reload_at_sighup(*config, tls, &reloader); !made.ok()) {
    return fail(made, ExitCode::kFailed);
  }
  install_signal_handlers(*workers, reloader.has_value());
  announce(*config, site, authority, tls.pin);
  const absl::Status started = serve_with_all(*workers);
  ignore_signals();
  if (!started.ok()) return fail(started, ExitCode::kFailed);
  for (const Worker& worker : *workers) {
    if (!worker.loop->failure().ok()) return fail(worker.loop->failure(), ExitCode::kFailed);
  }
  return 0;
}

}  // namespace
}  // namespace headrace::serve

int main(int argc, char** argv) {
  return headrace::serve::run(gsl::span<char* const>(argv, static_cast<size_t>(argc)).subspan(1));
}
