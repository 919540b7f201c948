#ifndef HEADRACE_MEMORY_INPUT_QUEUE_H_
#define HEADRACE_MEMORY_INPUT_QUEUE_H_

#include <cstdint>
#include <gsl/span>

#include "headrace/memory/abi.h"
#include "headrace/memory/accounted_buffer.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The received octets that are not parsed yet: a copy of those that an earlier range left, then the
// caller's. They are parsed as two runs, one after the other, because they do not lie together.
class InputQueue {
 public:
  explicit InputQueue(Ledger* ledger) : kept_(ledger) {}

  // A new range: `bytes` stay valid until keep_rest() or discard().
  void give(gsl::span<const uint8_t> bytes) {
    given_at_ = bytes.data();
    given_end_ = given_at_ + bytes.size();
    if (kept_.empty()) look_at_given();
  }
  // Ends the range: copies the octets that were not parsed. False if the ledger refused the copy.
  [[nodiscard]] bool keep_rest() {
    if (at_ != end_) return copy_rest();
    // (Kept octets are parsed first, so none of them is left.)
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
  // Whether octets of an earlier range are left.
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
