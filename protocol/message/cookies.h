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

// RFC 9113 §8.2.3: a cookie field may travel in crumbs, a field line each, so that HPACK finds
// again those that have not changed.

// Makes one `cookie` field of all those in `storage`, whose values were checked: at the place of
// the first, joined by "; ", never-indexed when one of them was. The text is in the storage's
// arena. False: the ledger refused that, and nothing has changed.
[[nodiscard]] bool join_cookies(FieldStorage* storage);

// The crumbs of a cookie field's value, at least one; join_cookies() makes the same value of them.
// It is cut at "; " between cookies; not where a crumb would begin or end with white space, which
// no field value may (§8.2.1).
class CookieCrumbs {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = std::string_view;

    Iterator() = default;
    explicit Iterator(std::string_view value) : rest_(value), size_(first_crumb(value)) {}
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
    // The end has no text at all, not even an empty one.
    bool operator==(const Iterator& other) const { return rest_.data() == other.rest_.data(); }

   private:
    std::string_view rest_;
    size_t size_ = 0;
  };

  explicit CookieCrumbs(std::string_view value) : value_(value.data() == nullptr ? "" : value) {}
  Iterator begin() const { return Iterator(value_); }
  Iterator end() const { return Iterator(); }

 private:
  static constexpr std::string_view kDelimiter = "; ";
  // How many characters of `value` are its first crumb.
  static size_t first_crumb(std::string_view value);

  std::string_view value_;
};

// Calls `each(const Field&)` for every line that `fields` go out in: with `split_cookies`, a cookie
// field is one for each crumb.
template <typename Each>
void for_each_line(FieldsView fields, bool split_cookies, Each each) {
  for (const Field& field : fields) {
    if (!split_cookies || field.name != "cookie") {
      each(field);
      continue;
    }
    Field line = field;
    for (std::string_view crumb : CookieCrumbs(field.value)) {
      line.value = crumb;
      each(line);
    }
  }
}

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_COOKIES_H_
