#ifndef HEADRACE_MEMORY_LAZY_RANGE_H_
#define HEADRACE_MEMORY_LAZY_RANGE_H_

#include <cstddef>
#include <iterator>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"
#include "headrace/memory/recycled.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The products of a source, made one at a time while a range-for iterates over them. The source has
// two functions (private, if the range is a friend) and a LazyRange::Live, by which source and
// range know each other:
//
//   const T* step();       // the next product, for a Recycled<T>; null if there are no more
//   void end_of_range();   // called once for each range: after its last step, or when it is left
//
// No function of the source is on the stack between two steps: the loop's body may call the
// source, start another range (which ends this one) or destroy the source (which ends the loop).
template <typename Source, typename T>
class LazyRange {
 public:
  // A member of the source, which knows the one range that is live.
  class Live {
   public:
    explicit Live(Source* source) : source_(source) {}
    // The live range ends without a call of end_of_range(), because the source is destroyed.
    ~Live() {
      if (range_ != nullptr) range_->live_ = nullptr;
    }
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    // Ends the live range, if there is one. To be called before the source changes anything that
    // step() reads; the constructor of a new range calls it, too.
    void end() {
      if (range_ != nullptr) range_->finish();
    }

   private:
    friend class LazyRange;
    Source* source_;
    LazyRange* range_ = nullptr;
  };

  // Single pass. `*it` moves the product out of the range: the caller owns the handle, and dropping
  // it hands the object back. A product that is not taken is dropped by the next step.
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

  // Ends the live range of the source that `live` is a member of and becomes the live one.
  explicit LazyRange(Live* live) : live_(live) {
    live->end();
    live->range_ = this;
  }
  ~LazyRange() { finish(); }
  LazyRange(const LazyRange&) = delete;
  LazyRange& operator=(const LazyRange&) = delete;

  // Makes the first product. To be called once, and only on an lvalue (range-for makes one).
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
    current_.reset(live_->source_->step());
    if (current_ == nullptr) finish();
  }
  void finish() {
    current_.reset();
    if (live_ == nullptr) return;
    Live* live = std::exchange(live_, nullptr);
    live->range_ = nullptr;
    live->source_->end_of_range();
  }

  Live* live_;  // null after the end
  bool begun_ = false;
  Recycled<T> current_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_LAZY_RANGE_H_
