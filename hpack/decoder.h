#ifndef HEADRACE_HPACK_DECODER_H_
#define HEADRACE_HPACK_DECODER_H_

#include <cstddef>
#include <cstdint>

#include "headrace/field/field_storage.h"
#include "headrace/field/rule.h"
#include "headrace/hpack/dynamic_table.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// The limits of one field block. A list above them is decoded to its end, because the table must
// stay in step with the peer's, but its fields are not stored.
struct DecodeLimits {
  uint64_t max_list_size = 65536;  // octets of names and values, plus 32 a field (RFC 9113 §6.5.2)
  uint32_t max_fields = 128;       // not counting cookie fields (§8.2.3), which may be many
};

struct DecodeResult {
  enum class Status : uint8_t {
    kDone,
    kTooLarge,   // above a limit of DecodeLimits; the stored fields are incomplete
    kMalformed,  // a COMPRESSION_ERROR (RFC 9113 §4.3); `rule` was broken at `offset`
    kNoMemory,   // the ledger refused; the table may be out of step with the peer's
  };
  Status status = Status::kDone;
  const Rule* rule = nullptr;  // kMalformed only
  size_t offset = 0;           // kMalformed: where the malformed representation begins in the block
  uint64_t list_size = 0;      // the whole list's size, as max_list_size counts it
  uint32_t field_count = 0;    // the whole list's fields, as max_fields counts them
};

// An HPACK decoding context (RFC 7541): the dynamic table of one direction of one connection.
class Decoder {
 public:
  // The table's memory is reserved in `ledger` as it grows. The ledger must outlive the decoder.
  explicit Decoder(Ledger* ledger) : table_(ledger) {}
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // To be called when the peer has acknowledged our SETTINGS_HEADER_TABLE_SIZE, which limits size
  // updates from now on. If it is below the table's maximum size, the next block must begin with a
  // size update (RFC 7541 §4.2).
  void set_max_table_size(uint32_t size);

  // Decodes one whole field block (RFC 7541 §3) and appends its fields to `fields`, each with its
  // known_name, syntax and never_indexed. Their views point into `block`, into the table or into
  // the arena of `fields`: they are valid until the next decode() or trim(), and as long as `block`
  // and `fields`. After kMalformed or kNoMemory the decoder must not be used again.
  [[nodiscard]] DecodeResult decode(ByteView block, const DecodeLimits& limits,
                                    FieldStorage* fields);

  // Frees the memory that the table does not need now. Invalidates views as decode() does.
  void trim() { table_.trim(); }

  // The dynamic table, for inspection.
  const DynamicTable& table() const { return table_; }

  // RFC 7541 §4.1, §4.2: the table's size, and the maximum that the peer's encoder has chosen, both
  // in octets as the RFC counts them.
  size_t table_size() const { return table_.size(); }
  size_t table_max_size() const { return table_.max_size(); }

 private:
  DynamicTable table_;
  uint32_t limit_ = DynamicTable::kInitialMaxSize;         // for size updates
  uint32_t lowest_limit_ = DynamicTable::kInitialMaxSize;  // the lowest one since the last block
};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_DECODER_H_
