#ifndef HEADRACE_HPACK_TABLE_INDEX_H_
#define HEADRACE_HPACK_TABLE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "headrace/hpack/dynamic_table.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// Finds entries of an encoder's dynamic table by field and by name: hash chains through the
// entries, newest first. An entry is always evicted as the last of its chains, so evictions need no
// work here: a chain ends where its next entry is no longer live.
class TableIndex {
 public:
  struct Hashes {
    uint32_t name;   // any number that is the same for the same name
    uint32_t field;  // of name and value
  };
  static uint32_t hash_name(std::string_view name);
  static Hashes hash_field(uint32_t name_hash, std::string_view value);

  // The ledger must outlive the index.
  explicit TableIndex(Ledger* ledger) : ledger_(ledger) {}
  ~TableIndex() { ledger_->refund(sizeof(Node) * capacity_); }
  TableIndex(const TableIndex&) = delete;
  TableIndex& operator=(const TableIndex&) = delete;

  // True, and the serial number of the newest such entry.
  bool find_field(const DynamicTable& table, const Hashes& hashes, std::string_view name,
                  std::string_view value, uint32_t* serial) const;
  bool find_name(const DynamicTable& table, uint32_t name_hash, std::string_view name,
                 uint32_t* serial) const;

  // Room for a table of that capacity, before the insertion that makes it so large. False: the
  // ledger refused.
  [[nodiscard]] bool reserve(const DynamicTable& table, uint32_t capacity);
  // Gives back what a table of the present capacity does not need.
  void trim(const DynamicTable& table);
  // The table's newest entry.
  void add(const DynamicTable& table, const Hashes& hashes);

 private:
  // One for each place of the table: two heads of chains, and an entry's hashes and next ones.
  struct Node {
    uint32_t field_head;
    uint32_t name_head;
    Hashes hashes;
    uint32_t next_field;
    uint32_t next_name;
  };

  Node& node(uint32_t serial_or_hash) const { return nodes_[serial_or_hash & (capacity_ - 1)]; }
  template <typename Matches>
  bool find(const DynamicTable& table, uint32_t head, uint32_t Node::*next, Matches matches,
            uint32_t* serial) const;
  void resize(const DynamicTable& table, uint32_t capacity);
  void link(uint32_t serial, const Hashes& hashes);

  Ledger* ledger_;
  std::unique_ptr<Node[]> nodes_;
  uint32_t capacity_ = 0;  // a power of two, or 0; never less than the table's
};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_TABLE_INDEX_H_
