#ifndef HEADRACE_ADAPTERS_LOOP_CONNECTION_TABLE_H_
#define HEADRACE_ADAPTERS_LOOP_CONNECTION_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "headrace/adapters/loop/connection_id.h"

namespace headrace::adapters {

// Owns a loop's connection records. Lists refer to them through hooks, which leave the lists when a
// record is destroyed; the system refers to them by ConnectionId. `Record` must have a member
// `ConnectionId id`.
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

  // The record with that id, or null if it was taken.
  Record* find(ConnectionId id) const {
    if (id.slot >= slots_.size() || slots_[id.slot].generation != id.generation) return nullptr;
    return slots_[id.slot].record.get();
  }

  // Removes a record from the table. find() does not return it any more, even during its
  // destruction, in which its handler may add others.
  std::unique_ptr<Record> take(ConnectionId id) {
    Slot& slot = slots_[id.slot];
    slot.generation = (slot.generation + 1) % (1u << ConnectionId::kGenerationBits);
    free_.push_back(id.slot);
    return std::move(slot.record);
  }

  // For iterating over all records while some are added and taken: the record in a slot, 0 to
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
