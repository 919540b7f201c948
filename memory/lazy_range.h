#ifndef HEADRACE_MEMORY_LAZY_RANGE_H_
#define HEADRACE_MEMORY_LAZY_RANGE_H_

#include <cstddef>
#include <iterator>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"
#include "headrace/memory/recycler.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A source's products, made one a step while a range-for walks over them:
//
//   for (Recycled<T> product : source.read(bytes)) { ... }
//
// The source is anything with
//
//   Recycled<T> step();    // the next product; null: there is no more
//   void end_of_range();   // called once a range: after the last step, or when it is left early
//
// (private, with the range as a friend, if it likes) and a LazyRange::Live, by which each knows the
// other. Nothing of the source is on the stack between two steps: the loop's body may call it,
// start another range (which ends this one) or destroy it (the loop then stops at its next step).
template <typename Source, typename T>
class LazyRange {
 public:
  // The source's end: a member of it, which knows the one range that is live.
  class Live {
   public:
    explicit Live(Source* source) : source_(source) {}
    // The source goes away: its range finds nothing more, and end_of_range() is not called.
    ~Live() {
      if (range_ != nullptr) range_->live_ = nullptr;
    }
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    // Ends the live range, if there is one. To be called before the source changes what a range
    // reads; a new range does so by itself.
    void end() {
      if (range_ != nullptr) range_->finish();
    }

   private:
    friend class LazyRange;
    Source* source_;
    LazyRange* range_ = nullptr;
  };

  // Single pass. `*it` moves the product out of the range: the handle is the caller's from then on,
  // and dropping it hands the object back. One that is never taken is dropped by the next step.
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = Recycled<T>;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(LazyRange* range) : range_(range) {}
    Recycled<T> operator*() const { return std::move(range_->current_); }
    Iterator& operator++() {
      range_->advance();
      return *this;
    }
    void operator++(int) { range_->advance(); }
    bool operator==(std::default_sentinel_t) const { return range_->live_ == nullptr; }

   private:
    LazyRange* range_;
  };

  // Becomes the live range of `live`'s source; the one before it ends now.
  explicit LazyRange(Live* live) : live_(live) {
    live->end();
    live->range_ = this;
  }
  ~LazyRange() { finish(); }
  LazyRange(const LazyRange&) = delete;
  LazyRange& operator=(const LazyRange&) = delete;

  // Makes the first product. To be called once, on a range that has a name (as range-for gives it).
  Iterator begin() & HEADRACE_LIFETIME_BOUND {
    HEADRACE_EXPECTS(!std::exchange(begun_, true), "EventRange::begin()",
                     "a range is walked over once");
    advance();
    return Iterator(this);
  }
  std::default_sentinel_t end() const { return std::default_sentinel; }

 private:
  void advance() {
    current_.reset();
    if (live_ == nullptr) return;
    current_ = live_->source_->step();
    if (current_ == nullptr) finish();
  }
  void finish() {
    current_.reset();
    if (live_ == nullptr) return;
    Live* live = std::exchange(live_, nullptr);
    live->range_ = nullptr;
    live->source_->end_of_range();
  }

  Live* live_;  // null: ended
  bool begun_ = false;
  Recycled<T> current_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_LAZY_RANGE_H_
