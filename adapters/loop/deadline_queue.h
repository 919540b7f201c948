#ifndef HEADRACE_ADAPTERS_LOOP_DEADLINE_QUEUE_H_
#define HEADRACE_ADAPTERS_LOOP_DEADLINE_QUEUE_H_

#include <cstddef>
#include <vector>

#include "headrace/protocol/connection/options.h"

namespace headrace::adapters {

// The deadlines of many connections: a binary heap of entries that live in what is timed.
//
// A deadline that moves back (an idle timeout with every byte that comes) costs no heap work: the
// entry stays where it is, and its new deadline is looked at when the old one comes up.
class DeadlineQueue {
 public:
  // To be a base of what is timed, which leaves its queue when it is destroyed. The queue must
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
    TimePoint key_ = TimePoint::max();  // its place in the heap; never after deadline_
    DeadlineQueue* queue_ = nullptr;    // the one that it is in
    size_t index_ = 0;                  // there
  };

  DeadlineQueue() = default;
  DeadlineQueue(const DeadlineQueue&) = delete;
  DeadlineQueue& operator=(const DeadlineQueue&) = delete;

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
