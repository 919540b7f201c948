#ifndef HEADRACE_ADAPTERS_LOOP_YIELD_ORDER_H_
#define HEADRACE_ADAPTERS_LOOP_YIELD_ORDER_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "adapters/loop/intrusive_list.h"
#include "protocol/connection/options.h"

namespace headrace::adapters {

// Who gives way when every place is taken and somebody waits for one: the connections that were
// accepted, in the order in which something last moved on them. Nothing here looks at all of them.
class YieldOrder {
 public:
  // How a connection stands. The first kind gives way before the others.
  enum class Standing : uint8_t {
    kNew,   // its preface is not complete. Whatever comes of it counts for nothing
    kIdle,  // no stream is open, and no output waits
    kBusy,
  };

  class Entry;
  using List = IntrusiveList<Entry, YieldOrder>;

  // To be a base of what is ordered, which leaves its order when it is destroyed.
  class Entry : private List::Hook {
   private:
    friend class YieldOrder;
    friend List;
    TimePoint since_;
    uint64_t progress_ = 0;
    Standing standing_ = Standing::kNew;
  };

  // A connection yields when nothing has moved for so long: one that is new or idle, and one that
  // is busy. Zero: never.
  YieldOrder(std::chrono::milliseconds idle, std::chrono::milliseconds stalled);

  // How a connection stands now. Another standing or `progress` than before: something has moved.
  void note(Entry& entry, Standing standing, uint64_t progress, TimePoint now);
  // Something has moved that `progress` does not tell.
  void renew(Entry& entry, TimePoint now);
  static void remove(Entry& entry) { entry.leave(); }

  // Who is to yield first, or null.
  Entry* due(TimePoint now) const;
  // Nobody is due before this; TimePoint::max() where nobody ever is.
  TimePoint next() const;

 private:
  List& list_of(Standing standing) { return lists_[static_cast<size_t>(standing)]; }
  TimePoint due_at(size_t kind) const;

  std::array<std::chrono::milliseconds, 3> patience_;
  std::array<List, 3> lists_;  // by standing; who moved last is at the end
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_YIELD_ORDER_H_
