#ifndef HEADRACE_MEMORY_LEDGER_H_
#define HEADRACE_MEMORY_LEDGER_H_

#include <cstddef>
#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The memory that a peer can make one connection hold, in bytes, with a hard budget. It is reserved
// here before it grows and refunded when it shrinks; a refusal is a typed error at the place that
// asked, never an allocation failure. Application bodies do not count.
class Ledger {
 public:
  explicit Ledger(size_t budget) : budget_(budget) {}
  // In checked builds: everything has been given back, or the account was wrong all the time.
  ~Ledger() {
    if constexpr (HEADRACE_ASAN != 0 || HEADRACE_HARDENED != 0) {
      HEADRACE_EXPECTS(live_ == 0, "Ledger::~Ledger()", "all that was reserved was given back",
                       {"live", live_});
    }
  }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Reserves `bytes`, or returns false and reserves nothing.
  [[nodiscard]] bool reserve(size_t bytes) {
    ++reservations_;
    if (reservations_ == refuse_at_ || bytes > budget_ - live_) {
      refused_ = live_ + bytes;
      return false;
    }
    live_ += bytes;
    if (live_ > peak_) peak_ = live_;
    return true;
  }
  // Gives back what reserve() granted.
  void refund(size_t bytes) { live_ -= bytes; }

  size_t budget() const { return budget_; }
  size_t live() const { return live_; }
  size_t peak() const { return peak_; }
  uint64_t reservations() const { return reservations_; }
  // What would have been live if the last reservation that was refused had been granted.
  size_t refused() const { return refused_; }

  // For tests of the refusal paths: the nth reservation ever made (1 is the first) is refused.
  void refuse_reservation(uint64_t nth) { refuse_at_ = nth; }

 private:
  size_t budget_;
  size_t live_ = 0;
  size_t peak_ = 0;
  size_t refused_ = 0;
  uint64_t reservations_ = 0;
  uint64_t refuse_at_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_LEDGER_H_
