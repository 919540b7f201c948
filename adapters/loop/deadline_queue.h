#ifndef HEADRACE_ADAPTERS_LOOP_DEADLINE_QUEUE_H_
#define HEADRACE_ADAPTERS_LOOP_DEADLINE_QUEUE_H_

#include <cstddef>
#include <vector>

#include "headrace/protocol/interface/options.h"

namespace headrace::adapters {

// The deadlines of many connections: a binary heap of entries that are bases of the objects.
//
// Postponing a deadline (an idle timeout, with each input) does not change the heap: the new
// deadline is used when the old one has passed.
class DeadlineQueue {
 public:
  // A base of objects with a deadline. It leaves its queue when it is destroyed. The queue must
  // outlive it.
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() {
      if (queue_ != nullptr) queue_->remove(*this);
    }

   private:
    friend class DeadlineQueue;
    TimePoint deadline_ = TimePoint::max();
    TimePoint key_ = TimePoint::max();  // its key in the heap; never after deadline_
    DeadlineQueue* queue_ = nullptr;    // null if it is in none
    size_t index_ = 0;                  // its place in the heap
  };

  DeadlineQueue() = default;
  DeadlineQueue(const DeadlineQueue&) = delete;
  DeadlineQueue& operator=(const DeadlineQueue&) = delete;

  // Sets or changes an entry's deadline. TimePoint::max() stands for no deadline.
  void schedule(Entry& entry, TimePoint deadline);
  void remove(Entry& entry);

  // A lower bound of all deadlines; TimePoint::max() if there are none.
  TimePoint next() const { return heap_.empty() ? TimePoint::max() : heap_.front()->key_; }
  // Removes and returns an entry whose deadline has passed, or null.
  Entry* take_due(TimePoint now);

 private:
  void place(size_t index, Entry* entry);
  void sift_up(size_t index);
  void sift_down(size_t index);

  std::vector<Entry*> heap_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_DEADLINE_QUEUE_H_
