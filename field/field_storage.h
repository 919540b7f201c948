#ifndef HEADRACE_FIELD_FIELD_STORAGE_H_
#define HEADRACE_FIELD_FIELD_STORAGE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The recycled memory that a field section is decoded into: an array of fields, and an arena for
// text that is neither in the input nor in the table (decoded Huffman codes, for example). clear()
// keeps the capacity, so decoding allocates nothing in the steady state. Its memory is reserved in
// the ledger, which must outlive it.
class FieldStorage {
 public:
  static constexpr size_t kKeptFields = 128;
  static constexpr size_t kKeptArena = 16 * 1024;

  // `kept_fields`, `kept_arena`: the fields and the octets of text for which clear() keeps memory.
  explicit FieldStorage(Ledger* ledger, size_t kept_fields = kKeptFields,
                        size_t kept_arena = kKeptArena)
      : ledger_(ledger), kept_fields_(narrow(kept_fields)), kept_arena_(narrow(kept_arena)) {}
  ~FieldStorage() { release(); }
  FieldStorage(const FieldStorage&) = delete;
  FieldStorage& operator=(const FieldStorage&) = delete;

  std::span<const Field> fields() const { return {fields_, size_}; }
  std::span<Field> fields() { return {fields_, size_}; }
  size_t size() const { return size_; }

  // Appends a field, whose text must live until clear(). False if the ledger refused.
  [[nodiscard]] bool append(const Field& field) {
    if (size_ == capacity_ && !grow_fields()) return false;
    fields_[size_++] = field;
    return true;
  }
  // Makes room for another field, or for a few, 16 at most. False if the ledger refused.
  [[nodiscard]] bool has_room(size_t fields = 1) {
    return capacity_ - size_ >= fields || grow_fields();
  }
  // The unused part of the array, into which a caller may write fields; extend() then appends the
  // first `fields` of them.
  std::span<Field> room() { return {fields_ + size_, capacity_ - size_}; }
  void extend(size_t fields) { size_ += fields; }
  // Shortens the list to its first `size` fields.
  void truncate(size_t size) { size_ = size; }

  // Memory for `size` characters, which does not move until clear(). Null if the ledger refused.
  // shrink_last() gives back the last `unused` of them, before the next allocate().
  [[nodiscard]] char* allocate(size_t size) {
    if (size > static_cast<size_t>(text_end_ - text_)) {
      if (!grow_arena(size)) return nullptr;
    }
    char* result = text_;
    text_ += size;
    return result;
  }
  void shrink_last(size_t unused) { text_ -= unused; }

  // Copies `text` into the arena. False if the ledger refused.
  [[nodiscard]] bool copy(std::string_view text, std::string_view* copied);

  // Removes all fields and text. Keeps the array and one block of the arena, if they are not larger
  // than `kept_fields` and `kept_arena`.
  void clear();
  // Frees all memory and refunds it.
  void release();

 private:
  struct Block {
    Block* next;
    size_t size;  // octets of text behind this header
  };
  static constexpr size_t kMinArena = 512;

  static uint32_t narrow(size_t size) {
    return static_cast<uint32_t>(std::min<size_t>(size, UINT32_MAX));
  }

  bool grow_fields();
  bool grow_arena(size_t size);
  void free_blocks(Block* newest);
  void free_fields();

  Ledger* ledger_;
  const uint32_t kept_fields_;
  const uint32_t kept_arena_;
  Field* fields_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  Block* blocks_ = nullptr;  // newest first
  char* text_ = nullptr;     // free part of the newest block
  char* text_end_ = nullptr;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_FIELD_STORAGE_H_
