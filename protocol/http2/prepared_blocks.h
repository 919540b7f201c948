#ifndef HEADRACE_PROTOCOL_HTTP2_PREPARED_BLOCKS_H_
#define HEADRACE_PROTOCOL_HTTP2_PREPARED_BLOCKS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <optional>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/protocol/message/prepared_head.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The octets that prepared heads were last encoded to on this connection. An index into the table
// stands for another entry as soon as one is inserted (RFC 7541 §2.3.3), so octets are right as
// long as the table is the one that they were made with: `version` is Encoder::version().
//
// A head has one place that it can be in. Another head that belongs there replaces it.
class PreparedBlocks {
 public:
  // The octets, or none.
  gsl::span<const uint8_t> find(const PreparedHead& head, uint64_t version) const {
    if (entries_ == nullptr) return {};
    const Entry& entry = (*entries_)[place_of(head)];
    if (!entry.head || entry.head->identity() != head.identity() || entry.version != version) {
      return {};
    }
    return entry.octets;
  }
  void store(const PreparedHead& head, uint64_t version, gsl::span<const uint8_t> octets) {
    if (entries_ == nullptr) entries_ = std::make_unique<Entries>();
    Entry& entry = (*entries_)[place_of(head)];
    // (A copy of the handle touches a count that threads share.)
    if (!entry.head || entry.head->identity() != head.identity()) entry.head = head;
    entry.version = version;
    entry.octets.assign(octets.begin(), octets.end());
  }
  void clear() { entries_.reset(); }

 private:
  static constexpr size_t kEntries = 16;

  struct Entry {
    std::optional<PreparedHead> head;
    uint64_t version = 0;
    std::vector<uint8_t> octets;
  };
  using Entries = std::array<Entry, kEntries>;

  static size_t place_of(const PreparedHead& head) {
    constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio
    constexpr int kShift = 60;
    static_assert(uint64_t{kEntries} << kShift == 0);
    return static_cast<size_t>(reinterpret_cast<uintptr_t>(head.identity()) * kMultiplier >>
                               kShift);
  }

  std::unique_ptr<Entries> entries_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_PREPARED_BLOCKS_H_
