#ifndef HEADRACE_FIELD_FIELD_H_
#define HEADRACE_FIELD_FIELD_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string_view>
#include <type_traits>

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A name that the protocol has rules for, as a token: headrace/field/field_name.h has them.
enum class FieldName : uint8_t;

// The result of checking a field's characters (RFC 9113 §8.2.1). The decoder checks a field once,
// when it enters the dynamic table, and stores the result with the entry.
enum class FieldSyntax : uint8_t {
  kUnchecked,
  kValid,
  kInvalidName,   // empty, upper case, a colon after the first character, not a token
  kInvalidValue,  // NUL, CR or LF
  kPaddedValue,   // valid except for white space (SP, HTAB) at its edges
};

// One field line (RFC 9110 §5), as views of its text; OwnedFields is a list that owns its text.
// Pseudo-header fields (RFC 9113 §8.3) are fields whose name starts with a colon.
struct Field {
  std::string_view name;
  std::string_view value;
  bool never_indexed = false;  // RFC 7541 §7.1.3: no intermediary may put it into a table either

  // Set by the decoder. The application does not set them.
  FieldName known_name = {};  // not looked up
  FieldSyntax syntax = FieldSyntax::kUnchecked;
};

// Whether two names are the same (RFC 9110 §5.1: whatever the case of their letters).
constexpr bool is_same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// The values of all fields of one name, in their order: a range of std::string_view. It is valid as
// long as the fields and the name.
class FieldValues {
 public:
  class Iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using value_type = std::string_view;
    using difference_type = ptrdiff_t;

    Iterator() = default;
    Iterator(const Field* at, const Field* end, std::string_view name)
        : at_(at), end_(end), name_(name) {
      skip();
    }
    std::string_view operator*() const { return at_->value; }
    Iterator& operator++() {
      ++at_;
      skip();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void skip() {
      while (at_ != end_ && !is_same_name(at_->name, name_)) ++at_;
    }
    const Field* at_ = nullptr;
    const Field* end_ = nullptr;
    std::string_view name_;
  };

  FieldValues(const Field* begin, const Field* end, std::string_view name)
      : begin_(begin, end, name), end_(end, end, name) {}
  Iterator begin() const { return begin_; }
  Iterator end() const { return end_; }
  bool empty() const { return begin_ == end_; }

 private:
  Iterator begin_;
  Iterator end_;
};

// A list of fields that lies in one piece: std::vector<Field>, std::span<const Field>, ...
template <typename T>
concept FieldRange = requires(const T& list) {
  { list.data() } -> std::convertible_to<const Field*>;
  { list.size() } -> std::convertible_to<size_t>;
};

// A list that only refers to its fields, so that they may outlive it: std::span, gsl::span.
template <typename T>
concept BorrowedFieldRange =
    FieldRange<T> && std::is_trivially_copyable_v<T> && !std::is_aggregate_v<T>;

// A borrowed list of fields, valid as long as the list that it was made from.
class FieldsView {
 public:
  FieldsView() = default;
  // Implicit, so that a list can be written where it is used: {{":status", "200"}}.
  FieldsView(const std::initializer_list<Field>& fields HEADRACE_LIFETIME_BOUND)
      : FieldsView(fields.begin(), fields.size()) {}
  template <BorrowedFieldRange T>
  FieldsView(T fields) : FieldsView(fields.data(), fields.size()) {}
  template <FieldRange T>
  requires(!BorrowedFieldRange<T>) FieldsView(const T& fields HEADRACE_LIFETIME_BOUND)
      : FieldsView(fields.data(), fields.size()) {}
  FieldsView(const Field* fields HEADRACE_LIFETIME_BOUND, size_t size)
      : fields_(fields), size_(size) {}

  const Field* data() const { return fields_; }
  const Field* begin() const { return fields_; }
  const Field* end() const { return fields_ + size_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Field& operator[](size_t i) const {
    HEADRACE_EXPECTS(i < size(), "FieldsView::operator[]", "the index is below size()",
                     {"index", i}, {"size", size()});
    return fields_[i];
  }

  // The value of the first field of that name, or an empty view with a null data(). Names are
  // compared without regard to case (RFC 9110 §5.1).
  std::string_view get(std::string_view name) const {
    const FieldValues values = get_all(name);
    return values.empty() ? std::string_view() : *values.begin();
  }
  bool has(std::string_view name) const { return !get_all(name).empty(); }
  // The values of all fields of that name.
  FieldValues get_all(std::string_view name) const { return {begin(), end(), name}; }

  // Values of a request's head (RFC 9113 §8.3.1); empty if they are missing. `authority()`: that of
  // :authority or, if it is missing, of host.
  std::string_view method() const { return get(":method"); }
  std::string_view scheme() const { return get(":scheme"); }
  std::string_view authority() const {
    const std::string_view authority = get(":authority");
    return authority.data() != nullptr ? authority : get("host");
  }
  std::string_view path() const { return get(":path"); }

 private:
  const Field* fields_ = nullptr;
  size_t size_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_FIELD_FIELD_H_
