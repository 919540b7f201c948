#ifndef HEADRACE_ADAPTERS_LOOP_DEADLINE_QUEUE_H_
#define HEADRACE_ADAPTERS_LOOP_DEADLINE_QUEUE_H_

#include <cstddef>
#include <vector>

#include "protocol/connection/options.h"

namespace headrace::adapters {

// The deadlines of many connections: a binary heap of entries that live in what is timed.
//
// A deadline that moves back (an idle timeout with every byte that comes) costs no heap work: the
// entry stays where it is, and its new deadline is looked at when the old one comes up.
class DeadlineQueue {
 public:
  // To be a base of what is timed. It must be removed from its queue before it is destroyed.
  class Entry {
   private:
    friend class DeadlineQueue;
    static constexpr size_t kNowhere = static_cast<size_t>(-1);
    TimePoint deadline_ = TimePoint::max();
    TimePoint key_ = TimePoint::max();  // its place in the heap; never after deadline_
    size_t index_ = kNowhere;
  };

  // Sets an entry's deadline, in place of the one before. TimePoint::max(): never.
  void schedule(Entry& entry, TimePoint deadline);
  void remove(Entry& entry);

  // No entry is due before this; TimePoint::max() when there is none.
  TimePoint next() const { return heap_.empty() ? TimePoint::max() : heap_.front()->key_; }
  // Takes out an entry whose deadline has come, or null.
  Entry* take_due(TimePoint now);

 private:
  void place(size_t index, Entry* entry);
  void sift_up(size_t index);
  void sift_down(size_t index);

  std::vector<Entry*> heap_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_DEADLINE_QUEUE_H_
