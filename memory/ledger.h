#ifndef HEADRACE_MEMORY_LEDGER_H_
#define HEADRACE_MEMORY_LEDGER_H_

#include <cstddef>
#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The account of the memory that a peer can make one connection hold, in bytes, with a hard budget.
// Memory is reserved here before it is allocated and refunded when it is freed. A refusal becomes a
// typed error where the reservation was made, never an allocation failure. Bodies that the
// application submits are not counted.
class Ledger {
 public:
  explicit Ledger(size_t budget) : budget_(budget) {}
  // Hardened builds and those with AddressSanitizer check that all reservations were refunded.
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
  // Returns `bytes` that reserve() granted.
  void refund(size_t bytes) { live_ -= bytes; }

  size_t budget() const { return budget_; }
  size_t live() const { return live_; }
  size_t peak() const { return peak_; }
  uint64_t reservations() const { return reservations_; }
  // The value of live() if the last refused reservation had been granted.
  size_t refused() const { return refused_; }

  // For tests of the refusal paths: refuses the nth reservation, counted from 1 since construction.
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
