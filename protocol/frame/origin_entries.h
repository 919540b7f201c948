#ifndef HEADRACE_PROTOCOL_FRAME_ORIGIN_ENTRIES_H_
#define HEADRACE_PROTOCOL_FRAME_ORIGIN_ENTRIES_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/memory/bytes.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The origins of an ORIGIN payload (RFC 8336 §2.1) in the order of their arrival:
// "https://example.org", "https://example.org:8443". They are parsed during the iteration. An entry
// that is not the ASCII serialization of an origin (RFC 6454 §6.2) is skipped (RFC 8336 §2.2).
class OriginEntries {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = std::string_view;

    Iterator(const uint8_t* at, const uint8_t* end) : at_(at), end_(end) { find(); }
    std::string_view operator*() const { return origin_; }
    Iterator& operator++() {
      at_ += kLengthSize + origin_.size();
      find();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    // Advances to the first valid origin at or behind `at_`.
    void find();

    const uint8_t* at_;
    const uint8_t* end_;
    std::string_view origin_;
  };

  OriginEntries() = default;
  // Requires are_whole(payload).
  explicit OriginEntries(ByteView payload) : payload_(payload) {}

  // Whether the payload consists of whole entries.
  static bool are_whole(ByteView payload);

  bool empty() const { return begin() == end(); }
  Iterator begin() const { return {payload_.begin(), payload_.end()}; }
  Iterator end() const { return {payload_.end(), payload_.end()}; }

  void own() { payload_.own(); }
  void retire(const char* owner) { payload_.retire(owner); }

 private:
  static constexpr size_t kLengthSize = 2;

  Bytes payload_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_ORIGIN_ENTRIES_H_
