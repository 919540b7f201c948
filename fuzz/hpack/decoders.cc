#include "fuzz/hpack/decoders.h"

#include <gsl/span>

#include "fuzz/require.h"
#include "headrace/field/field_name.h"
#include "headrace/field/field_section.h"
#include "headrace/field/field_syntax.h"
#include "tests/hpack/codec.h"

namespace headrace::fuzz {
namespace {

using Status = hpack::DecodeResult::Status;

// What the decoder says of a field may come from the table, or from when it was put there.
void check_verdicts(gsl::span<const Field> fields) {
  for (const Field& field : fields) {
    require(field.known_name == resolve_field_name(field.name), "another token");
    require(field.syntax == check_field(field.name, field.value), "another verdict");
  }
}

void require_same(const Decoded& a, const Decoded& b) {
  require(a.result.status == b.result.status, "the modes' verdicts differ");
  require(a.result.rule == b.result.rule, "the modes' rules differ");
  require(a.result.offset == b.result.offset, "the modes' offsets differ");
  require(a.result.list_size == b.result.list_size, "the modes' sizes differ");
  require(a.result.field_count == b.result.field_count, "the modes' counts differ");
  require(a.fields == b.fields, "the modes' fields differ");
  require(a.table == b.table && a.table_max_size == b.table_max_size, "the modes' tables differ");
}

}  // namespace

OneDecoder::~OneDecoder() {
  decoder_.reset();
  storage_.release();
  require(ledger_.live() == 0, "memory was not given back to the ledger");
}

Decoded OneDecoder::decode(std::string_view block, const hpack::DecodeLimits& limits) {
  // A copy of its own: a look behind its end, or after its life, is a report.
  std::vector<uint8_t> octets(block.begin(), block.end());
  storage_.clear();
  Decoded decoded;
  decoded.result = decoder_->decode(octets, limits, &storage_);
  require(ledger_.live() <= ledger_.budget(), "over the budget");
  if (allocation_ == Allocation::kReuse) {
    check_verdicts(storage_.fields());
    decoded.fields = hpack::to_list(storage_.fields());
  } else {
    FieldSection section(storage_);
    section.own();
    octets = {};
    storage_.release();
    if (decoded.result.status != Status::kMalformed) decoder_->trim();
    check_verdicts({section.begin(), section.size()});
    decoded.fields = hpack::to_list({section.begin(), section.size()});
  }
  decoded.table = hpack::to_list(decoder_->table());
  decoded.table_max_size = decoder_->table_max_size();
  return decoded;
}

Decoded Decoders::decode(std::string_view block, const hpack::DecodeLimits& limits) {
  Decoded decoded = reused_.decode(block, limits);
  require(decoded.result.status != Status::kNoMemory, "the ledger refused");
  require_same(decoded, fresh_.decode(block, limits));
  if (scarce_.has_value()) {
    const Decoded scarce = scarce_->decode(block, limits);
    if (scarce.result.status == Status::kNoMemory) {
      scarce_.reset();
    } else {
      require_same(decoded, scarce);
    }
  }
  return decoded;
}

void Decoders::set_max_table_size(uint32_t limit) {
  reused_.decoder().set_max_table_size(limit);
  fresh_.decoder().set_max_table_size(limit);
  if (scarce_.has_value()) scarce_->decoder().set_max_table_size(limit);
}

void Decoders::trim() { reused_.decoder().trim(); }

}  // namespace headrace::fuzz
