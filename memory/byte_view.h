#ifndef HEADRACE_MEMORY_BYTE_VIEW_H_
#define HEADRACE_MEMORY_BYTE_VIEW_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <type_traits>

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

template <typename T>
concept Octet = std::same_as<std::remove_cv_t<T>, uint8_t> || std::same_as < std::remove_cv_t<T>,
char > || std::same_as<std::remove_cv_t<T>, std::byte>;
// An array of char is not an OctetRange: it may be text that ends with a NUL or a buffer with any
// content, so neither its size nor strlen() would always be right.
template <typename R>
concept OctetRange = std::ranges::contiguous_range<R> && Octet<std::ranges::range_value_t<R>> &&
    !(std::is_array_v<R> && std::same_as<std::ranges::range_value_t<R>, char>);

// A view of another library that cannot be told from its iterators.
template <typename V>
concept ForeignView = !std::ranges::contiguous_range<V> && std::is_trivially_copyable_v<V> &&
                      requires(const V& view) {
  requires Octet<std::remove_pointer_t<decltype(view.data())>>;
  { view.size() } -> std::convertible_to<size_t>;
};

// The parameter type of the public interface for bytes and text. It borrows the caller's octets and
// converts from every contiguous range of them (std::span, std::string_view, std::vector,
// std::string, an array of uint8_t, ...) and from a pointer with a size.
class HEADRACE_POINTER(uint8_t) ByteView {
 public:
  ByteView() = default;
  // `size` is checked because -1, the result of a failed read(), becomes a size no memory can have.
  template <Octet T>
  ByteView(const T* data HEADRACE_LIFETIME_BOUND, size_t size)
      : data_(reinterpret_cast<const uint8_t*>(data)), size_(size) {
    HEADRACE_EXPECTS(size <= PTRDIFF_MAX, "ByteView::ByteView()", "a size that memory can have",
                     {"size", size});
    HEADRACE_EXPECTS(data != nullptr || size == 0, "ByteView::ByteView()",
                     "a null pointer has no octets", {"size", size});
  }
  // Of an array of char, which is no OctetRange, the error says what to do.
  template <size_t kSize>
  ByteView(const char (&say_how_many_octets_or_string_view_of_a_literal)[kSize]) = delete;
  // From a view of another library (gsl::span).
  template <ForeignView V>
  ByteView(V octets) : ByteView(octets.data(), octets.size()) {}
  // From another view, or from a container, which must outlive the ByteView.
  template <OctetRange R>
  requires std::ranges::borrowed_range<R> ByteView(R octets)
      : ByteView(std::ranges::data(octets), std::ranges::size(octets)) {}
  template <OctetRange R>
  requires(!std::ranges::borrowed_range<R>) ByteView(const R& octets HEADRACE_LIFETIME_BOUND)
      : ByteView(std::ranges::data(octets), std::ranges::size(octets)) {}

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  void remove_prefix(size_t size) { *this = {data_ + size, size_ - size}; }  // at most size()
  bool empty() const { return size_ == 0; }
  const uint8_t* begin() const { return data_; }
  const uint8_t* end() const { return data_ + size_; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// A container passed by value (a std::string, a std::vector, an array), whose elements die with the
// expression. Functions that keep a view of their argument delete the overload for it. (A view is a
// borrowed range or trivially copyable, and so is the reference that `T` is of a named container.)
template <typename T>
concept TemporaryOwner =
    std::ranges::contiguous_range<T> && !std::ranges::borrowed_range<T> &&
    (!std::is_trivially_copyable_v<T> || std::is_aggregate_v<T> || std::is_array_v<T>);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_BYTE_VIEW_H_
