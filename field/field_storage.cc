#include "headrace/field/field_storage.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN

bool FieldStorage::copy(std::string_view text, std::string_view* copied) {
  char* place = allocate(text.size());
  if (place == nullptr && !text.empty()) return false;
  if (!text.empty()) std::memcpy(place, text.data(), text.size());
  *copied = {place, text.size()};
  return true;
}

void FieldStorage::clear() {
  size_ = 0;
  if (capacity_ > kept_fields_) free_fields();
  // Only the newest block is kept, because it is the largest; none if that is too large.
  if (blocks_ != nullptr && blocks_->size <= kept_arena_) [[likely]] {
    if (blocks_->next != nullptr) free_blocks(std::exchange(blocks_->next, nullptr));
    text_ = reinterpret_cast<char*>(blocks_ + 1);  // text_end_ is the newest's
  } else {
    free_blocks(std::exchange(blocks_, nullptr));
    text_ = text_end_ = nullptr;
  }
}

void FieldStorage::release() {
  free_blocks(std::exchange(blocks_, nullptr));
  text_ = text_end_ = nullptr;
  free_fields();
}

bool FieldStorage::grow_fields() {
  size_t larger = std::max<size_t>(16, 2 * capacity_);
  if (!ledger_->reserve((larger - capacity_) * sizeof(Field))) return false;
  auto* fields = static_cast<Field*>(::operator new(larger * sizeof(Field)));
  std::copy_n(fields_, size_, fields);
  ::operator delete(fields_);
  fields_ = fields;
  capacity_ = larger;
  return true;
}

bool FieldStorage::grow_arena(size_t size) {
  // Each block is twice as large as the last, so one block is enough after a few sections.
  size_t wanted = std::max({size, kMinArena, blocks_ == nullptr ? 0 : 2 * blocks_->size});
  if (!ledger_->reserve(sizeof(Block) + wanted)) {
    if (wanted == size || !ledger_->reserve(sizeof(Block) + size)) return false;
    wanted = size;
  }
  auto* block = static_cast<Block*>(::operator new(sizeof(Block) + wanted));
  block->next = blocks_;
  block->size = wanted;
  blocks_ = block;
  text_ = reinterpret_cast<char*>(block + 1);
  text_end_ = text_ + wanted;
  return true;
}

void FieldStorage::free_blocks(Block* block) {
  while (block != nullptr) {
    ledger_->refund(sizeof(Block) + block->size);
    ::operator delete(std::exchange(block, block->next));
  }
}

void FieldStorage::free_fields() {
  ledger_->refund(capacity_ * sizeof(Field));
  ::operator delete(fields_);
  fields_ = nullptr;
  capacity_ = 0;
  size_ = 0;
}

HEADRACE_ABI_END
}  // namespace headrace
