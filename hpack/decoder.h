#ifndef HEADRACE_HPACK_DECODER_H_
#define HEADRACE_HPACK_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>

#include "headrace/field/field_storage.h"
#include "headrace/field/rule.h"
#include "headrace/hpack/dynamic_table.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// What one field block may come to. A list over a limit is decoded to its end, so that the table
// stays in step with the peer's, but not stored.
struct DecodeLimits {
  uint64_t max_list_size = 65536;  // octets of names and values and 32 a field (RFC 9113 §6.5.2)
  uint32_t max_fields = 128;       // apart from cookie crumbs (§8.2.3), which may be many
};

struct DecodeResult {
  enum class Status : uint8_t {
    kDone,
    kTooLarge,   // over a limit of DecodeLimits; the table is in step, the stored fields incomplete
    kMalformed,  // a COMPRESSION_ERROR (RFC 9113 §4.3): `rule` and `offset` say which and where
    kNoMemory,   // the ledger refused; the table may be out of step
  };
  Status status = Status::kDone;
  const Rule* rule = nullptr;  // kMalformed only
  size_t offset = 0;           // kMalformed: of the first octet of the offending representation
  uint64_t list_size = 0;      // of the whole list, as max_list_size counts it
  uint32_t field_count = 0;    // of the whole list, as max_fields counts it
};

// An HPACK decoding context (RFC 7541): the dynamic table of one direction of one connection.
class Decoder {
 public:
  // The table's memory is reserved in `ledger`, which must outlive the decoder, as it grows.
  explicit Decoder(Ledger* ledger) : table_(ledger) {}
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // The peer has acknowledged our SETTINGS_HEADER_TABLE_SIZE: it is the limit of size updates from
  // now on. When that is below the table's present size, the next block must begin with a size
  // update (RFC 7541 §4.2).
  void set_max_table_size(uint32_t size);

  // Decodes one whole field block (RFC 7541 §3) and appends its fields to `fields`, each with its
  // known_name, syntax and never_indexed. Their views point into `block`, into the table or into
  // the arena of `fields`, and are valid until the next decode() (and as long as `block` and
  // `fields`). After kMalformed or kNoMemory the decoder must not be used again.
  [[nodiscard]] DecodeResult decode(gsl::span<const uint8_t> block, const DecodeLimits& limits,
                                    FieldStorage* fields);

  // Gives back the memory that the table does not need now. Views into it end, as with decode().
  void trim() { table_.trim(); }

  // The dynamic table, to look at.
  const DynamicTable& table() const { return table_; }

  // RFC 7541 §4.1: the size of the table now, and the maximum that the peer's encoder chose.
  size_t table_size() const { return table_.size(); }
  size_t table_max_size() const { return table_.max_size(); }

 private:
  DynamicTable table_;
  uint32_t limit_ = DynamicTable::kInitialMaxSize;         // of size updates
  uint32_t lowest_limit_ = DynamicTable::kInitialMaxSize;  // since the last block
};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_DECODER_H_
