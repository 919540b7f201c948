#include "tests/self_play/timed_end.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "tests/self_play/application.h"

namespace headrace::self_play {
namespace {

constexpr int kEnoughTurns = 100'000;

Options with(Options options, FrameObserver* observer) {
  options.observer = observer;
  return options;
}

}  // namespace

TimedEnd::TimedEnd(Role role, const Options& options, const Style& style, TimedWorld* world)
    : role_(role),
      style_(style),
      world_(*world),
      options_(with(options, this)),
      connection_(role, options_, world->now),
      began_at_(world->now) {}

void TimedEnd::connect(TimedEnd* peer, TimedPipe* in, TimedPipe* out) {
  peer_ = peer;
  in_ = in;
  out_ = out;
}

bool TimedEnd::turn() {
  bool any = false;
  for (int i = 0; !over_ && !world_.failed() && !is_busy(); ++i) {
    if (i > kEnoughTurns) require(false, "there is always something to do, without an end");
    bool moved = read();
    if (!is_busy()) moved = run_tasks() || moved;
    if (!is_busy()) moved = write() || moved;
    // (What is kept was perhaps in the way of what has come behind it.)
    const bool reads_on = connection_.wants_input() && in_->available(world_.now) > 0;
    if (!is_busy() && !reads_on) moved = tell_time() || moved;
    if (connection_.should_close() && !connection_.has_events()) close_transport();
    if (!moved) break;
    any = true;
  }
  return any;
}

TimePoint TimedEnd::next() {
  if (over_) return TimePoint::max();
  if (is_busy()) return busy_until_;
  TimePoint next = std::min(connection_.next_deadline(), in_->next_due(world_.now));
  if (!agenda_.empty()) next = std::min(next, agenda_.begin()->first);
  return next;
}

void TimedEnd::close_transport() {
  world_.trace([&] { return std::string(who()) + " closes the transport"; });
  require_all_sent();
  over_ = true;
  agenda_.clear();
  out_->close(world_.now, !connection_.should_reset());
  in_->discard();
}

bool TimedEnd::give_up() {
  if (over_ || closed_ || !may_wait_for_ever()) return false;
  world_.trace([&] { return std::string(who()) + " gives up"; });
  world_.moved_at = world_.now;
  terminate();
  return true;
}

// --- Input

bool TimedEnd::read() {
  bool any = false;
  while (!is_busy() && !world_.failed() && connection_.wants_input()) {
    const size_t available = in_->available(world_.now);
    if (available == 0) break;
    const size_t size = world_.random.one_in(3)
                            ? 1 + world_.random.up_to(static_cast<uint32_t>(available - 1))
                            : available;
    const std::string octets = in_->take(size);
    world_.trace([&] { return std::string(who()) + " reads " + std::to_string(size) + " octets"; });
    world_.moved_at = world_.now;
    any = true;
    note_wants();
    walk(connection_.receive(octets, world_.now));
  }
  if (!is_busy() && !end_told_ && !left_ && in_->at_end(world_.now)) {
    world_.trace([&] { return std::string(who()) + " reads the end"; });
    end_told_ = any = true;
    note_wants();
    walk(connection_.end_of_input(world_.now, in_->in_order()));
  }
  if (in_->is_empty() && !peer_->connection_.wants_output()) clear_at_ = world_.now;
  return any;
}

void TimedEnd::walk(EventRange range) {
  bool left = false;
  for (EventPtr event : range) {
    world_.trace([&] { return std::string(who()) + " = " + event_line(*event); });
    take(*event);
    if (world_.failed()) return;
    if (style_.leaves_early && world_.random.one_in(4)) {
      left = true;
      break;
    }
  }
  left_ = left && connection_.has_events();
  if (left_ || world_.random.one_in(4)) maybe_busy();
}

// (From inside on_limit_hit() the connection is not asked.)
void TimedEnd::note_wants() {
  wanted_input_ = connection_.wants_input();
  wanted_output_ = connection_.wants_output();
}

// The program does something else: nothing is read, written or asked for meanwhile.
void TimedEnd::maybe_busy() {
  if (!style_.is_busy || !world_.random.one_in(4)) return;
  busy_until_ = world_.now + world_.draw_pause();
  if (!is_busy()) return;
  world_.trace([&] { return std::string(who()) + " is busy"; });
}

// --- Output

bool TimedEnd::write() {
  static constexpr std::array<size_t, 4> kRooms = {65536, 65536, 1500, 100};
  bool any = false;
  while (connection_.wants_output() && out_->room() > 0) {
    source_asked_ = false;
    const auto buffers = connection_.pending_output(world_.random.pick(kRooms));
    std::string octets;
    for (const ConstBuffer& buffer : buffers) {
      octets.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
    }
    octets.resize(std::min(octets.size(), out_->room()));
    if (octets.size() > 1 && world_.random.one_in(8)) {
      octets.resize(1 + world_.random.up_to(static_cast<uint32_t>(octets.size() - 1)));
    }
    require(!octets.empty() || source_asked_, "output was wanted, and there is none");
    if (world_.failed()) return false;
    if (octets.empty()) continue;
    const bool untimed = world_.random.below(4) < style_.untimed;
    world_.trace([&] {
      return std::string(who()) + " sends " + std::to_string(octets.size()) + " octets" +
             (untimed ? ", untimed" : "");
    });
    out_->send(octets, world_.now);
    untimed ? connection_.sent(octets.size()) : connection_.sent(octets.size(), world_.now);
    taken_at_ = world_.moved_at = world_.now;
    any = true;
    output_waits_since_ = TimePoint::max();
  }
  if (!connection_.wants_output()) {
    output_waits_since_ = TimePoint::max();
  } else if (output_waits_since_ == TimePoint::max()) {
    output_waits_since_ = world_.now;
  }
  return any;
}

// --- Time

bool TimedEnd::tell_time() {
  if (connection_.next_deadline() > world_.now) return false;
  note_wants();
  walk(connection_.advance(world_.now));
  return true;
}

bool TimedEnd::run_tasks() {
  bool any = false;
  while (!agenda_.empty() && agenda_.begin()->first <= world_.now && !is_busy()) {
    // (Without a look at deadlines: output has not been offered to the transport yet.)
    if (style_.tells_first && !any) {
      note_wants();
      walk(connection_.receive({}, world_.now));
    }
    if (agenda_.empty() || is_busy()) break;
    const auto task = std::move(agenda_.begin()->second);
    agenda_.erase(agenda_.begin());
    world_.moved_at = world_.now;
    any = true;
    task();
  }
  return any;
}

void TimedEnd::on_refused(const ErrorDetail& error, std::string_view) {
  world_.trace([&] { return std::string(who()) + " refuses: " + headrace::describe(error); });
  require_accepted(error);
  StreamId id = name(error.stream_id);
  // (Of a request that the application has not heard of.)
  if (id == 0 && error.status != 0) id = last_heard_ + 1;
  if (id == 0) {
    world_.torn = true;
  } else {
    world_.note_cut(id);
  }
}

void TimedEnd::on_limit_hit(const LimitHit& hit) {
  world_.trace([&] {
    return std::string(who()) + " hits " + to_string(hit.limit) + ", " +
           std::to_string(hit.observed);
  });
  require_late(hit);
  gave_up_output_ |= world_.is_http1() && hit.limit == Limit::kStreamStallTimeout;
}

}  // namespace headrace::self_play
