#include "headrace/hpack/static_table.h"

#include <cstddef>

#include "headrace/field/same_text.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {
namespace {

// The indexes of the entries of a name, which are consecutive; 0 if there are none.
struct Entries {
  uint8_t first = 0;
  uint8_t last = 0;
};

consteval std::array<Entries, kFieldNameCount> make_entries() {
  std::array<Entries, kFieldNameCount> entries{};
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    Entries& of_name = entries[static_cast<size_t>(kStaticTable[index].known_name)];
    if (of_name.first == 0) of_name.first = static_cast<uint8_t>(index);
    of_name.last = static_cast<uint8_t>(index);
  }
  return entries;
}
constexpr std::array<Entries, kFieldNameCount> kEntries = make_entries();

}  // namespace

StaticMatch find_static(FieldName name, std::string_view value) {
  const Entries entries = kEntries[static_cast<size_t>(name)];
  if (entries.first == 0) return {0, 0};
  for (uint32_t index = entries.first; index <= entries.last; ++index) {
    if (same_text(kStaticTable[index].value, value)) return {entries.first, index};
  }
  return {entries.first, 0};
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
