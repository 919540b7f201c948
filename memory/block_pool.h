#ifndef HEADRACE_MEMORY_BLOCK_POOL_H_
#define HEADRACE_MEMORY_BLOCK_POOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Blocks of memory for the application's data that cannot be sent yet. A block that is handed back
// is reused for the next message, so nothing is allocated in the steady state. At most kKept octets
// of spare blocks are kept.
class BlockPool {
 public:
  static constexpr size_t kKept = 128 * 1024;
  // In octets. A larger block is never kept.
  static constexpr size_t kLargest = 64 * 1024;

  // The header of a block; the octets follow it, aligned for pointers.
  struct Block {
    BlockPool* home;
    Block* next;        // the next spare of the same size
    uint32_t capacity;  // in octets
    uint32_t size;      // for the holder's use; the pool does not read it
    uint8_t* octets() { return reinterpret_cast<uint8_t*>(this + 1); }
    const uint8_t* octets() const { return reinterpret_cast<const uint8_t*>(this + 1); }
  };
  struct HandBack {
    void operator()(Block* block) const { block->home->take_back(block); }
  };
  // Dropping it hands the block back to its pool, which must outlive it.
  using BlockPtr = std::unique_ptr<Block, HandBack>;

  BlockPool() = default;
  ~BlockPool() { trim(); }
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // A block of at least `size` octets, uninitialised. Its `size` is 0.
  [[nodiscard]] BlockPtr take(size_t size);
  // Frees all spare blocks.
  void trim() { keep_at_most(0); }

 private:
  static constexpr size_t kSmallest = 256;
  static constexpr size_t kClasses = 9;  // sizes of blocks, each twice the one before
  static_assert(kSmallest << (kClasses - 1) == kLargest);

  void take_back(Block* block);
  void keep_at_most(size_t octets);

  Block* spares_[kClasses] = {};
  size_t kept_ = 0;  // octets of all spares
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_BLOCK_POOL_H_
