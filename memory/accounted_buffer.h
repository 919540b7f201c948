#ifndef HEADRACE_MEMORY_ACCOUNTED_BUFFER_H_
#define HEADRACE_MEMORY_ACCOUNTED_BUFFER_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <gsl/span>
#include <memory>

#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A byte queue: appended at the back, consumed from the front. Its capacity is reserved in the
// ledger before it is allocated. The ledger must outlive the buffer.
class AccountedBuffer {
 public:
  explicit AccountedBuffer(Ledger* ledger) : ledger_(ledger) {}
  ~AccountedBuffer() { release(); }
  AccountedBuffer(const AccountedBuffer&) = delete;
  AccountedBuffer& operator=(const AccountedBuffer&) = delete;

  size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  gsl::span<const uint8_t> bytes() const { return {storage_.get() + begin_, end_ - begin_}; }

  // Makes room for `extra` more bytes. False if the ledger refused; the buffer is unchanged then.
  [[nodiscard]] bool reserve(size_t extra) {
    if (capacity_ - end_ >= extra) return true;
    if (begin_ > 0) compact();
    if (capacity_ - end_ >= extra) return true;
    return grow(std::max({end_ + extra, 2 * capacity_, kMinCapacity}), end_ + extra);
  }
  // False if the ledger refused; nothing was appended then.
  [[nodiscard]] bool append(gsl::span<const uint8_t> bytes) {
    if (!reserve(bytes.size())) return false;
    if (!bytes.empty()) std::memcpy(storage_.get() + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
    return true;
  }
  void consume(size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void clear() { begin_ = end_ = 0; }
  // Frees the storage and refunds it.
  void release() {
    if (capacity_ == 0) return;
    storage_.reset();
    ledger_->refund(capacity_);
    begin_ = end_ = capacity_ = 0;
  }

 private:
  static constexpr size_t kMinCapacity = 64;

  void compact() {
    std::memmove(storage_.get(), storage_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  // Grows to `wanted` octets. If the budget does not allow that, grows by half of the remaining
  // budget, but at least to `needed`: near the budget, too, many small appends take few steps.
  bool grow(size_t wanted, size_t needed) {
    if (!ledger_->reserve(wanted - capacity_)) {
      const size_t left = ledger_->budget() - ledger_->live();
      const size_t less = std::max(needed, std::min(wanted, capacity_ + left / 2));
      if (wanted == needed || !ledger_->reserve(less - capacity_)) return false;
      wanted = less;
    }
    std::unique_ptr<uint8_t[]> larger(new uint8_t[wanted]);
    if (end_ > 0) std::memcpy(larger.get(), storage_.get(), end_);
    storage_ = std::move(larger);
    capacity_ = wanted;
    return true;
  }

  Ledger* ledger_;
  std::unique_ptr<uint8_t[]> storage_;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t capacity_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_ACCOUNTED_BUFFER_H_
