#ifndef HEADRACE_FIELD_KNOWN_NAMES_H_
#define HEADRACE_FIELD_KNOWN_NAMES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "headrace/field/field_name.h"
#include "headrace/field/octet_block.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The name that a token stands for; empty for the tokens that stand for many.
struct KnownName {
  static constexpr size_t kMaxSize = 32;

  alignas(64) std::array<char, kMaxSize> octets{};
  uint8_t size = 0;
  FieldName token = FieldName::kOther;

  constexpr std::string_view text() const { return {octets.data(), size}; }
};

// The table of them, and where a name has to be looked for in it.
class KnownNames {
 public:
  // Of the least size of a name in the table.
  static constexpr size_t kMinSize = 2;

  // The only entry that can have that name, of kMinSize octets at least.
  static const KnownName& candidate(std::string_view name) {
    return kByToken[static_cast<size_t>(kSlots[slot_of(name)])];
  }

  // A hash without collisions among the names: of the first two characters, the last two and the
  // length. The multiplier was found by trial.
  static constexpr uint32_t slot_of(std::string_view name) {
    const auto pair = [&](size_t i) {
      return static_cast<uint32_t>(static_cast<uint8_t>(name[i])) |
             static_cast<uint32_t>(static_cast<uint8_t>(name[i + 1])) << 8;
    };
    const uint32_t key = pair(0) | pair(name.size() - 2) << 16;
    return ((key + 8 * static_cast<uint32_t>(name.size())) * kMultiplier) >> 24;
  }

 private:
  static constexpr size_t kSlotCount = 256;
  static constexpr uint32_t kMultiplier = 0x83cb0c67;

  static const std::array<KnownName, kFieldNameCount> kByToken;
  static const std::array<FieldName, kSlotCount> kSlots;
};

#if HEADRACE_OCTET_BLOCKS
// The entry of a name in lower case, or null. Its octets, 2 to 32, are at `name`, where 32 octets
// can be read.
inline const KnownName* find_known_name(const char* name, size_t size) {
  const KnownName& known = KnownNames::candidate({name, size});
  if (known.size != size) return nullptr;
  const auto equal = [&](size_t at) {
    OctetBlock blocks[2];
    std::memcpy(&blocks[0], name + at, sizeof(blocks[0]));
    std::memcpy(&blocks[1], known.octets.data() + at, sizeof(blocks[1]));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(blocks[0], blocks[1]))) << at;
  };
  const uint32_t differ = ~(size > 16 ? equal(0) | equal(16) : equal(0));
  // Only the first `size` of them count.
  return differ << (32 - size) == 0 ? &known : nullptr;
}
#endif  // HEADRACE_OCTET_BLOCKS

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_KNOWN_NAMES_H_
