#ifndef HEADRACE_HPACK_ENCODER_H_
#define HEADRACE_HPACK_ENCODER_H_

#include <cstddef>
#include <cstdint>

#include "headrace/field/field.h"
#include "headrace/field/field_name.h"
#include "headrace/hpack/dynamic_table.h"
#include "headrace/hpack/huffman.h"
#include "headrace/hpack/integer.h"
#include "headrace/hpack/recent_fields.h"
#include "headrace/hpack/static_table.h"
#include "headrace/hpack/table_index.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// An HPACK encoding context (RFC 7541): the dynamic table of one direction of one connection.
//
// A block is written into memory of the caller's, which must have room for kMaxBeginSize and each
// field's max_field_size():
//
//   uint8_t* end = encoder.begin_block(out);
//   for (const Field& field : fields) end = encoder.add(field, end);
//
// Blocks must reach the peer in the order they were begun.
class Encoder {
 public:
  // `preferred_table_size`, in octets: the table's maximum size is this or the peer's limit,
  // whichever is lower (RFC 7541 §4.2). The ledger must outlive the encoder.
  explicit Encoder(Ledger* ledger, uint32_t preferred_table_size = DynamicTable::kInitialMaxSize);
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  // The peer's SETTINGS_HEADER_TABLE_SIZE. If the maximum size changes by it, the next block begins
  // with size updates: the lowest size since the last block, then the present one (RFC 7541 §4.2).
  void set_peer_max_table_size(uint32_t size);

  // Upper bounds, in octets, of the output of begin_block() and add().
  static constexpr size_t kMaxBeginSize = 12;
  static size_t max_field_size(const Field& field) {
    return max_size(1, field.name.size() + field.value.size());
  }
  // The same for several fields, whose names and values have `octets` octets together.
  static size_t max_size(size_t fields, size_t octets) {
    return octets + fields * (1 + 2 * kMaxIntegerSize + kHuffmanEncodeSlack);
  }

  [[nodiscard]] uint8_t* begin_block(uint8_t* out);
  // Writes one field and returns its end. Fields that are never_indexed, `authorization`,
  // `proxy-authorization` and short cookies are written as never-indexed literals (RFC 7541
  // §7.1.3); the rest of the indexing policy is in the .cc.
  [[nodiscard]] uint8_t* add(const Field& field, uint8_t* out) {
    const SentField sent = recall(field);
    if (sent.indexed == 0) return add_new(field, sent.name, out);
    *out++ = sent.indexed;
    return out;
  }
  // The same, if the name has been looked up already.
  [[nodiscard]] uint8_t* add(const Field& field, FieldName name, uint8_t* out);
  // The same, if recall() has not found the field.
  [[nodiscard]] uint8_t* add_new(const Field& field, FieldName name, uint8_t* out);

  // The field's token; and, if it was written before and is in a table, the octet that add() would
  // write for it, which is right as long as version() stays the same.
  SentField recall(const Field& field) const {
    if (!field.never_indexed) {
      const SentField sent = recent_.find(table_, field);
      if (sent.indexed != 0) return sent;
    }
    return {name_of(field), 0};
  }

  // The same without the dynamic table, so the result is right in any block, behind its
  // begin_block(). For trailers, which are encoded before the order of their block is known.
  [[nodiscard]] static uint8_t* add_stateless(const Field& field, uint8_t* out);

  // Frees the memory that the table does not need now.
  void trim() {
    table_.trim();
    index_.trim(table_);
  }

  // A number that changes whenever the dynamic table does. Fields whose encoding did not change it
  // are encoded to the same octets again as long as the number stays the same.
  uint64_t version() const { return version_; }

  // The dynamic table, for inspection.
  const DynamicTable& table() const { return table_; }

 private:
  // RFC 7541 §2.3.3: indexes of dynamic entries follow the static table's, the newest entry first.
  uint32_t index_of(uint32_t serial) const { return kStaticEntries + (table_.end() - serial); }
  uint8_t* add_indexable(const Field& field, FieldName name, uint32_t static_name, uint8_t* out);
  bool insert(const Field& field, FieldName name, const TableIndex::Hashes& hashes);

  DynamicTable table_;
  TableIndex index_;
  RecentFields recent_;
  uint32_t preferred_size_;
  uint32_t wanted_size_;  // the lower of the peer's limit and preferred_size_
  uint32_t lowest_size_;  // the lowest wanted_size_ since the last block
  uint64_t version_ = 0;
};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_ENCODER_H_
