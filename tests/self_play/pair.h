#ifndef HEADRACE_TESTS_SELF_PLAY_PAIR_H_
#define HEADRACE_TESTS_SELF_PLAY_PAIR_H_

#include <chrono>
#include <cstdint>

#include "headrace/memory/allocation.h"
#include "tests/self_play/exchange.h"
#include "tests/self_play/random.h"
#include "tests/self_play/report.h"
#include "tests/self_play/side.h"
#include "tests/self_play/wire.h"

namespace headrace::self_play {

struct Modes {
  Allocation client = Allocation::kReuse;
  Allocation server = Allocation::kReuse;
};

// A client and a server, from their first octet to their end.
class Pair {
 public:
  // Options, limits and habits are drawn from `random`.
  Pair(const Modes& modes, Random* random, Report* report, TimePoint now);

  // Until the pair has ended, `report` has a failure, or stands at step `last`.
  void play(uint64_t last);

 private:
  void step();
  void check();
  // Nothing is begun any more, and everything comes to its end.
  void rest(uint64_t last);
  void jump();
  bool quiesce_transport();
  void end(uint64_t last);
  void check_memory(uint64_t last);
  bool is_over() const { return client_.is_over() && server_.is_over(); }
  void forget_exchanges();
  bool going_on(uint64_t last) const { return !report_.failed() && report_.step() < last; }

  Random& random_;
  Report& report_;
  TimePoint now_;
  const TimePoint begin_;
  const bool rude_;  // time runs out now and then
  uint64_t steps_left_;
  Conversation conversation_;
  Wire to_server_;
  Wire to_client_;
  Side client_;
  Side server_;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_PAIR_H_
