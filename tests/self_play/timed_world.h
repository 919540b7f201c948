#ifndef HEADRACE_TESTS_SELF_PLAY_TIMED_WORLD_H_
#define HEADRACE_TESTS_SELF_PLAY_TIMED_WORLD_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/interface/options.h"
#include "tests/self_play/random.h"

namespace headrace::self_play {

using Duration = TimePoint::duration;

// What one side has said of a message, and what the other has heard of it.
struct TimedMessage {
  uint64_t planned = 0;
  bool begun = false;
  bool ended = false;
  uint64_t given = 0;

  // Whether these octets are the whole message. (With a length it has ended with the last.)
  bool is_all(uint64_t octets) const { return octets == given && (ended || given == planned); }
  bool is_all() const { return is_all(given); }

  bool head_heard = false;
  bool end_heard = false;
  uint64_t heard = 0;
};

struct TimedExchange {
  TimedMessage request;
  TimedMessage response;
  std::deque<uint32_t> interim;  // numbers of interim responses that were given and not heard yet
  bool refused = false;          // its response is one of the connection's own
  bool waits_for_continue = false;
  TimePoint asked_at{};
  bool server_knows = false;
  bool client_closed = false;
  bool server_closed = false;
  bool retry_safe = false;
};

// What both ends have in common: the time, what was said, and what may have gone wrong by it.
struct TimedWorld {
  TimedWorld(Random* random_, bool tracing_) : random(*random_), tracing(tracing_) {}

  Random& random;
  const bool tracing;
  ProtocolVersion version = ProtocolVersion::kHttp1;
  TimePoint now{std::chrono::hours(1)};
  TimePoint moved_at = now;  // when octets moved, or an application did something
  Duration longest_pause{};
  uint32_t largest_body = 150'000;
  std::map<StreamId, TimedExchange> exchanges;

  // What was asked for, or is a peer's own fault, and so may have ended exchanges.
  bool torn = false;               // the connection
  StreamId cut = UINT32_MAX;       // HTTP/1.1: this exchange and all behind it
  std::set<StreamId> resets;       // these alone
  uint32_t interim_responses = 0;  // that were given, in all exchanges

  std::string failure;

  bool is_http1() const { return version == ProtocolVersion::kHttp1; }
  // This exchange was reset or refused, and in HTTP/1.1 with it those behind it.
  void note_cut(StreamId id) {
    if (id == 0 && !is_http1()) torn = true;
    is_http1() ? void(cut = std::min(cut, id)) : void(resets.insert(id));
  }
  bool may_fail(StreamId id) const { return torn || id >= cut || resets.count(id) > 0; }

  bool failed() const { return !failure.empty(); }
  template <typename What>
  void require(bool condition, What what) {
    if (condition || failed()) return;
    failure = what();
    trace([this] { return "FAILED: " + failure; });
  }
  template <typename Line>
  void trace(Line line) const {
    if (!tracing) return;
    const auto passed = std::chrono::duration<double>(now.time_since_epoch()).count() - 3600;
    std::printf("  %10.3f s  %s\n", passed, std::string(line()).c_str());
  }

  // Most are none; some are about as long as a deadline.
  Duration draw_pause() {
    using std::chrono::milliseconds;
    static constexpr std::array kNearDeadlines = {2000, 5000, 10000, 15000, 20000, 60000};
    Duration pause{};
    switch (random.below(8)) {
      case 0:
      case 1:
        pause = milliseconds(random.up_to(3000));
        break;
      case 2:
        pause = milliseconds(random.pick(kNearDeadlines) - 1 + static_cast<int>(random.below(3)));
        break;
      case 3:
        pause = milliseconds(random.up_to(600'000));
        break;
      default:
        break;
    }
    return std::min(pause, longest_pause);
  }
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_TIMED_WORLD_H_
