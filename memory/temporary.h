#ifndef HEADRACE_MEMORY_TEMPORARY_H_
#define HEADRACE_MEMORY_TEMPORARY_H_

#include <ranges>
#include <type_traits>

namespace headrace {

// A container passed by value (a std::string, a std::vector, an array), whose elements are
// destroyed at the end of the expression. Functions that keep a view of their argument delete the
// overload for it:
//
//   static Body view(std::string_view text);
//   template <TemporaryOwner T>
//   static Body view(T&& dies_before_it_is_sent) = delete;
//
// A view passed by value (std::span, gsl::span, std::string_view, absl::Span) is not a
// TemporaryOwner, because it is a borrowed range or trivially copyable. A named container is not
// one either, because `T` is then a reference, and so a borrowed range.
template <typename T>
concept TemporaryOwner =
    std::ranges::contiguous_range<T> && !std::ranges::borrowed_range<T> &&
    (!std::is_trivially_copyable_v<T> || std::is_aggregate_v<T> || std::is_array_v<T>);

}  // namespace headrace

#endif  // HEADRACE_MEMORY_TEMPORARY_H_
