#ifndef HEADRACE_PROTOCOL_FRAME_SETTINGS_ENTRIES_H_
#define HEADRACE_PROTOCOL_FRAME_SETTINGS_ENTRIES_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "headrace/memory/abi.h"
#include "headrace/memory/bytes.h"
#include "headrace/memory/contract.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The entries of a SETTINGS payload (RFC 9113 §6.5.1) in the order of their arrival, including
// unknown identifiers and repetitions. They are parsed during the iteration.
class SettingsEntries {
 public:
  static constexpr size_t kEntrySize = 6;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Setting;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Setting;

    explicit Iterator(const uint8_t* at) : at_(at) {}
    Setting operator*() const {
      return {static_cast<SettingId>(at_[0] << 8 | at_[1]),
              static_cast<uint32_t>(at_[2]) << 24 | static_cast<uint32_t>(at_[3]) << 16 |
                  static_cast<uint32_t>(at_[4]) << 8 | at_[5]};
    }
    Iterator& operator++() {
      at_ += kEntrySize;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      at_ += kEntrySize;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const uint8_t* at_;
  };

  SettingsEntries() = default;
  // `payload`: a multiple of kEntrySize in octets.
  explicit SettingsEntries(ByteView payload) : payload_(payload) {}

  size_t size() const { return payload_.size() / kEntrySize; }
  bool empty() const { return payload_.empty(); }
  Setting operator[](size_t i) const {
    HEADRACE_EXPECTS(i < size(), "SettingsEntries::operator[]", "the index is below size()",
                     {"index", i}, {"size", size()});
    return *Iterator(payload_.data() + i * kEntrySize);
  }
  Iterator begin() const { return Iterator(payload_.begin()); }
  Iterator end() const { return Iterator(payload_.end()); }

  void own() { payload_.own(); }
  void retire(const char* owner) { payload_.retire(owner); }

 private:
  Bytes payload_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_SETTINGS_ENTRIES_H_
