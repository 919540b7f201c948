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

// Finds entries of an encoder's dynamic table by field and by name, with hash chains through the
// entries, newest first. The oldest entry is evicted, and it is the last of its chains, so an
// eviction needs no work here: a chain ends where its next entry is not live.
class TableIndex {
 public:
  struct Hashes {
    uint32_t name;   // any number, if equal names have equal ones
    uint32_t field;  // a hash of name and value
  };
  static uint32_t hash_name(std::string_view name);
  static Hashes hash_field(uint32_t name_hash, std::string_view value);

  // The ledger must outlive the index.
  explicit TableIndex(Ledger* ledger) : ledger_(ledger) {}
  ~TableIndex() { ledger_->refund(sizeof(Node) * capacity_); }
  TableIndex(const TableIndex&) = delete;
  TableIndex& operator=(const TableIndex&) = delete;

  // Finds the newest entry with that field, or that name, and sets `*serial`. False if there is
  // none.
  bool find_field(const DynamicTable& table, const Hashes& hashes, std::string_view name,
                  std::string_view value, uint32_t* serial) const;
  bool find_name(const DynamicTable& table, uint32_t name_hash, std::string_view name,
                 uint32_t* serial) const;

  // Makes room for a table of `capacity` entries. To be called before the insertion that grows the
  // table to it. False if the ledger refused.
  [[nodiscard]] bool reserve(const DynamicTable& table, uint32_t capacity);
  // Frees the memory that a table of the present capacity does not need.
  void trim(const DynamicTable& table);
  // Adds the table's newest entry.
  void add(const DynamicTable& table, const Hashes& hashes);

 private:
  // A bucket and an entry in one: two heads of chains, and the hashes and next entries of the
  // table's entry at this place.
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
  uint32_t capacity_ = 0;  // a power of two, or 0; not below the table's
};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_TABLE_INDEX_H_
