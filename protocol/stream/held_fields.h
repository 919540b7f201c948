#ifndef HEADRACE_PROTOCOL_STREAM_HELD_FIELDS_H_
#define HEADRACE_PROTOCOL_STREAM_HELD_FIELDS_H_

#include <cstring>
#include <gsl/span>
#include <new>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A copy of the application's fields, for a message that cannot be written yet; or none.
class HeldFields {
 public:
  HeldFields() = default;
  // In one block of the pool, which must outlive it: the fields, and their text behind them.
  HeldFields(FieldsView fields, BlockPool* pool) {
    size_t size = fields.size() * sizeof(Field);
    for (const Field& field : fields) size += field.name.size() + field.value.size();
    block_ = pool->take(size);
    auto* copies = reinterpret_cast<Field*>(block_->octets());
    char* at = reinterpret_cast<char*>(copies + fields.size());
    auto copy = [&at](std::string_view text) {
      if (!text.empty()) std::memcpy(at, text.data(), text.size());
      at += text.size();
      return std::string_view(at - text.size(), text.size());
    };
    for (Field field : fields) {
      field.name = copy(field.name);
      field.value = copy(field.value);
      new (copies + block_->size++) Field(field);
    }
  }

  bool there() const { return block_ != nullptr; }
  FieldsView view() const {
    return gsl::span<const Field>(reinterpret_cast<const Field*>(block_->octets()), block_->size);
  }

 private:
  BlockPool::BlockPtr block_;  // its size: in fields
};

// The head of a message that is not written yet, or none. Only WaitingHeads
// (protocol/http2/waiting_heads.h) changes it.
class WaitingState {
 public:
  bool waits() const { return head_.there(); }

 private:
  friend class WaitingHeads;

  HeldFields head_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_HELD_FIELDS_H_
