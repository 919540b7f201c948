#ifndef HEADRACE_PROTOCOL_MESSAGE_COOKIES_H_
#define HEADRACE_PROTOCOL_MESSAGE_COOKIES_H_

#include <cstddef>
#include <iterator>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/field_storage.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// RFC 9113 §8.2.3: a cookie may be split into field lines with a cookie pair each, so that HPACK
// can refer to the pairs that have not changed.

// Joins all `cookie` fields in `storage`, whose values have been checked, with "; " to one field in
// the place of the first. It is never_indexed if one of them was. Its text is in the storage's
// arena. False if the ledger refused; the storage is unchanged then.
[[nodiscard]] bool join_cookies(FieldStorage* storage);

// The cookie pairs of a cookie field's value, at least one, which join_cookies() joins to the same
// value. The value is split at each "; ", unless a part would then begin or end with white space,
// which a field value must not (§8.2.1).
class CookiePairs {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = std::string_view;

    Iterator() = default;
    explicit Iterator(std::string_view value) : rest_(value), size_(first_pair(value)) {}
    std::string_view operator*() const { return rest_.substr(0, size_); }
    Iterator& operator++() {
      if (size_ == rest_.size()) return *this = Iterator();
      return *this = Iterator(rest_.substr(size_ + kDelimiter.size()));
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    // At the end, data() is null; an empty part has one that is not.
    bool operator==(const Iterator& other) const { return rest_.data() == other.rest_.data(); }

   private:
    std::string_view rest_;
    size_t size_ = 0;
  };

  explicit CookiePairs(std::string_view value) : value_(value.data() == nullptr ? "" : value) {}
  Iterator begin() const { return Iterator(value_); }
  Iterator end() const { return Iterator(); }

 private:
  static constexpr std::string_view kDelimiter = "; ";
  // The size of the first cookie pair of `value`.
  static size_t first_pair(std::string_view value);

  std::string_view value_;
};

// Calls `each(const Field&)` for each field line to send. With `split_cookies`, each pair of a
// cookie is a line.
template <typename Each>
void for_each_line(FieldsView fields, bool split_cookies, Each each) {
  for (const Field& field : fields) {
    if (!split_cookies || field.name != "cookie") {
      each(field);
      continue;
    }
    Field line = field;
    for (std::string_view pair : CookiePairs(field.value)) {
      line.value = pair;
      each(line);
    }
  }
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_COOKIES_H_
