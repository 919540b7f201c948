#ifndef HEADRACE_MEMORY_INPUT_QUEUE_H_
#define HEADRACE_MEMORY_INPUT_QUEUE_H_

#include <cstdint>
#include <gsl/span>

#include "headrace/memory/abi.h"
#include "headrace/memory/accounted_buffer.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The bytes that have come in and are not parsed yet: a copy of what an earlier range left, then
// what the caller has given. They are looked at as one run after the other, never across the two.
class InputQueue {
 public:
  explicit InputQueue(Ledger* ledger) : kept_(ledger) {}

  // A new range: `bytes` stay valid until keep_rest() or discard().
  void give(gsl::span<const uint8_t> bytes) {
    given_at_ = bytes.data();
    given_end_ = given_at_ + bytes.size();
    if (kept_.empty()) look_at_given();
  }
  // The end of the range: what was not parsed is copied. False: the ledger refused, and it is lost.
  [[nodiscard]] bool keep_rest() {
    if (at_ != end_) return copy_rest();
    // (What was kept was used up, so that the front is what was given.)
    kept_.release();
    look_at_nothing();
    return true;
  }
  void discard() {
    kept_.release();
    look_at_nothing();
  }

  // The run at the front.
  const uint8_t* data() const { return at_; }
  size_t size() const { return static_cast<size_t>(end_ - at_); }
  bool empty() const { return at_ == end_; }
  // `size` octets of it are parsed. They stay where they are until the range ends.
  void consume(size_t size) {
    at_ += size;
    if (at_ == end_ && !kept_.empty()) {
      kept_.clear();
      look_at_given();
    }
  }
  // A copy from an earlier range is still there.
  bool has_kept() const { return !kept_.empty(); }

 private:
  bool copy_rest() {
    if (given_at_ == nullptr && size() == kept_.size()) return true;  // it is there already
    if (kept_.empty()) {
      given_at_ = at_;
    } else {
      kept_.consume(kept_.size() - size());
    }
    const bool kept = kept_.append({given_at_, static_cast<size_t>(given_end_ - given_at_)});
    look_at_nothing();
    at_ = kept_.bytes().data();
    end_ = at_ + kept_.size();
    return kept;
  }
  void look_at_given() {
    at_ = given_at_;
    end_ = given_end_;
  }
  void look_at_nothing() { at_ = end_ = given_at_ = given_end_ = nullptr; }

  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  const uint8_t* given_at_ = nullptr;
  const uint8_t* given_end_ = nullptr;
  AccountedBuffer kept_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_INPUT_QUEUE_H_
