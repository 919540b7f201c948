#ifndef HEADRACE_HPACK_DYNAMIC_TABLE_H_
#define HEADRACE_HPACK_DYNAMIC_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// The dynamic table of RFC 7541 §2.3.2 and §4, first in, first out. Entries have serial numbers (0
// for the first one ever inserted). The text of each is contiguous in a ring of bytes. The ring and
// the array of entries grow only when an insertion needs it, the ring at most to twice the maximum
// size, and are reserved in the ledger before.
//
// The text of an evicted entry is unchanged until the next insertion.
class DynamicTable {
 public:
  static constexpr uint32_t kEntryOverhead = 32;  // RFC 7541 §4.1
  static constexpr uint32_t kInitialMaxSize = 4096;

  struct Entry {
    uint32_t offset;
    uint32_t name_size;
    uint32_t value_size;
    FieldName known_name;
    FieldSyntax syntax;
  };

  // The ledger must outlive the table.
  explicit DynamicTable(Ledger* ledger) : ledger_(ledger) {}
  ~DynamicTable() { release(); }
  DynamicTable(const DynamicTable&) = delete;
  DynamicTable& operator=(const DynamicTable&) = delete;

  // RFC 7541 §4.1, §4.2: all in octets as the RFC counts them.
  uint32_t size() const { return size_; }
  uint32_t max_size() const { return max_size_; }
  uint32_t count() const { return count_; }
  static constexpr uint64_t entry_size(uint64_t name_size, uint64_t value_size) {
    return name_size + value_size + kEntryOverhead;
  }

  // Serial numbers of live entries: from first() up to, not including, end().
  uint32_t first() const { return next_ - count_; }
  uint32_t end() const { return next_; }
  bool is_live(uint32_t serial) const { return next_ - 1 - serial < count_; }

  // The index of an entry in arrays parallel to the table's, below capacity().
  uint32_t place(uint32_t serial) const { return serial & (capacity_ - 1); }
  uint32_t capacity() const { return capacity_; }

  const Entry& entry(uint32_t serial) const { return entries_[place(serial)]; }
  std::string_view name(const Entry& entry) const {
    return {text_.get() + entry.offset, entry.name_size};
  }
  std::string_view value(const Entry& entry) const {
    return {text_.get() + entry.offset + entry.name_size, entry.value_size};
  }

  // A copy of the table's members for loops that write memory the compiler cannot tell from the
  // table's, so that they need not be loaded again for each entry. Valid until the table changes.
  struct Snapshot {
    const Entry* entries;
    const char* text;
    uint32_t mask;
    uint32_t end;
    uint32_t count;

    // 1 is the newest entry, `count` the oldest one.
    const Entry& by_age(uint32_t age) const { return entries[(end - age) & mask]; }
    const char* text_of(const Entry& entry) const { return text + entry.offset; }
  };
  Snapshot snapshot() const { return {entries_.get(), text_.get(), capacity_ - 1, next_, count_}; }

  // Whether `text` is a view into the table's ring.
  bool holds(std::string_view text) const {
    return reinterpret_cast<uintptr_t>(text.data()) - reinterpret_cast<uintptr_t>(text_.get()) <
           text_capacity_;
  }

  // RFC 7541 §4.3: evicts the oldest entries until the rest fits.
  void set_max_size(uint32_t max_size);
  // Evicts all entries.
  void clear() { count_ = size_ = 0; }
  // Frees the memory that the live entries do not need. Invalidates views into the table.
  void trim();

  // The effects of an insertion: the entries that it evicts and the place that it writes to.
  struct Plan {
    uint32_t first;          // serial number of the oldest entry that stays
    uint32_t size;           // of the table after the evictions, before the insertion
    uint32_t offset;         // of the new text, unless the ring moves
    uint32_t text_capacity;  // the ring moves if this is not the present capacity
    uint32_t capacity;
  };
  // Requires entry_size() <= max_size().
  Plan plan(uint32_t name_size, uint32_t value_size) const;
  // Whether the insertion invalidates views of an entry with the serial number `serial` or later.
  bool disturbs(const Plan& plan, uint32_t serial) const {
    return plan.text_capacity != text_capacity_ || static_cast<int32_t>(plan.first - serial) > 0;
  }
  // RFC 7541 §4.4. `name` may be a view into the table, even of an entry that is evicted. False if
  // the ledger refused; the table is unchanged then.
  [[nodiscard]] bool insert(const Plan& plan, std::string_view name, std::string_view value,
                            FieldName known_name, FieldSyntax syntax);

 private:
  static constexpr uint64_t kMinText = 256;
  static constexpr uint64_t kMaxText = UINT32_MAX;
  static constexpr uint32_t kMinCapacity = 8;

  // An entry without text takes one octet of the ring, so that no two entries share an offset.
  static uint32_t text_size(const Entry& entry) {
    return entry.name_size + entry.value_size + (entry.name_size + entry.value_size == 0);
  }
  static uint32_t cost(const Entry& entry) {
    return entry.name_size + entry.value_size + kEntryOverhead;
  }
  void find_room(uint32_t needed, Plan* plan) const;
  // Both keep the live entries. move_text() returns the old ring; `behind` is the end of the text
  // in the new one.
  void move_entries(uint32_t capacity);
  std::unique_ptr<char[]> move_text(uint32_t capacity, uint32_t* behind);
  void release();
  static size_t footprint(uint32_t text_capacity, uint32_t capacity) {
    return text_capacity + sizeof(Entry) * capacity;
  }

  Ledger* ledger_;
  std::unique_ptr<char[]> text_;
  std::unique_ptr<Entry[]> entries_;
  uint32_t text_capacity_ = 0;
  uint32_t capacity_ = 0;  // of entries_; a power of two, or 0
  uint32_t next_ = 0;      // serial number of the next entry
  uint32_t count_ = 0;
  uint32_t size_ = 0;
  uint32_t max_size_ = kInitialMaxSize;
};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_DYNAMIC_TABLE_H_
