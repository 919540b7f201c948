#ifndef HEADRACE_MEMORY_TEMPORARY_H_
#define HEADRACE_MEMORY_TEMPORARY_H_

#include <ranges>
#include <type_traits>

namespace headrace {

// A container by value, which takes its elements with it at the end of the expression: a
// std::string, a std::vector, an array. Functions that keep a view of what they are given delete
// their overload for it:
//
//   static Body view(std::string_view text);
//   template <TemporaryOwner T>
//   static Body view(T&& dies_before_it_is_sent) = delete;
//
// Views by value are none (std::span, gsl::span, std::string_view, absl::Span): borrowed ranges,
// or classes that are copied octet by octet. A name of a container's is none either: `T` is a
// reference then, and so a borrowed range.
template <typename T>
concept TemporaryOwner =
    std::ranges::contiguous_range<T> && !std::ranges::borrowed_range<T> &&
    (!std::is_trivially_copyable_v<T> || std::is_aggregate_v<T> || std::is_array_v<T>);

}  // namespace headrace

#endif  // HEADRACE_MEMORY_TEMPORARY_H_
