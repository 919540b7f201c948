#include "headrace/field/field_section.h"

#include <cstring>
#include <gsl/span>
#include <new>

#include "headrace/field/field_storage.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

std::string_view copy_text(std::string_view text, char** place) {
  if (!text.empty()) std::memcpy(*place, text.data(), text.size());
  std::string_view copy(*place, text.size());
  *place += text.size();
  return copy;
}

}  // namespace

FieldSection::FieldSection(const FieldStorage& storage)
    : fields_(storage.fields().data()), size_(storage.size()) {
  if constexpr (HEADRACE_ASAN != 0) own();
}

void FieldSection::own() {
  if (size_ == 0 || (owned_ != nullptr && HEADRACE_ASAN == 0)) return;
  size_t text = 0;
  for (const Field& field : gsl::span<const Field>(fields_, size_)) {
    text += field.name.size() + field.value.size();
  }
  std::unique_ptr<uint8_t[]> block(new uint8_t[size_ * sizeof(Field) + text]);
  auto* fields = reinterpret_cast<Field*>(block.get());
  char* place = reinterpret_cast<char*>(block.get() + size_ * sizeof(Field));
  for (size_t i = 0; i < size_; ++i) {
    Field* copy = new (fields + i) Field(fields_[i]);
    copy->name = copy_text(copy->name, &place);
    copy->value = copy_text(copy->value, &place);
  }
  owned_ = std::move(block);
  fields_ = fields;
}

HEADRACE_ABI_END
}  // namespace headrace
