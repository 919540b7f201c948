#ifndef HEADRACE_HPACK_RECENT_FIELDS_H_
#define HEADRACE_HPACK_RECENT_FIELDS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "headrace/field/field.h"
#include "headrace/field/named_fields.h"
#include "headrace/field/same_text.h"
#include "headrace/hpack/dynamic_table.h"
#include "headrace/hpack/static_table.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// The fields that an encoder wrote last by an index alone. Nearly all fields of a connection recur,
// and are found here by one comparison with the entry of a table, which has their token, too: the
// names need not be looked up.
//
// A field has one slot, by the lengths of its texts. Another one that belongs there replaces it.
class RecentFields {
 public:
  // The field's token and octet (RFC 7541 §6.1), which is right as long as the table does not
  // change. Both are 0 if the field is not here, or has an index of more than one octet.
  [[gnu::always_inline]] SentField find(const DynamicTable& table, const Field& field) const {
    uint32_t index = slots_[slot_of(field)];
    const char* name;
    const char* value;
    FieldName token;
    if (index - 1 < kStaticEntries) {
      const Field& entry = kStaticTable[index];
      if (entry.name.size() != field.name.size() || entry.value.size() != field.value.size()) {
        return {};
      }
      name = entry.name.data();
      value = entry.value.data();
      token = entry.known_name;
    } else {
      // 0: the newest entry. (For an empty slot any is as good as none.)
      const uint32_t age = (table.end() - 1 - (index - kFirstPlace)) & (table.capacity() - 1);
      if (age >= table.count() || age > kMostAge) return {};
      const DynamicTable::Entry& entry = table.entry(table.end() - 1 - age);
      if (entry.name_size != field.name.size() || entry.value_size != field.value.size()) {
        return {};
      }
      name = table.name(entry).data();
      value = name + entry.name_size;
      token = entry.known_name;
      index = kFirstPlace + age;
    }
    if (!same_octets(name, field.name.data(), field.name.size()) ||
        !same_octets(value, field.value.data(), field.value.size())) {
      return {};
    }
    return {token, static_cast<uint8_t>(0x80 | index)};
  }

  void note_static(const Field& field, uint32_t index) {
    slots_[slot_of(field)] = static_cast<uint8_t>(index);
  }
  // An entry that lies too far behind is not noted.
  void note_dynamic(const DynamicTable& table, const Field& field, uint32_t serial) {
    const uint32_t place = kFirstPlace + table.place(serial);
    slots_[slot_of(field)] = place <= UINT8_MAX ? static_cast<uint8_t>(place) : 0;
  }

 private:
  static constexpr size_t kSlots = 64;
  // Behind the indexes of the static table, the places in the dynamic one.
  static constexpr uint32_t kFirstPlace = kStaticEntries + 1;
  static constexpr uint32_t kMostAge = 126 - kFirstPlace;  // of an index of one octet

  static size_t slot_of(const Field& field) {
    return (field.name.size() * 17 + field.value.size()) % kSlots;
  }
  std::array<uint8_t, kSlots> slots_{};
};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_RECENT_FIELDS_H_
