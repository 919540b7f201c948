#include <algorithm>
#include <chrono>
#include <string>

#include "tests/self_play/timed_end.h"

// What holds in virtual time, whatever the loops and the applications do.

namespace headrace::self_play {
namespace {

using std::chrono::milliseconds;

std::string id_text(StreamId id) { return "stream " + std::to_string(id); }

}  // namespace

void TimedEnd::require(bool condition, const std::string& what) {
  world_.require(condition, [&] { return std::string(who()) + ": " + what; });
}

// After each turn, when nothing is left to do at this time.
void TimedEnd::check_turn() {
  if (in_->is_empty() && !peer_->connection_.wants_output()) clear_at_ = world_.now;
  require_nothing_behind_the_end();
  if (over_ || is_busy()) return;
  require_a_deadline();
  require_end_in_time();
}

// Behind the end of both connections.
void TimedEnd::check_end() {
  for (const auto& [id, exchange] : world_.exchanges) {
    if (client() ? !exchange.request.begun : !exchange.server_knows) continue;
    require(client() ? exchange.client_closed : exchange.server_closed,
            id_text(id) + " has no end");
  }
}

// --- Deadlines

// No deadline passes for a peer that has done in time what was asked of it.
void TimedEnd::require_late(const LimitHit& hit) {
  require(is_late(hit), std::string("a peer is called late that was in time: ") +
                            to_string(hit.limit) + ", " + std::to_string(hit.bound) + " ms");
}

// Octets of the peer's that have come, and are not read.
bool TimedEnd::has_unread() { return in_->available(world_.now) > 0 || (left_ && !wanted_input_); }

// Whether output has waited for so long, and the transport took none of it.
bool TimedEnd::takes_nothing(Duration bound) const {
  return output_waits_since_ != TimePoint::max() &&
         world_.now - std::max(taken_at_, output_waits_since_) >= bound;
}

// Server: whether the client waits for 100, which it was not sent. (That may be lost, or lie
// unread.)
bool TimedEnd::peer_waits_for_continue() {
  if (in_->is_stopped() || out_->is_stopped() || peer_->is_busy()) return false;
  const bool reads = peer_->connection_.wants_input() && out_->is_empty();
  return std::any_of(world_.exchanges.begin(), world_.exchanges.end(), [&](const auto& one) {
    const TimedExchange& exchange = one.second;
    if (!exchange.server_knows || !exchange.waits_for_continue) return false;
    return reads || (wanted_output_ && exchange.interim.empty() && !exchange.response.begun);
  });
}

// Whether the peer can have been late, by what has passed the transport: it was silent, or took
// nothing, for as long as the limit says. (All times are such that the engine's can be later.)
bool TimedEnd::is_late(const LimitHit& hit) {
  const auto since = [&](TimePoint time) {
    return time == TimePoint::min() || world_.now - time >= milliseconds(hit.bound);
  };
  const TimePoint heard_at = in_->last_arrival(world_.now);
  const bool silent = !has_unread() && since(heard_at);
  const bool takes_nothing =
      output_waits_since_ != TimePoint::max() && since(std::max(taken_at_, output_waits_since_));
  switch (hit.limit) {
    case Limit::kPrefaceTimeout:
      return world_.is_http1() ? heard_at == TimePoint::min() : since(clear_at_);
    case Limit::kFieldBlockTimeout:
      return !has_unread() && since(clear_at_);
    case Limit::kContentTimeout:
      return silent && !peer_waits_for_continue();
    case Limit::kSettingsAckTimeout:
      return silent || takes_nothing;
    case Limit::kKeepaliveTimeout: {
      TimePoint asked_at = TimePoint::min();
      if (!open_.empty() && world_.is_http1()) {
        asked_at = world_.exchanges[*open_.begin()].asked_at;
      }
      const bool answers_late = silent && since(asked_at);
      return world_.is_http1() ? answers_late && since(taken_at_) : answers_late || takes_nothing;
    }
    case Limit::kStreamStallTimeout:
      if (world_.is_http1()) return takes_nothing;
      // What the peer gives of its windows has to come, too, perhaps behind other output.
      return takes_nothing || silent || in_->is_stopped() || out_->is_stopped() ||
             peer_->output_waits_since_ != TimePoint::max() || !since(peer_->holds_until_) ||
             !since(peer_->busy_until_);
    case Limit::kIdleTimeout:
      // (What has ended was perhaps not told yet.)
      return (open_.empty() || left_) && since(began_at_) && (!world_.is_http1() || silent);
    default:
      return true;
  }
}

// While it is not the application that has something to do, there is a deadline, so that no peer
// keeps a connection for ever; so there is while output waits in HTTP/1.1, and in both versions
// behind the end.
void TimedEnd::require_a_deadline() {
  if (connection_.next_deadline() != TimePoint::max()) return;
  require(!connection_.wants_output() || (!world_.is_http1() && !closed_),
          "output waits without a deadline");
  require(
      !agenda_.empty() || may_wait_for_ever(),
      "the connection waits without a deadline, with " + std::to_string(open_.size()) + " open");
}

// A response, or with HTTP/2 the rest of any exchange and the taking of output, may take any time
// if nothing asks for a sign of life.
bool TimedEnd::may_wait_for_ever() const {
  const bool asks = options_.limits.keepalive_interval.count() > 0;
  if (asks || closed_) return false;
  if (world_.is_http1()) return client() && !open_.empty();
  return !open_.empty() || connection_.wants_output();
}

// When nothing moves any more, a connection ends within the time that its limits allow.
void TimedEnd::require_end_in_time() {
  if (may_wait_for_ever() || !agenda_.empty()) return;
  const Limits& limits = options_.limits;
  const auto bound = limits.preface_timeout + limits.field_block_timeout +
                     limits.settings_ack_timeout + limits.content_timeout + limits.idle_timeout +
                     limits.keepalive_interval + limits.keepalive_timeout +
                     limits.shutdown_ping_timeout + 2 * limits.stream_stall_timeout;
  require(world_.now - world_.moved_at <= bound, "the connection does not end in time");
}

// Output is given up only behind a time in which the transport took nothing of it.
void TimedEnd::require_all_sent() {
  if (!connection_.wants_output()) return;
  require(gave_up_output_ || takes_nothing(options_.limits.stream_stall_timeout),
          "output is given up too early");
  world_.torn = true;
}

// --- Messages

// What leaves is accepted by the other end, which is strict; but for what is above a limit.
void TimedEnd::require_accepted(const ErrorDetail& error) {
  require(error.bound.has_value(), "refuses what the other side sent: " + describe(error));
}

// Heads and interim responses come in the order of their requests, and before what they introduce.
void TimedEnd::require_in_order(StreamId id, FieldsView fields) {
  TimedExchange& exchange = world_.exchanges[id];
  TimedMessage& message = heard(id);
  require(message.begun || world_.may_fail(id) || !exchange.interim.empty(),
          id_text(id) + ": is told what nobody said");
  require(!message.head_heard, id_text(id) + ": is told of a head out of order");
  if (!client()) {
    return require(fields.path() == "/" + std::to_string(id), id_text(id) + ": another request");
  }
  const std::string_view said = fields.get("x-id");
  if (said.empty()) {  // the connection's own
    exchange.refused = true;
    return require(world_.may_fail(id), id_text(id) + ": is refused, and nothing was wrong");
  }
  require(said == std::to_string(id),
          id_text(id) + ": is told the response to " + std::string(said));
}

// An exchange ends as both sides have said, unless something was asked for that ends it: at it or,
// in HTTP/1.1, at one before it. (One that the server has not heard of may end with the
// connection.)
void TimedEnd::require_whole(const StreamClosed& closed, const TimedExchange& exchange) {
  const StreamId id = name(closed.stream_id);
  const TimedMessage& response = exchange.response;
  bool whole = false;
  if (closed.closed_by == ClosedBy::kEnd) {
    whole = client() ? exchange.request.is_all() && (response.end_heard || exchange.refused)
                     : response.is_all() && exchange.request.end_heard;
  } else if (client()) {  // answered early
    whole = response.end_heard && closed.closed_by != ClosedBy::kLocal;
  } else {  // ... and the client has ended the connection, perhaps
    whole = response.begun && response.is_all() && !exchange.request.end_heard;
  }
  const bool unknown = client() && !exchange.server_knows;
  require(whole || unknown || world_.may_fail(id),
          id_text(id) + " ends within a message, and nobody asked for it");
}

// A request that is called safe to send again was never told to the server's application.
void TimedEnd::require_safe_to_retry(const TimedExchange& exchange) {
  require(!exchange.retry_safe || !exchange.server_knows,
          "a request is safe to retry that the server knows");
}

// Behind its end a connection makes no more content, so that the end is not put off by a body.
void TimedEnd::require_nothing_behind_the_end() {
  require(!data_at_end_ || connection_.statistics().data_sent == *data_at_end_,
          "content is written behind the end of the connection");
}

}  // namespace headrace::self_play
