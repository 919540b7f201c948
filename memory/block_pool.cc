#include "headrace/memory/block_pool.h"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

#include "headrace/memory/poison.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr size_t kLargestPower = size_t{1} << 31;  // the largest power of two that a capacity holds

}  // namespace

BlockPool::BlockPtr BlockPool::take(size_t size) {
  // Capacities are powers of two, so a holder that grows step by step copies little.
  const size_t capacity = size > kLargestPower ? size : std::bit_ceil(std::max(size, kSmallest));
  const size_t wanted = static_cast<size_t>(std::countr_zero(capacity / kSmallest));
  // A spare up to four times as large is used, too. Larger spares stay for large messages: used for
  // small ones they would have to be allocated again for each large message.
  const size_t end = size > kLargest ? wanted : std::min(wanted + 3, kClasses);
  for (size_t i = wanted; i < end; ++i) {
    if (spares_[i] == nullptr) continue;
    Block* block = std::exchange(spares_[i], spares_[i]->next);
    kept_ -= block->capacity;
    unpoison(block->octets(), block->capacity);
    block->size = 0;
    return BlockPtr(block);
  }
  void* const memory = ::operator new(sizeof(Block) + capacity);
  return BlockPtr(new (memory) Block{this, nullptr, static_cast<uint32_t>(capacity), 0});
}

void BlockPool::take_back(Block* block) {
  if (block->capacity > kLargest) return ::operator delete(block);
  poison(block->octets(), block->capacity);
  Block*& spares = spares_[std::countr_zero(block->capacity / kSmallest)];
  block->next = std::exchange(spares, block);
  kept_ += block->capacity;
  keep_at_most(kKept);
}

// Frees the small spares first, because a large spare can stand in for a small one.
void BlockPool::keep_at_most(size_t octets) {
  for (Block*& spares : spares_) {
    while (kept_ > octets && spares != nullptr) {
      Block* const block = std::exchange(spares, spares->next);
      kept_ -= block->capacity;
      unpoison(block->octets(), block->capacity);
      ::operator delete(block);
    }
  }
}

HEADRACE_ABI_END
}  // namespace headrace
