#include "headrace/hpack/table_index.h"

#include <cstring>
#include <utility>

#include "headrace/field/same_text.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {
namespace {

constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio

uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * kMultiplier;
  return hash ^ hash >> 32;
}

template <typename Word>
uint64_t load(const char* text) {
  Word word;
  std::memcpy(&word, text, sizeof(word));
  return word;
}

// Eight octets a step, the last of which may overlap the step before.
uint64_t hash_text(uint64_t hash, std::string_view text) {
  const char* const begin = text.data();
  const size_t size = text.size();
  hash = mix(hash, size);
  if (size >= 8) {
    for (size_t i = 0; i + 8 < size; i += 8) hash = mix(hash, load<uint64_t>(begin + i));
    return mix(hash, load<uint64_t>(begin + size - 8));
  }
  if (size >= 4) return mix(hash, load<uint32_t>(begin) << 32 | load<uint32_t>(begin + size - 4));
  for (char c : text) hash = hash << 8 | static_cast<uint8_t>(c);
  return mix(hash, 0);
}

}  // namespace

uint32_t TableIndex::hash_name(std::string_view name) {
  return static_cast<uint32_t>(hash_text(0, name));
}

TableIndex::Hashes TableIndex::hash_field(uint32_t name_hash, std::string_view value) {
  return {name_hash, static_cast<uint32_t>(hash_text(name_hash, value))};
}

template <typename Matches>
bool TableIndex::find(const DynamicTable& table, uint32_t head, uint32_t Node::*next,
                      Matches matches, uint32_t* serial) const {
  uint32_t age = table.end() - head;  // 1: the newest entry
  while (table.is_live(table.end() - age)) {
    const uint32_t candidate = table.end() - age;
    if (matches(candidate)) {
      *serial = candidate;
      return true;
    }
    // Serial numbers wrap around: an entry that is not older was overwritten, so the chain ends.
    const uint32_t next_age = table.end() - node(candidate).*next;
    if (next_age <= age) return false;
    age = next_age;
  }
  return false;
}

bool TableIndex::find_field(const DynamicTable& table, const Hashes& hashes, std::string_view name,
                            std::string_view value, uint32_t* serial) const {
  if (table.count() == 0) return false;
  const auto matches = [&](uint32_t candidate) {
    if (node(candidate).hashes.field != hashes.field) return false;
    const DynamicTable::Entry& entry = table.entry(candidate);
    return same_text(table.value(entry), value) && same_text(table.name(entry), name);
  };
  return find(table, node(hashes.field).field_head, &Node::next_field, matches, serial);
}

bool TableIndex::find_name(const DynamicTable& table, uint32_t name_hash, std::string_view name,
                           uint32_t* serial) const {
  if (table.count() == 0) return false;
  const auto matches = [&](uint32_t candidate) {
    return node(candidate).hashes.name == name_hash &&
           same_text(table.name(table.entry(candidate)), name);
  };
  return find(table, node(name_hash).name_head, &Node::next_name, matches, serial);
}

bool TableIndex::reserve(const DynamicTable& table, uint32_t capacity) {
  if (capacity <= capacity_) return true;
  if (!ledger_->reserve(sizeof(Node) * (capacity - capacity_))) return false;
  resize(table, capacity);
  return true;
}

void TableIndex::trim(const DynamicTable& table) {
  if (table.capacity() == capacity_) return;
  ledger_->refund(sizeof(Node) * (capacity_ - table.capacity()));
  resize(table, table.capacity());
}

void TableIndex::resize(const DynamicTable& table, uint32_t capacity) {
  const std::unique_ptr<Node[]> old = std::move(nodes_);
  const uint32_t old_mask = capacity_ - 1;
  nodes_.reset(capacity == 0 ? nullptr : new Node[capacity]);
  capacity_ = capacity;
  const uint32_t not_live = table.first() - 1;
  for (uint32_t i = 0; i < capacity; ++i) nodes_[i].field_head = nodes_[i].name_head = not_live;
  for (uint32_t serial = table.first(); serial != table.end(); ++serial) {
    link(serial, old[serial & old_mask].hashes);
  }
}

void TableIndex::add(const DynamicTable& table, const Hashes& hashes) {
  link(table.end() - 1, hashes);
}

void TableIndex::link(uint32_t serial, const Hashes& hashes) {
  Node& entry = node(serial);
  entry.hashes = hashes;
  entry.next_field = std::exchange(node(hashes.field).field_head, serial);
  entry.next_name = std::exchange(node(hashes.name).name_head, serial);
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
