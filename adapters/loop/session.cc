#include "headrace/adapters/loop/session.h"

#include <algorithm>
#include <random>
#include <span>
#include <utility>

namespace headrace::adapters {
namespace {

// Octets of output memory that a connection keeps after a large burst.
constexpr size_t kOutputKept = 64 << 10;

// Sets a random seed, so that connections that began together do not end together
// (Limits::connection_age).
Options with_seed(Options options) {
  if (options.seed == 0 && options.limits.connection_age.count() > 0) {
    std::random_device random;
    options.seed = uint64_t{random()} << 32 | random();
  }
  return options;
}

}  // namespace

Session::Session(Role role, const Options& connection, const LoopOptions& options, Service& service,
                 Driver& driver, LoopStatistics& statistics, WorkBudget& budget, TimePoint now,
                 std::unique_ptr<SecureChannel> channel)
    : role_(role),
      options_(options),
      explicit_release_(connection.explicit_release),
      statistics_(statistics),
      secured_(channel == nullptr
                   ? nullptr
                   : std::make_unique<Secured>(std::move(channel), role, with_seed(connection),
                                               service, driver)),
      budget_(budget) {
  if (secured_ == nullptr) {
    connection_.emplace(role, with_record(with_seed(connection)), now);
    handler_ = service.open(*connection_, driver);
  }
  (role == Role::kServer ? statistics_.connections_accepted : statistics_.connections_made).add(1);
}

Options Session::with_record(Options options) {
  if (options_.records == nullptr) return options;
  record_ = options_.records->open();
  options.record = record_.get();
  return options;
}

Session::~Session() {
  publish_statistics();
  statistics_.connection_memory.subtract(published_.memory_live);
  discount_memory();
  statistics_.connections_closed.add(1);
}

void Session::receive(std::span<const uint8_t> bytes, TimePoint now) {
  if (phase_ != Phase::kOpen) return;
  if (handler_ != nullptr) handler_->prepare();
  if (secured_ == nullptr) {
    dispatch(connection_->receive(bytes, now));
  } else {
    decrypt(bytes, now);
  }
  conclude(now);
  watch_idle(now);
}

void Session::end_of_input(TimePoint now) {
  ended_ = ended_ || !lost_;
  input_ended_ = true;
  if (phase_ == Phase::kLingering && held_ == 0) phase_ = Phase::kClosed;
  conclude(now);
}

void Session::fail(TimePoint now) {
  if (phase_ == Phase::kOpen) {
    statistics_.connections_failed.add(1);
    if (secured_ != nullptr) secured_->channel->end_of_input();
    if (connection_) {
      dispatch(connection_->end_of_input(now, all_read() && ended_in_order()), Extent::kAll);
    } else {
      report_failed_handshake();
    }
  }
  phase_ = Phase::kClosed;
}

void Session::fail_input(bool sending, TimePoint now) {
  if (role_ == Role::kServer || phase_ != Phase::kOpen || !connection_) return fail(now);
  input_ended_ = lost_ = true;
  ended_ = false;
  if (!sending) output_waits(false, 0, now);
  conclude(now);
}

void Session::fail_output(bool ended, TimePoint now) {
  if (role_ == Role::kServer || phase_ != Phase::kOpen || !connection_) return fail(now);
  ended_ = ended_ || (ended && !lost_);  // only the first failure tells
  lost_ = true;
  output_waits(false, 0, now);
  conclude(now);
}

void Session::attend(TimePoint now) {
  if (phase_ != Phase::kOpen) return;
  if (keeps_ciphertext()) decrypt_kept(now);
  if (connection_ && connection_->has_events()) dispatch(connection_->advance(now));
  conclude(now);
}

void Session::expire(TimePoint now, size_t in_flight) {
  if (phase_ == Phase::kLingering && now >= linger_until_) {
    // A slow peer that is still reading gets more time, because it would lose the end of the
    // output.
    const bool goes_on = in_flight > 0 && in_flight < std::exchange(in_flight_, in_flight);
    phase_ = goes_on ? Phase::kLingering : Phase::kClosed;
    linger_until_ = now + options_.linger_timeout;
  } else if (phase_ == Phase::kOpen) {
    look_at_output(now, in_flight);
    if (stuck_) return fail(now);
    if (now >= trim_at_) {
      connection_->trim();
      if (secured_ != nullptr) secured_->channel->trim();
      trim_at_ = TimePoint::max();
    }
    if (secured_ != nullptr) secured_->channel->expire(now);
    if (connection_) {
      handler_->prepare();
      dispatch(connection_->advance(now));
    }
    conclude(now);
  }
}

void Session::sent(size_t size, TimePoint now) {
  if (size > 0) blocked_since_ = TimePoint::max();  // output_waits() follows
  waiting_ -= std::min(waiting_, size);
  if (explicit_release_) held_ += size;
  if (secured_ == nullptr) {
    connection_->sent(size, now);
  } else {
    encrypted_sent(size, now);
  }
  if (connection_) {
    if (connection_->has_events()) dispatch(connection_->advance(now));
    // Half of the replies have been sent, so an empty receive() continues with the kept input.
    if (throttled_ && connection_->wants_input()) dispatch(connection_->receive({}, now));
  }
  conclude(now);
  watch_idle(now);
}

void Session::released(size_t size, TimePoint now) {
  if (secured_ == nullptr) {
    connection_->released(size);
  } else {
    secured_->channel->released(size);
  }
  held_ -= size;
  if (phase_ == Phase::kLingering && input_ended_ && held_ == 0) phase_ = Phase::kClosed;
  attend(now);
}

void Session::output_waits(bool waits, size_t size, TimePoint now) {
  waiting_ = size;
  if (waits && blocked_since_ != TimePoint::max()) return;
  blocked_since_ = waits ? now : TimePoint::max();
  looked_at_ = blocked_since_;
  in_flight_ = kUnknown;
}

// The system accepts more only in large steps, so a slow peer that empties its queue may seem to
// take nothing for minutes.
void Session::look_at_output(TimePoint now, size_t in_flight) {
  if (now < write_deadline()) return;
  looked_at_ = now;
  const size_t before = std::exchange(in_flight_, in_flight);
  if (before != kUnknown && before != in_flight) blocked_since_ = now;
  stuck_ = now >= blocked_since_ + options_.write_timeout;
}

void Session::shutdown(TimePoint now) {
  if (phase_ != Phase::kOpen) return;
  if (!connection_) {
    secured_->shuts_down = true;
    return;
  }
  (void)connection_->shutdown();  // kConnectionGone: it is closing anyway
  attend(now);
}

void Session::terminate(ErrorCode error, TimePoint now) {
  if (phase_ != Phase::kOpen) return;
  if (!connection_) {
    report_failed_handshake();
    phase_ = Phase::kClosed;
    return;
  }
  (void)connection_->terminate(error);  // kConnectionGone: it is closing anyway
  dispatch(connection_->advance(now), Extent::kAll);
  conclude(now);
}

bool Session::wants_input() const {
  if (phase_ == Phase::kLingering) return !input_ended_;
  return phase_ == Phase::kOpen && !input_ended_ && !has_work() &&
         (!connection_ || connection_->wants_input());
}

TimePoint Session::deadline() const {
  if (phase_ == Phase::kLingering) return linger_until_;
  // While work is left, the next turn follows at once and checks the connection's deadlines.
  const TimePoint connection = has_work()    ? TimePoint::max()
                               : connection_ ? connection_->next_deadline()
                                             : secured_->channel->deadline();
  return std::min({connection, write_deadline(), trim_at_});
}

TimePoint Session::write_deadline() const {
  if (blocked_since_ == TimePoint::max() || options_.write_timeout.count() == 0) {
    return TimePoint::max();
  }
  constexpr int kLooks = 4;  // checks within the write timeout
  return std::min(blocked_since_ + options_.write_timeout,
                  looked_at_ + options_.write_timeout / kLooks);
}

EvictionOrder::Activity Session::activity() const {
  if (!connection_ || connection_->statistics().frames_received == 0) {
    return EvictionOrder::Activity::kNew;
  }
  return connection_->open_streams() > 0 || wants_output() ? EvictionOrder::Activity::kBusy
                                                           : EvictionOrder::Activity::kIdle;
}

uint64_t Session::progress() const {
  if (!connection_) return 0;
  const Statistics& counted = connection_->statistics();
  return counted.requests_received * LoopOptions::kOctetsOfARequest + counted.data_received +
         counted.data_sent;
}

void Session::publish_statistics() {
  const Statistics& current = connection_ ? connection_->statistics() : published_;
  for (size_t i = 0; i < kConnectionCounters.size(); ++i) {
    const auto field = kConnectionCounters[i].field;
    if (current.*field != published_.*field) {
      statistics_.connection_counters[i].add(current.*field - published_.*field);
    }
  }
  for (size_t i = 0; i < kLimits; ++i) {
    const auto limit = static_cast<Limit>(i);
    const uint64_t hits = current.limits_hit.of(limit) - published_.limits_hit.of(limit);
    if (hits > 0) statistics_.limits_hit[i].add(hits);
  }
  statistics_.connection_memory.add(current.memory_live - published_.memory_live);
  // The connection keeps output memory for the next burst.
  const size_t output = waiting_ + (socket_memory_ > 0 ? kOutputKept : 0);
  const size_t channel =
      secured_ == nullptr ? 0 : secured_->channel->memory() + secured_->kept.size();
  const size_t memory = LoopOptions::kMemoryOfAConnection + current.memory_live + output + channel +
                        (handler_ == nullptr ? 0 : handler_->memory()) + socket_memory_;
  statistics_.memory.add(memory - memory_);
  memory_ = memory;
  statistics_.socket_memory.add(socket_memory_ -
                                std::exchange(published_socket_memory_, socket_memory_));
  if (connection_) published_ = current;
}

void Session::discount_memory() {
  statistics_.memory.subtract(std::exchange(memory_, 0));
  socket_memory_ = 0;
  statistics_.socket_memory.subtract(std::exchange(published_socket_memory_, 0));
}

// The rest of the range's events are in the next range.
void Session::dispatch(EventRange&& events, Extent extent) {
  const bool all = extent == Extent::kAll;
  if (all || work_.left(budget_) > 0) {
    for (EventPtr event : events) {
      handler_->handle(std::move(event));
      if (all) continue;
      if (!work_.spend(budget_)) break;
    }
  }
  throttled_ = !connection_->wants_input();
}

void Session::watch_idle(TimePoint now) {
  const bool idle = options_.trim_after.count() > 0 && connection_ &&
                    connection_->open_streams() == 0 && !wants_output();
  trim_at_ = idle ? now + options_.trim_after : TimePoint::max();
}

// Called after anything that may have changed the connection: checks whether it has ended.
void Session::conclude(TimePoint now) {
  if (phase_ != Phase::kOpen) return;
  if (secured_ != nullptr && !conclude_channel(now)) return;
  // The end of input closes the streams, so a peer that sent FIN first receives the ready output.
  if (lost_) drop_replies(now);
  if (lost_ && (all_read() || !expects_input())) return fail(now);
  if (all_read() && !end_told_ && !connection_->wants_output()) {
    end_told_ = true;
    dispatch(connection_->end_of_input(now, ended_in_order()), Extent::kAll);
  }
  // Output that the connection has given up is the loop's own to give up, by its write_timeout: it
  // knows what the system still sends.
  if (!connection_->should_close() || connection_->wants_output()) return;
  if (secured_ != nullptr) {
    secured_->channel->close();
    if (secured_->channel->wants_output()) return;
  }
  linger(now);
}

// Whether the connection has taken all input, to its end.
bool Session::all_read() const { return input_ended_ && connection_->wants_input() && !has_work(); }

// EOF is an end in order; of an encrypted connection only behind close_notify (RFC 9112 §9.8).
bool Session::ended_in_order() const {
  if (secured_ == nullptr) return ended_;
  return secured_->channel->end() == SecureChannel::End::kCloseNotify;
}

// Whether input can still be of use to a connection that cannot send.
bool Session::expects_input() const {
  return has_work() || connection_->open_streams() > 0 || connection_->waiting_requests() > 0;
}

// Queued replies keep an HTTP/2 connection from its input, and will not be sent any more. (Output
// that waits may be in use by the transport.)
void Session::drop_replies(TimePoint now) {
  while (!connection_->wants_input() && !has_work() && blocked_since_ == TimePoint::max() &&
         connection_->protocol() == ProtocolVersion::kHttp2) {
    size_t size = 0;
    for (const ConstBuffer& buffer : connection_->pending_output()) size += buffer.size;
    if (size == 0) return;
    connection_->sent(size, now);
    dispatch(connection_->receive({}, now));
  }
}

// All output is written.
void Session::linger(TimePoint now) {
  if ((input_ended_ && held_ == 0) || should_reset() || options_.linger_timeout.count() == 0) {
    phase_ = Phase::kClosed;
  } else {
    phase_ = Phase::kLingering;
    linger_until_ = now + options_.linger_timeout;
  }
}

}  // namespace headrace::adapters
