#ifndef HEADRACE_PROTOCOL_STREAM_HELD_FIELDS_H_
#define HEADRACE_PROTOCOL_STREAM_HELD_FIELDS_H_

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "field/field.h"
#include "memory/abi.h"

namespace headrace::inline HEADRACE_ABI {

// A copy of the application's fields, for a message that cannot be written yet.
class HeldFields {
 public:
  explicit HeldFields(FieldsView fields) {
    size_t size = 0;
    for (const Field& field : fields) size += field.name.size() + field.value.size();
    text_.reset(new char[size]);
    char* at = text_.get();
    auto copy = [&at](std::string_view text) {
      if (!text.empty()) std::memcpy(at, text.data(), text.size());
      at += text.size();
      return std::string_view(at - text.size(), text.size());
    };
    fields_.reserve(fields.size());
    for (Field field : fields) {
      field.name = copy(field.name);
      field.value = copy(field.value);
      fields_.push_back(field);
    }
  }

  FieldsView view() const { return gsl::span<const Field>(fields_); }

 private:
  std::unique_ptr<char[]> text_;
  std::vector<Field> fields_;
};

}  // namespace headrace::inline HEADRACE_ABI

#endif  // HEADRACE_PROTOCOL_STREAM_HELD_FIELDS_H_
