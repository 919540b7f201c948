#ifndef HEADRACE_PROTOCOL_HTTP2_FIELD_WRITER_H_
#define HEADRACE_PROTOCOL_HTTP2_FIELD_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <utility>
#include <vector>

#include "headrace/field/field.h"
#include "headrace/hpack/encoder.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/http2/prepared_blocks.h"
#include "headrace/protocol/message/response_head.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Field sections -> field blocks (RFC 9113 §4.3): our HPACK context, and memory for blocks whose
// size decides in which frames they go out.
//
// Blocks must go out in the order in which they were encoded, which the peer's table depends on.
class FieldWriter {
 public:
  // `split_cookies`: Options::split_cookies.
  FieldWriter(Ledger* ledger, bool split_cookies)
      : encoder_(ledger), split_cookies_(split_cookies) {}

  // The fields, with what is known of those that were sent before.
  NamedFields look_up(FieldsView fields) const { return NamedFields::recalled(fields, encoder_); }
  // An upper bound of the octets of `head` as a block.
  size_t max_size(const OutgoingHead& head) const;
  // Writes it to `out`, which has room for max_size(), and returns its end.
  [[nodiscard]] uint8_t* encode(const OutgoingHead& head, uint8_t* out);
  // The same, in scratch().
  [[nodiscard]] gsl::span<const uint8_t> encode(const OutgoingHead& head);

  // Encodes trailers, which are sent behind the body. The dynamic table is not used, so that blocks
  // that are sent in between do not matter.
  [[nodiscard]] static BlockPool::BlockPtr encode_trailers(FieldsView fields, BlockPool* pool);
  // The block to send, in scratch(): the trailers, perhaps behind table size updates.
  [[nodiscard]] gsl::span<const uint8_t> finish_trailers(const BlockPool::Block& trailers);

  // Memory to write to, valid until the next call of this object.
  [[nodiscard]] uint8_t* scratch(size_t size) {
    if (scratch_.size() < size) scratch_.resize(size);
    return scratch_.data();
  }

  // The peer's SETTINGS_HEADER_TABLE_SIZE.
  void set_peer_max_table_size(uint32_t size) { encoder_.set_peer_max_table_size(size); }
  const hpack::DynamicTable& table() const { return encoder_.table(); }

  // Frees caches.
  void trim() {
    std::vector<uint8_t>().swap(scratch_);
    prepared_blocks_.clear();
    encoder_.trim();
  }

 private:
  hpack::Encoder encoder_;
  PreparedBlocks prepared_blocks_;
  const bool split_cookies_;
  std::vector<uint8_t> scratch_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_FIELD_WRITER_H_
