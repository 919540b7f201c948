#include "headrace/adapters/loop/deadline_queue.h"

namespace headrace::adapters {

void DeadlineQueue::schedule(Entry& entry, TimePoint deadline) {
  entry.deadline_ = deadline;
  if (entry.queue_ == nullptr) {
    if (deadline == TimePoint::max()) return;
    entry.key_ = deadline;
    entry.queue_ = this;
    heap_.push_back(&entry);
    entry.index_ = heap_.size() - 1;
    sift_up(entry.index_);
  } else if (deadline < entry.key_) {
    entry.key_ = deadline;
    sift_up(entry.index_);
  }
}

void DeadlineQueue::remove(Entry& entry) {
  if (entry.queue_ == nullptr) return;
  const size_t hole = entry.index_;
  entry.queue_ = nullptr;
  Entry* last = heap_.back();
  heap_.pop_back();
  if (last == &entry) return;
  place(hole, last);
  sift_up(hole);
  sift_down(last->index_);
}

DeadlineQueue::Entry* DeadlineQueue::take_due(TimePoint now) {
  while (next() <= now) {
    Entry* entry = heap_.front();
    if (entry->deadline_ <= now) {
      remove(*entry);
      return entry;
    }
    if (entry->deadline_ == TimePoint::max()) {
      remove(*entry);
    } else {
      entry->key_ = entry->deadline_;
      sift_down(0);
    }
  }
  return nullptr;
}

void DeadlineQueue::place(size_t index, Entry* entry) {
  heap_[index] = entry;
  entry->index_ = index;
}

void DeadlineQueue::sift_up(size_t index) {
  Entry* entry = heap_[index];
  while (index > 0) {
    const size_t parent = (index - 1) / 2;
    if (heap_[parent]->key_ <= entry->key_) break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, entry);
}

void DeadlineQueue::sift_down(size_t index) {
  Entry* entry = heap_[index];
  while (true) {
    size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->key_ < heap_[child]->key_) ++child;
    if (entry->key_ <= heap_[child]->key_) break;
    place(index, heap_[child]);
    index = child;
  }
  place(index, entry);
}

}  // namespace headrace::adapters
