#ifndef HEADRACE_ADAPTERS_LOOP_CONNECTION_TABLE_H_
#define HEADRACE_ADAPTERS_LOOP_CONNECTION_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "headrace/adapters/loop/connection_id.h"

namespace headrace::adapters {

// The owner of a loop's connection records, from make_record() until they are destroyed. Everything
// else refers to them: lists through hooks that leave at destruction, the system by ConnectionId.
// `Record` has a member `ConnectionId id`.
template <typename Record>
class ConnectionTable {
 public:
  Record& add(std::unique_ptr<Record> record) {
    if (free_.empty()) {
      free_.push_back(static_cast<uint32_t>(slots_.size()));
      slots_.emplace_back();
    }
    const uint32_t number = free_.back();
    free_.pop_back();
    Slot& slot = slots_[number];
    record->id = {number, slot.generation};
    slot.record = std::move(record);
    return *slot.record;
  }

  // Null: that connection is gone. (Another may stand in its slot.)
  Record* find(ConnectionId id) const {
    if (id.slot >= slots_.size() || slots_[id.slot].generation != id.generation) return nullptr;
    return slots_[id.slot].record.get();
  }

  // From here on find() does not find it, also not while it is destroyed, when its handler may
  // have another one added.
  std::unique_ptr<Record> take(ConnectionId id) {
    Slot& slot = slots_[id.slot];
    slot.generation = (slot.generation + 1) % (1u << ConnectionId::kGenerationBits);
    free_.push_back(id.slot);
    return std::move(slot.record);
  }

  // To look at all of them while some are added and taken: the record in slot number 0 to
  // slots() - 1, or null.
  size_t slots() const { return slots_.size(); }
  Record* at(size_t number) const { return slots_[number].record.get(); }

 private:
  struct Slot {
    std::unique_ptr<Record> record;
    uint32_t generation = 0;
  };

  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;  // numbers of slots without a record
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_CONNECTION_TABLE_H_
