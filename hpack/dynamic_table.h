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

// RFC 7541 §2.3.2, §4: first in, first out. Entries have serial numbers (0 is the first one ever
// inserted); the text of each lies whole in a ring of bytes. Ring and list of entries grow only
// when an entry needs it, at most to twice the maximum size, and are reserved in the ledger before.
//
// An evicted entry's text stays as it was until the next insertion.
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

  // The place of an entry in arrays that run beside the table: below capacity().
  uint32_t place(uint32_t serial) const { return serial & (capacity_ - 1); }
  uint32_t capacity() const { return capacity_; }

  const Entry& entry(uint32_t serial) const { return entries_[place(serial)]; }
  std::string_view name(const Entry& entry) const {
    return {text_.get() + entry.offset, entry.name_size};
  }
  std::string_view value(const Entry& entry) const {
    return {text_.get() + entry.offset + entry.name_size, entry.value_size};
  }

  // The table as it is, for loops that read it and write elsewhere: nothing of it has to be looked
  // up again in between. Valid until it changes.
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

  // Whether a view of this text would be one into the table.
  bool holds(std::string_view text) const {
    return reinterpret_cast<uintptr_t>(text.data()) - reinterpret_cast<uintptr_t>(text_.get()) <
           text_capacity_;
  }

  // RFC 7541 §4.3: evicts what is too much.
  void set_max_size(uint32_t max_size);
  // Evicts everything.
  void clear() { count_ = size_ = 0; }
  // Gives back the memory that its entries do not need. Views into the table end.
  void trim();

  // How an insertion will go: what it evicts and where it writes.
  struct Plan {
    uint32_t first;          // of the entries that stay
    uint32_t size;           // of the table when they alone are left
    uint32_t offset;         // of the new text
    uint32_t text_capacity;  // other than now: the ring moves
    uint32_t capacity;
  };
  // For an entry of entry_size() <= max_size().
  Plan plan(uint32_t name_size, uint32_t value_size) const;
  // Whether views of entries from `serial` on may be overwritten, or left behind in freed memory.
  bool disturbs(const Plan& plan, uint32_t serial) const {
    return plan.text_capacity != text_capacity_ || static_cast<int32_t>(plan.first - serial) > 0;
  }
  // RFC 7541 §4.4. `name` may be a view into the table, of an entry that is evicted, too. False:
  // the ledger refused and the table is as before.
  [[nodiscard]] bool insert(const Plan& plan, std::string_view name, std::string_view value,
                            FieldName known_name, FieldSyntax syntax);

 private:
  static constexpr uint64_t kMinText = 256;
  static constexpr uint64_t kMaxText = UINT32_MAX;
  static constexpr uint32_t kMinCapacity = 8;

  // Entries without text take one octet of the ring, so that no two share an offset.
  static uint32_t text_size(const Entry& entry) {
    return entry.name_size + entry.value_size + (entry.name_size + entry.value_size == 0);
  }
  static uint32_t cost(const Entry& entry) {
    return entry.name_size + entry.value_size + kEntryOverhead;
  }
  void find_room(uint32_t needed, Plan* plan) const;
  // Both keep the live entries. move_text() hands back the old ring and says where the texts end.
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
  uint32_t capacity_ = 0;  // of entries_: a power of two, or 0
  uint32_t next_ = 0;      // serial number of the next entry
  uint32_t count_ = 0;
  uint32_t size_ = 0;
  uint32_t max_size_ = kInitialMaxSize;
};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_DYNAMIC_TABLE_H_
