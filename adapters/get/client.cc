#include "headrace/adapters/get/client.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <gsl/span>
#include <string>
#include <utility>

#include "headrace/adapters/get/units.h"
#include "headrace/adapters/program/io.h"
#include "headrace/adapters/program/key_log.h"
#include "headrace/adapters/program/tls_files.h"

namespace headrace::get {
namespace {

using std::chrono::milliseconds;

// Time for a server to receive the GOAWAY that ends a connection.
constexpr milliseconds kFarewell{1000};
// Pause before poll(2) is repeated.
constexpr milliseconds kShortOfMemory{10};
// The number of failures that are printed one by one.
constexpr size_t kFailuresTold = 10;

TimePoint current_time() { return std::chrono::steady_clock::now(); }

milliseconds until(TimePoint deadline, TimePoint now) {
  if (deadline == TimePoint::max()) return milliseconds::max();
  return std::max(std::chrono::ceil<milliseconds>(deadline - now), milliseconds(0));
}

Outcome failure(ExitCode code, const auto& status) { return {code, std::string(status.message())}; }

// A content-length of -H must be right if the size of the body is known; otherwise the connection
// checks it while the body is sent.
Outcome check_length(const std::vector<GivenField>& fields, std::optional<uint64_t> size) {
  if (!size) return {};
  const std::string right = std::to_string(*size);
  for (const GivenField& field : fields) {
    if (field.name != "content-length" || field.value.empty() || field.value == right) continue;
    return {ExitCode::kReadError,
            "-H 'content-length: " + field.value + "', and -d has " + right + " octets"};
  }
  return {};
}

}  // namespace

Client::Client(const Config* config, Console* console)
    : config_(*config),
      console_(console),
      plan_(config->urls.size(), config->requests, config->at_once),
      progress_(current_time()),
      started_(current_time()) {}

Client::~Client() = default;

// --- Before it begins.

Outcome Client::prepare() {
  if (const Outcome made = make_loop(); !made.ok()) return made;
  if (config_.data) {
    absl::StatusOr<UploadData> data = UploadData::open(*config_.data);
    if (!data.ok()) return failure(ExitCode::kReadError, data.status());
    if (!data->is_repeatable() && config_.requests > 1) {
      return {ExitCode::kUsage, "-d: input that is not a regular file can be sent only once"};
    }
    if (Outcome kept = check_length(config_.fields, data->size()); !kept.ok()) return kept;
    data_.emplace(std::move(*data));
  }
  if (const Outcome opened = open_outputs(); !opened.ok()) return opened;
  if (const Outcome made = make_tls(); !made.ok()) return made;
  const std::optional<uint64_t> size = data_ ? data_->size() : std::nullopt;
  for (const Url& url : config_.urls) {
    heads_.push_back(std::make_unique<RequestHead>(url, config_.method, config_.fields, size));
    make_origins(url);
  }
  // The status line would be drawn across bodies on the same terminal.
  const bool bodies_on_terminal =
      std::ranges::any_of(outputs_, [](const Destination& to) { return to.output->is_terminal(); });
  shows_progress_ =
      config_.progress && !config_.verbose && console_->is_terminal() && !bodies_on_terminal;
  return {};
}

void Client::make_origins(const Url& url) {
  Console* const trace = config_.verbose ? console_ : nullptr;
  const bool falls_back = config_.http == HttpChoice::kAuto;
  Origins& origins = origins_[url.origin()];
  while (origins.size() < config_.connections) {
    origins.push_back(std::make_unique<Origin>(url, loop_.get(), config_.connection, falls_back,
                                               &connections_made_, trace, tls_.get(),
                                               http1_tls_.get()));
  }
  origins_of_.push_back(&origins);
}

Outcome Client::make_tls() {
  if (std::ranges::none_of(config_.urls, &Url::is_https)) return {};
  tls::ClientOptions options;
  if (config_.http == HttpChoice::k11) options.protocols = {"http/1.1"};
  if (config_.http == HttpChoice::kAuto) options.protocols = {"h2", "http/1.1"};
  options.verify = !config_.insecure;
  if (config_.insecure) {
    console_->line(
        "get: --insecure: certificates are NOT checked: anybody on the way can read and change "
        "everything");
  }
  if (!config_.ca.empty()) {
    absl::StatusOr<std::string> authorities = program::read_pem_file(config_.ca);
    if (!authorities.ok()) return failure(ExitCode::kUsage, authorities.status());
    options.authorities = std::move(*authorities);
  }
  if (!config_.certificate.empty()) {
    absl::StatusOr<tls::Identity> identity =
        program::read_identity(config_.certificate, config_.key);
    if (!identity.ok()) return failure(ExitCode::kUsage, identity.status());
    options.identity = std::move(*identity);
  }
  auto key_log = program::key_log_of_environment();
  if (!key_log.ok()) return failure(ExitCode::kUsage, key_log.status());
  options.key_log = std::move(*key_log);
  adapters::StatusOr<std::unique_ptr<tls::Client>> client = tls::Client::create(options);
  if (!client.ok()) return failure(ExitCode::kUsage, client.status());
  tls_ = std::move(*client);
  if (config_.http != HttpChoice::kAuto) return {};
  options.protocols = {"http/1.1"};  // for servers that ask for it
  client = tls::Client::create(options);
  if (!client.ok()) return failure(ExitCode::kUsage, client.status());
  http1_tls_ = std::move(*client);
  return {};
}

Outcome Client::open_outputs() {
  for (const std::string& path : config_.outputs) {
    if (const Outcome opened = open_output(path); !opened.ok()) return opened;
  }
  if (outputs_.empty() && config_.counts) outputs_.push_back({.output = Output::nowhere()});
  if (outputs_.empty()) {
    if (const Outcome opened = open_output("-"); !opened.ok()) return opened;
  }
  const size_t urls = config_.urls.size();
  for (size_t url = 0; url < urls; ++url) {
    const bool once_more = url < config_.requests % urls;
    destination_of(url).transfers_left += config_.requests / urls + (once_more ? 1 : 0);
  }
  return {};
}

Outcome Client::open_output(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Output>> output = Output::open(path, config_.keep_part);
  if (!output.ok()) return failure(ExitCode::kWriteError, output.status());
  outputs_.push_back({.output = std::move(*output)});
  return {};
}

Outcome Client::make_loop() {
  const std::array<adapters::Service*, 1> accepts_nobody = {nullptr};
  absl::StatusOr<program::Loops> made =
      program::make_loops(config_.io, config_.loop, accepts_nobody);
  if (!made.ok()) {
    const bool asked_too_much = absl::IsUnavailable(made.status());
    return failure(asked_too_much ? ExitCode::kUsage : ExitCode::kInternal, made.status());
  }
  if (!made->note.empty()) console_->line("get: " + made->note);
  loop_ = std::move(made->loops.front());
  return {};
}

// --- While it runs.

ExitCode Client::run() {
  started_ = current_time();
  measured_from_ = started_ + config_.warm_up;
  if (config_.duration.count() > 0) stops_at_ = measured_from_ + config_.duration;
  start_requests();
  while (!plan_.is_done() && loop_->failure().ok()) turn();
  ended_ = current_time();
  console_->erase();
  if (!plan_.is_done()) {
    console_->line("get: " + loop_->failure().message());
    return ExitCode::kInternal;
  }
  close();
  return summary_.exit_code();
}

// Starts the requests that are due until `at_once` are open. A request that fails at once makes
// room for the next; the flag avoids a recursion.
void Client::start_requests() {
  if (std::exchange(starting_, true)) return;
  while (true) {
    const TimePoint now = current_time();
    if (now >= stops_at_) plan_.stop();
    const TimePoint due = config_.rate == 0 ? now : next_start();
    if (due > now) break;
    const std::optional<Plan::Request> next = plan_.next();
    if (!next) break;
    start(*next, due);
  }
  starting_ = false;
}

void Client::start(const Plan::Request& request, TimePoint due) {
  const Assignment assignment{.index = request.index,
                              .head = heads_[request.url].get(),
                              .data = data_ ? &*data_ : nullptr,
                              .output = destination_of(request.url).output.get(),
                              .fail_on_status = config_.fail_on_status,
                              .show_head = config_.show_head};
  auto owned = std::make_unique<Transfer>(assignment, this, due);
  Transfer& transfer = *owned;
  transfers_.emplace(request.index, std::move(owned));
  if (config_.timeout.count() > 0) timeouts_.schedule(transfer, current_time() + config_.timeout);
  if (assignment.output->error() != 0) {
    transfer.fail({ExitCode::kWriteError, "the output is closed"});
    return;
  }
  Origins& origins = *origins_of_[request.url];
  origins[request.index / config_.urls.size() % origins.size()]->submit(transfer);
}

TimePoint Client::next_start() const {
  if (!plan_.may_begin()) return TimePoint::max();
  const std::chrono::duration<double> behind(static_cast<double>(plan_.begun()) / config_.rate);
  return started_ + std::chrono::duration_cast<TimePoint::duration>(behind);
}

void Client::turn() {
  const TimePoint now = current_time();
  TimePoint deadline = std::min(timeouts_.next(), stops_at_);
  if (config_.rate > 0) deadline = std::min(deadline, next_start());
  if (shows_progress_) deadline = std::min(deadline, progress_.next());
  for (const Destination& to : outputs_) {
    if (to.output->wants_flush()) deadline = now;
  }
  wait(deadline, now);
  for (const Destination& to : outputs_) {
    if (to.output->wants_flush()) to.output->flush();
  }
  expire(current_time());
  start_requests();
  over_.clear();
  draw_progress(current_time());
}

// Waits until a connection of the loop, a file that is sent or an output is ready.
void Client::wait(TimePoint deadline, TimePoint now) {
  std::vector<pollfd> ready = {{loop_->descriptor(), POLLIN, 0}};
  // Only one request can have a body that waits (see prepare()).
  Transfer* waiting = transfers_.empty() ? nullptr : transfers_.begin()->second.get();
  if (waiting != nullptr && waiting->waits_for() < 0) waiting = nullptr;
  if (waiting != nullptr) ready.push_back({waiting->waits_for(), POLLIN, 0});
  const size_t first_output = ready.size();
  for (const Destination& to : outputs_) {
    ready.push_back({to.output->waits_for(), POLLOUT, 0});  // -1: ignored
  }
  const bool only_loop = std::ranges::all_of(gsl::span<const pollfd>(ready).subspan(1),
                                             [](const pollfd& entry) { return entry.fd < 0; });
  if (only_loop) {
    loop_->turn(until(deadline, now));
    return;
  }
  const milliseconds longest = until(std::min(deadline, loop_->next_deadline(now)), now);
  const int timeout = longest == milliseconds::max()
                          ? -1
                          : static_cast<int>(std::min(longest, milliseconds(60'000)).count());
  if (poll(ready.data(), ready.size(), timeout) < 0 && errno != EINTR) {
    loop_->turn(kShortOfMemory);
    return;
  }
  if (waiting != nullptr && ready[1].revents != 0) waiting->resume();
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (ready[first_output + i].revents != 0) outputs_[i].output->flush();
  }
  loop_->turn(milliseconds(0));
}

void Client::expire(TimePoint now) {
  while (adapters::DeadlineQueue::Entry* due = timeouts_.take_due(now)) {
    auto& transfer = static_cast<Transfer&>(*due);
    if (transfer.is_answered()) continue;  // only its output is not written yet
    for (const auto& [name, origins] : origins_) {
      for (const auto& origin : origins) origin->forget(transfer);
    }
    transfer.fail(
        {ExitCode::kTimeout, "no complete response after " + format_duration(config_.timeout)});
  }
}

void Client::on_finished(Transfer& transfer) {
  timeouts_.remove(transfer);
  const size_t index = transfer.index();
  Destination& destination = destination_of(index % config_.urls.size());
  const Outcome outcome = settle(destination, transfer.outcome());
  if (!outcome.ok() || transfer.finished_at() >= measured_from_) {
    summary_.add(index, outcome, transfer.status(), transfer.finished_at() - transfer.started());
    summary_.add_traffic(transfer.received(), transfer.sent());
  }
  octets_over_ += transfer.received() + transfer.sent();
  if (!outcome.ok() && failures_told_ < kFailuresTold) {
    ++failures_told_;
    const Url& url = config_.urls[index % config_.urls.size()];
    console_->line("get: " + url.origin() + url.path + ": " + outcome.reason);
  }
  const auto found = transfers_.find(index);
  over_.push_back(std::move(found->second));
  transfers_.erase(found);
  plan_.finished();
  start_requests();
}

// Prints the name of a file that keeps the received part, even after kFailuresTold failures.
Outcome Client::settle(Destination& destination, const Outcome& outcome) {
  // Octets that were held when the stream ended may not have been written.
  const int error = destination.output->error();
  const bool lost = outcome.ok() && error != 0;
  Outcome settled =
      lost ? Outcome{ExitCode::kWriteError, std::string("the output: ") + strerror(error)}
           : outcome;
  destination.failed |= !settled.ok();
  if (--destination.transfers_left > 0) return settled;
  if (!destination.failed) {
    const absl::Status committed = destination.output->commit();
    if (!committed.ok()) return failure(ExitCode::kWriteError, committed);
  }
  const std::string part = destination.output->give_up();
  if (!part.empty()) console_->line("get: the received part is kept in " + part);
  return settled;
}

// --- After the last request.

void Client::close() {
  for (const auto& [name, origins] : origins_) {
    for (const auto& origin : origins) origin->close();
  }
  const TimePoint end = current_time() + kFarewell;
  const auto has_connections = [](const auto& entry) {
    return std::ranges::any_of(entry.second,
                               [](const auto& origin) { return origin->has_connections(); });
  };
  while (std::ranges::any_of(origins_, has_connections) && current_time() < end) {
    if (!loop_->turn(milliseconds(100))) return;
  }
}

std::string Client::summary() const {
  return summary_.render(std::max(ended_ - measured_from_, TimePoint::duration(0)), config_.plot);
}

Client::Destination& Client::destination_of(size_t url) {
  return outputs_[std::min(url, outputs_.size() - 1)];
}

// --- Progress.

ProgressState Client::progress_state(TimePoint now) const {
  ProgressState state;
  state.done = plan_.done();
  state.total = stops_at_ == TimePoint::max() ? plan_.total() : 0;
  state.octets = octets_over_;
  for (const auto& [index, transfer] : transfers_) {
    state.octets += transfer->received() + transfer->sent();
  }
  if (state.total == 1 && !transfers_.empty()) {
    state.expected = transfers_.begin()->second->expected();
  }
  state.elapsed = now - started_;
  return state;
}

void Client::draw_progress(TimePoint now) {
  if (!shows_progress_ || !progress_.is_due(now)) return;
  console_->draw(render_progress(progress_state(now), console_->width() - 1));
}

}  // namespace headrace::get
