#include "headrace/protocol/message/cookies.h"

#include <cstring>

#include "headrace/field/field_name.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr std::string_view kDelimiter = "; ";

bool is_cookie(const Field& field) {
  return field.known_name == FieldName::kUnresolved ? field.name == "cookie"
                                                    : field.known_name == FieldName::kCookie;
}

bool is_white_space(char c) { return c == ' ' || c == '\t'; }

char* append(std::string_view text, char* at) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

}  // namespace

bool join_cookies(FieldStorage* storage) {
  Field* first = nullptr;
  size_t pairs = 0;
  size_t size = 0;
  for (Field& field : storage->fields()) {
    if (!is_cookie(field)) continue;
    if (pairs++ == 0) first = &field;
    size += field.value.size();
  }
  if (pairs < 2) return true;
  size += (pairs - 1) * kDelimiter.size();
  char* const text = storage->allocate(size);
  if (text == nullptr) return false;

  char* at = text;
  Field* kept = first;  // the place of the next field that stays
  for (Field& field :
       storage->fields().subspan(static_cast<size_t>(first - storage->fields().data()))) {
    if (!is_cookie(field)) {
      *kept++ = field;
      continue;
    }
    if (&field == first) {
      ++kept;
    } else {
      at = append(kDelimiter, at);
      first->never_indexed = first->never_indexed || field.never_indexed;
    }
    at = append(field.value, at);
  }
  first->value = {text, size};
  storage->truncate(static_cast<size_t>(kept - storage->fields().data()));
  return true;
}

size_t CookiePairs::first_pair(std::string_view value) {
  size_t at = value.find(kDelimiter);
  while (at != std::string_view::npos) {
    const size_t next = at + kDelimiter.size();
    const bool before = at > 0 && is_white_space(value[at - 1]);
    const bool behind = next < value.size() && is_white_space(value[next]);
    if (!before && !behind) return at;
    at = value.find(kDelimiter, next);
  }
  return value.size();
}

HEADRACE_ABI_END
}  // namespace headrace
