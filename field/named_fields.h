#ifndef HEADRACE_FIELD_NAMED_FIELDS_H_
#define HEADRACE_FIELD_NAMED_FIELDS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "headrace/field/field.h"
#include "headrace/field/field_name.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A field on its way out: the token of its name, and the octet that stands for the whole field in a
// field block (hpack::Encoder::recall()), 0 if none does.
struct SentField {
  FieldName name;
  uint8_t indexed;
};

// Fields of the application on their way out, with the tokens of their names, which are looked up
// once for all that follows: the checks, the completion and the encoding. The fields themselves
// are neither copied nor changed, and must outlive it.
class NamedFields {
 public:
  // Implicit. `any_case`: names may have upper-case letters, as in HTTP/1.x.
  NamedFields(FieldsView fields, bool any_case = false) : fields_(fields), any_case_(any_case) {
    store([this](const Field& field) { return SentField{look_up(field), 0}; });
  }
  // Those that `encoder`, an hpack::Encoder, may have sent before.
  template <typename Encoder>
  static NamedFields recalled(FieldsView fields, const Encoder& encoder) {
    NamedFields named;
    named.fields_ = fields;
    named.version_ = encoder.version();
    named.store([&encoder](const Field& field) { return encoder.recall(field); });
    return named;
  }

  // Fields that have their tokens (Field::known_name), and whose octets are counted.
  static NamedFields resolved(FieldsView fields, size_t octets) {
    NamedFields named;
    named.fields_ = fields;
    named.octets_ = octets;
    named.resolved_ = true;
    return named;
  }

  const FieldsView& fields() const { return fields_; }
  size_t size() const { return fields_.size(); }
  // The octets of all names and values.
  size_t octets() const { return octets_; }
  const Field& operator[](size_t i) const { return fields_.begin()[i]; }
  FieldName name(size_t i) const { return sent(i).name; }
  SentField sent(size_t i) const {
    if (resolved_) return {(*this)[i].known_name, 0};
    return i < kStored ? stored_[i] : SentField{look_up((*this)[i]), 0};
  }
  // SentField::indexed is right as long as this is Encoder::version().
  uint64_t version() const { return version_; }

 private:
  NamedFields() = default;

  static constexpr size_t kStored = 32;  // the names of fields behind these are looked up each time

  template <typename Find>
  void store(Find find) {
    const Field* const begin = fields_.begin();
    const size_t size = fields_.size();
    size_t octets = 0;
    for (size_t i = 0; i < size; ++i) {
      octets += begin[i].name.size() + begin[i].value.size();
      if (i < kStored) stored_[i] = find(begin[i]);
    }
    octets_ = octets;
  }
  FieldName look_up(const Field& field) const {
    if (!any_case_) return name_of(field);
    return field.known_name != FieldName::kUnresolved ? field.known_name
                                                      : resolve_field_name_in_any_case(field.name);
  }

  FieldsView fields_;
  size_t octets_ = 0;
  uint64_t version_ = UINT64_MAX;  // none
  bool any_case_ = false;
  bool resolved_ = false;
  std::array<SentField, kStored> stored_;  // the first size() of them
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_NAMED_FIELDS_H_
