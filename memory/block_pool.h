#ifndef HEADRACE_MEMORY_BLOCK_POOL_H_
#define HEADRACE_MEMORY_BLOCK_POOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Memory for what the application has given and cannot go out yet, in blocks. A block that is
// handed back serves the next message, so that in the steady state nothing is allocated; no more
// than kKept octets are kept.
class BlockPool {
 public:
  static constexpr size_t kKept = 128 * 1024;
  // Larger blocks are never kept.
  static constexpr size_t kLargest = 64 * 1024;

  // Its octets are behind it, aligned for pointers.
  struct Block {
    BlockPool* home;
    Block* next;        // of the spares
    uint32_t capacity;  // in octets
    uint32_t size;      // for the holder's use
    uint8_t* octets() { return reinterpret_cast<uint8_t*>(this + 1); }
    const uint8_t* octets() const { return reinterpret_cast<const uint8_t*>(this + 1); }
  };
  struct HandBack {
    void operator()(Block* block) const { block->home->take_back(block); }
  };
  // Dropping it hands the block back to its pool, which must still be there.
  using BlockPtr = std::unique_ptr<Block, HandBack>;

  BlockPool() = default;
  ~BlockPool() { trim(); }
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // A block of at least `size` octets, which hold anything; its `size` is 0.
  [[nodiscard]] BlockPtr take(size_t size);
  // Frees what is kept.
  void trim() { keep_at_most(0); }

 private:
  static constexpr size_t kSmallest = 256;
  static constexpr size_t kClasses = 9;  // each twice as large as the one before
  static_assert(kSmallest << (kClasses - 1) == kLargest);

  void take_back(Block* block);
  void keep_at_most(size_t octets);

  Block* spares_[kClasses] = {};
  size_t kept_ = 0;  // octets of them
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_BLOCK_POOL_H_
