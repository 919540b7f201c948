#ifndef HEADRACE_ADAPTERS_LOOP_WORK_BUDGET_H_
#define HEADRACE_ADAPTERS_LOOP_WORK_BUDGET_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace headrace::adapters {

// Limits the events that a turn handles for each connection, so that no connection starves the
// others: a turn's events, divided by the number of connections that had some in the turn before.
// The rest of a connection's input is kept. Connections with events left are served in the order of
// a queue until a turn's events are spent, so that a turn is short however many wait, and new
// connections need not wait for all of them.
class WorkBudget {
 public:
  // The least number of events that a turn handles for one connection.
  static constexpr size_t kLeast = 2;
  // The most handshakes that a turn continues. One costs as much as dozens of requests.
  static constexpr size_t kHandshakes = 16;

  explicit WorkBudget(size_t events_per_turn)
      : events_per_turn_(events_per_turn), share_(std::max(kLeast, events_per_turn)) {}

  // Whether all of the turn's events were handled, so that the rest of the queue waits.
  bool is_spent() const { return spent_ >= events_per_turn_; }

  // Whether another handshake may be continued in this turn, which is counted.
  bool take_handshake() { return handshakes_ < kHandshakes && ++handshakes_ > 0; }

  void begin_turn() {
    ++turn_;
    spent_ = 0;
    handshakes_ = 0;
    share_ = std::max(kLeast, events_per_turn_ / std::max<size_t>(1, takers_));
    takers_ = 0;
  }

  // One connection's part of the budget.
  class Part {
   public:
    // The events that are left for the connection in this turn.
    size_t left(WorkBudget& budget) {
      if (turn_ != budget.turn_) {
        turn_ = budget.turn_;
        left_ = budget.share_;
        ++budget.takers_;
      }
      return left_;
    }
    // One event was handled, of those that were left. False if it was the last.
    bool spend(WorkBudget& budget) {
      ++budget.spent_;
      return --left_ > 0;
    }

   private:
    uint64_t turn_ = 0;
    size_t left_ = 0;
  };

 private:
  const size_t events_per_turn_;
  size_t share_;
  size_t spent_ = 0;   // in this turn
  size_t takers_ = 0;  // connections with work in this turn
  size_t handshakes_ = 0;
  uint64_t turn_ = 1;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_WORK_BUDGET_H_
