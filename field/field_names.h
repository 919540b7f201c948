#ifndef HEADRACE_FIELD_FIELD_NAMES_H_
#define HEADRACE_FIELD_FIELD_NAMES_H_

#include <cstdint>
#include <initializer_list>

#include "headrace/field/field_name.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A set of FieldName tokens in one word.
class FieldNames {
 public:
  constexpr FieldNames() = default;
  consteval FieldNames(std::initializer_list<FieldName> names) {
    for (FieldName name : names) add(name);
  }

  constexpr void add(FieldName name) { bits_ |= bit(name); }
  constexpr void add(FieldNames names) { bits_ |= names.bits_; }
  // Removes all members that are not in `names`.
  constexpr void keep(FieldNames names) { bits_ &= names.bits_; }
  constexpr bool has(FieldName name) const { return (bits_ & bit(name)) != 0; }
  constexpr bool has_any(FieldNames names) const { return (bits_ & names.bits_) != 0; }
  constexpr bool has_all(FieldNames names) const { return (~bits_ & names.bits_) == 0; }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  static_assert(kFieldNameCount <= 64);
  static constexpr uint64_t bit(FieldName name) {
    return uint64_t{1} << static_cast<unsigned>(name);
  }

  uint64_t bits_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_FIELD_NAMES_H_
