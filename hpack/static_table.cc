#include "headrace/hpack/static_table.h"

#include <cstddef>

#include "headrace/hpack/same_text.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {
namespace {

// A hash without collisions among the names of the static table: the upper seven bits of the length
// and three characters, multiplied. The multiplier was found by trial.
constexpr size_t kSlots = 128;
constexpr uint32_t kMultiplier = 0x74b8b31b;

constexpr uint32_t slot_of(std::string_view name) {
  const auto octet = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(name[i])); };
  const uint32_t key = static_cast<uint32_t>(name.size()) | octet(0) << 8 |
                       octet(name.size() / 2) << 16 | octet(name.size() - 1) << 24;
  return (key * kMultiplier) >> 25;
}

consteval std::array<uint8_t, kSlots> make_slots() {
  std::array<uint8_t, kSlots> slots{};
  for (uint32_t index = kStaticEntries; index > 0; --index) {
    slots[slot_of(kStaticTable[index].name)] = static_cast<uint8_t>(index);
  }
  return slots;
}
constexpr std::array<uint8_t, kSlots> kFirstIndex = make_slots();

// The highest index of a name, by its lowest one. Entries of one name have consecutive indexes.
consteval std::array<uint8_t, kStaticEntries + 1> make_last_indexes() {
  std::array<uint8_t, kStaticEntries + 1> last{};
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    last[kFirstIndex[slot_of(kStaticTable[index].name)]] = static_cast<uint8_t>(index);
  }
  return last;
}
constexpr std::array<uint8_t, kStaticEntries + 1> kLastIndex = make_last_indexes();

consteval bool each_name_has_its_slot() {
  for (const Field& field : kStaticTable) {
    if (!field.name.empty() && kStaticTable[kFirstIndex[slot_of(field.name)]].name != field.name) {
      return false;
    }
  }
  return true;
}
static_assert(each_name_has_its_slot());

}  // namespace

StaticMatch find_static(std::string_view name, std::string_view value) {
  if (name.empty()) return {0, 0};
  const uint32_t first = kFirstIndex[slot_of(name)];
  if (!same_text(kStaticTable[first].name, name)) return {0, 0};
  for (uint32_t index = first; index <= kLastIndex[first]; ++index) {
    if (same_text(kStaticTable[index].value, value)) return {first, index};
  }
  return {first, 0};
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
