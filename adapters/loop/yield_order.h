#ifndef HEADRACE_ADAPTERS_LOOP_YIELD_ORDER_H_
#define HEADRACE_ADAPTERS_LOOP_YIELD_ORDER_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>

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

  // To be a base of what is ordered. It must be removed from its order before it is destroyed.
  class Entry {
   private:
    friend class YieldOrder;
    std::list<Entry*>::iterator place_;
    TimePoint since_;
    uint64_t progress_ = 0;
    Standing standing_ = Standing::kNew;
    bool listed_ = false;
  };

  // A connection yields when nothing has moved for so long: one that is new or idle, and one that
  // is busy. Zero: never.
  YieldOrder(std::chrono::milliseconds idle, std::chrono::milliseconds stalled);

  // How a connection stands now. Another standing or `progress` than before: something has moved.
  void note(Entry& entry, Standing standing, uint64_t progress, TimePoint now);
  // Something has moved that `progress` does not tell.
  void renew(Entry& entry, TimePoint now);
  void remove(Entry& entry);

  // Who is to yield first, or null.
  Entry* due(TimePoint now) const;
  // Nobody is due before this; TimePoint::max() where nobody ever is.
  TimePoint next() const;

 private:
  std::list<Entry*>& list_of(Standing standing) { return lists_[static_cast<size_t>(standing)]; }
  TimePoint due_at(size_t kind) const;

  std::array<std::chrono::milliseconds, 3> patience_;
  std::array<std::list<Entry*>, 3> lists_;  // by standing; who moved last is at the end
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_YIELD_ORDER_H_
