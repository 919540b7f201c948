#ifndef HEADRACE_PROTOCOL_HTTP2_FIELD_READER_H_
#define HEADRACE_PROTOCOL_HTTP2_FIELD_READER_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>

#include "headrace/field/field_section.h"
#include "headrace/field/field_storage.h"
#include "headrace/field/rule.h"
#include "headrace/hpack/decoder.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/accounted_buffer.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/message/cookies.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The properties of a field block that its first frame determines.
struct FieldBlock {
  StreamId stream_id = 0;
  StreamId promised_stream_id = 0;  // of PUSH_PROMISE; 0: HEADERS
  bool end_stream = false;
  bool depends_on_itself = false;  // RFC 7540 §5.3.1
};

// A limit that a field block exceeds. It ends the connection, because a block that is not decoded
// to its end leaves the HPACK table wrong.
struct BlockRefused {
  const Rule* rule = nullptr;  // null: it was not refused
  LimitHit hit;

  explicit operator bool() const { return rule != nullptr; }
};

struct SectionRead {
  enum class Status : uint8_t {
    kRead,
    kTooLarge,   // over `hit`; the table is right, the fields are incomplete
    kMalformed,  // COMPRESSION_ERROR (RFC 9113 §4.3): `rule`, and the octet at `offset`
    kNoMemory,   // `rule` and `hit`; the table may be wrong
  };
  Status status = Status::kRead;
  const Rule* rule = nullptr;
  size_t offset = 0;
  LimitHit hit;
};

// Field blocks -> field sections (RFC 9113 §4.3): the peer's HPACK context, the one block that can
// be open, and the storage of the fields that were read last.
//
// A block in one frame is read where it lies. One in several is copied into a buffer, whose size
// and number of pieces are bounded.
class FieldReader {
 public:
  // `limits` must outlive it. `kept_fields`, `kept_text`: the storage that stays between two
  // sections, in fields and octets of text.
  FieldReader(Ledger* ledger, const Limits& limits, size_t kept_fields, size_t kept_text)
      : ledger_(*ledger),
        limits_(limits),
        decoder_(ledger),
        block_octets_(ledger),
        storage_(ledger, kept_fields, kept_text) {}

  // --- The block, frame by frame.

  void begin(const FieldBlock& block) {
    block_ = block;
    frames_ = tiny_frames_ = 0;
    is_open_ = true;
    block_octets_.clear();
  }
  bool is_open() const { return is_open_; }
  const FieldBlock& block() const { return block_; }

  // The bounds of a block: our settings that are in force.
  struct Bounds {
    uint32_t max_frame_size;
    uint32_t max_list_size;
  };
  // Keeps a fragment of a block that is in several frames. `last`: with END_HEADERS.
  [[nodiscard]] BlockRefused add(gsl::span<const uint8_t> fragment, bool last,
                                 const Bounds& bounds);
  // The fragments that were kept.
  gsl::span<const uint8_t> kept() const { return block_octets_.bytes(); }

  // --- Its end.

  // Decodes the whole block, whatever becomes of its stream. `is_request`: which limit of fields
  // counts.
  [[nodiscard]] SectionRead read(gsl::span<const uint8_t> octets, bool is_request,
                                 uint32_t max_list_size);

  // The fields that were read last. Valid until the next read() or trim(), and as long as the
  // octets they were read from.
  gsl::span<Field> fields() { return {storage_.fields().data(), storage_.size()}; }
  FieldSection section() const { return FieldSection(storage_); }
  // §8.2.3: one cookie field of several. False: there is no memory for it.
  [[nodiscard]] bool join_cookies() { return headrace::join_cookies(&storage_); }

  // --- The HPACK context.

  // The peer has acknowledged our SETTINGS_HEADER_TABLE_SIZE.
  void set_max_table_size(uint32_t size) { decoder_.set_max_table_size(size); }
  const hpack::DynamicTable& table() const { return decoder_.table(); }

  // Frees caches.
  void trim();

 private:
  LimitHit memory_refused() const {
    return {Limit::kConnectionMemory, ledger_.budget(), ledger_.refused()};
  }

  const Ledger& ledger_;
  const Limits& limits_;
  hpack::Decoder decoder_;
  FieldBlock block_;
  bool is_open_ = false;
  uint32_t frames_ = 0;
  uint32_t tiny_frames_ = 0;
  AccountedBuffer block_octets_;  // of a block in several frames
  FieldStorage storage_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_FIELD_READER_H_
