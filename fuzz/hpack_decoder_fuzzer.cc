#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "field/field_storage.h"
#include "hpack/decoder.h"
#include "hpack/encoder.h"
#include "hpack/rules.h"
#include "memory/ledger.h"
#include "tests/hpack/codec.h"
#include "tests/reference/hpack.h"

// Field blocks against the reference decoder: the same fields, the same table, the same verdict.
// What was decoded is encoded again, and the reference must read it back.
//
// Input: blocks one after the other, each behind its size (one octet). A size of 255 sets the
// limit of the table to 16 times the octet that follows instead.

namespace {

using headrace::FieldStorage;
using headrace::Ledger;
using headrace::hpack::as_span;
using headrace::hpack::DecodeLimits;
using headrace::hpack::Decoder;
using headrace::hpack::DecodeResult;
using headrace::hpack::Encoder;
using headrace::hpack::to_list;

// Far above what an input can say, so that no limit stands between the two verdicts.
constexpr DecodeLimits kLimits = {.max_list_size = 1 << 30, .max_fields = 1 << 20};

// In place of a block's size: the limit of the table follows.
constexpr uint8_t kSetLimit = 255;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

struct Codecs {
  Ledger ledger{1 << 28};
  Decoder decoder{&ledger};
  FieldStorage storage{&ledger};
  Encoder encoder{&ledger};
  reference::HpackDecoder reference;
  reference::HpackDecoder reader;  // of what `encoder` writes
  bool limit_lowered = false;      // since the last block

  // False: the block was malformed, and nothing can follow.
  bool play(std::string_view block);
  void encode_again(const std::vector<reference::HeaderField>& fields);
};

bool Codecs::play(std::string_view block) {
  storage.clear();
  const DecodeResult result = decoder.decode(as_span(block), kLimits, &storage);
  const auto expected = reference.decode(block);
  if (result.status == DecodeResult::Status::kMalformed) {
    if (result.rule == &headrace::hpack::kSizeUpdateMissing) {  // the reference does not ask for it
      require(limit_lowered, "no size update was called for");
      return false;
    }
    require(!expected.has_value(), "the reference takes what we refuse");
    require(result.rule != nullptr && result.offset <= block.size(), "no rule, or no place");
    return false;
  }
  require(result.status == DecodeResult::Status::kDone, "a limit or the ledger refused");
  require(expected.has_value(), "the reference refuses what we take");
  const auto fields = to_list(storage.fields());
  require(fields == *expected, "the fields differ");
  require(decoder.table_size() == reference.table().size(), "the table's size differs");
  require(decoder.table_max_size() == reference.table().max_size(), "its maximum differs");
  limit_lowered = false;
  encode_again(fields);
  return true;
}

void Codecs::encode_again(const std::vector<reference::HeaderField>& fields) {
  size_t room = Encoder::kMaxBeginSize;
  std::vector<headrace::Field> list;
  for (const reference::HeaderField& field : fields) {
    list.push_back({field.name, field.value, field.never_indexed});
    room += Encoder::max_field_size(list.back());
  }
  std::string block(room, '\0');
  auto* const begin = reinterpret_cast<uint8_t*>(block.data());
  uint8_t* end = encoder.begin_block(begin);
  for (const headrace::Field& field : list) end = encoder.add(field, end);
  block.resize(static_cast<size_t>(end - begin));
  require(block.size() <= room, "the encoder wrote more than it said");

  const auto read = reader.decode(block);
  require(read.has_value(), "the reference refuses what we wrote");
  require(read->size() == fields.size(), "a field was lost");
  for (size_t i = 0; i < fields.size(); ++i) {
    const reference::HeaderField& field = (*read)[i];
    require(field.name == fields[i].name && field.value == fields[i].value, "a field changed");
    require(field.never_indexed || !fields[i].never_indexed, "a secret may be indexed");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Codecs codecs;
  while (size > 0) {
    const size_t block_size = std::min<size_t>(*data, size - 1);
    const bool set_limit = *data == kSetLimit && size > 1;
    ++data;
    --size;
    if (set_limit) {
      const uint32_t limit = uint32_t{*data} * 16;
      codecs.decoder.set_max_table_size(limit);
      codecs.reference.set_max_table_size(limit);
      codecs.limit_lowered = true;
      ++data;
      --size;
      continue;
    }
    const std::string block(reinterpret_cast<const char*>(data), block_size);
    if (!codecs.play(block)) return 0;
    data += block_size;
    size -= block_size;
  }
  return 0;
}
