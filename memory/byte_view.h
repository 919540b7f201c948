#ifndef HEADRACE_MEMORY_BYTE_VIEW_H_
#define HEADRACE_MEMORY_BYTE_VIEW_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <ranges>
#include <type_traits>

#include "headrace/memory/abi.h"
#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN

template <typename T>
concept Octet = std::same_as<std::remove_cv_t<T>, uint8_t> || std::same_as < std::remove_cv_t<T>,
char > || std::same_as<std::remove_cv_t<T>, std::byte>;
// An array of char is none: it is text with a NUL behind it, or a buffer with who knows what, so
// that neither its size nor strlen() is always right.
template <typename R>
concept OctetRange = std::ranges::contiguous_range<R> && Octet<std::ranges::range_value_t<R>> &&
    !(std::is_array_v<R> && std::same_as<std::ranges::range_value_t<R>, char>);

// Bytes or text of the caller's, as functions of the public interface take them. A parameter type:
// it borrows, and converts from every run of octets (std::span, std::string_view, std::vector,
// std::string, an array of uint8_t, ...) and from a pointer with a size.
class HEADRACE_POINTER(uint8_t) ByteView {
 public:
  ByteView() = default;
  // No object is as large as a size of -1, which is what a failed read() gives.
  template <Octet T>
  ByteView(const T* data HEADRACE_LIFETIME_BOUND, size_t size)
      : data_(reinterpret_cast<const uint8_t*>(data)), size_(size) {
    HEADRACE_EXPECTS(size <= PTRDIFF_MAX, "ByteView::ByteView()", "a size that memory can have",
                     {"size", size});
    HEADRACE_EXPECTS(data != nullptr || size == 0, "ByteView::ByteView()",
                     "a null pointer has no octets", {"size", size});
  }
  ByteView(gsl::span<const uint8_t> octets) : ByteView(octets.data(), octets.size()) {}
  // A view of other kinds, and a container, which has to be there as long as the view is used.
  template <OctetRange R>
  requires std::ranges::borrowed_range<R> ByteView(R octets)
      : ByteView(std::ranges::data(octets), std::ranges::size(octets)) {}
  template <OctetRange R>
  requires(!std::ranges::borrowed_range<R>) ByteView(const R& octets HEADRACE_LIFETIME_BOUND)
      : ByteView(std::ranges::data(octets), std::ranges::size(octets)) {}

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  operator gsl::span<const uint8_t>() const { return {data_, size_}; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_BYTE_VIEW_H_
