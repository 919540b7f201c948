#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/hpack/decoders.h"
#include "fuzz/hpack/third_codec.h"
#include "fuzz/require.h"
#include "headrace/hpack/decoder.h"
#include "headrace/hpack/late_decoder.h"
#include "tests/hpack/codec.h"
#include "tests/reference/hpack.h"

// Field blocks of a hostile peer: our decoder in both allocation modes against the naive reference
// codec (the same verdict, fields and table) and against libnghttp2 (the same, but for what
// is_known_difference() tells). And decoders of observers, one of which misses the first block.
//
// Input: commands of two octets, the most significant first.
//   0sssssss ssssssss   a block of s octets, which follow
//   10ssssss ssssssss   the limit of the table is s from now on
//   110sssss ssssssss   a list may have s octets from now on (RFC 9113 §6.5.2)
//   111sssss ssssssss   a list may have s fields; what is not needed is given back

namespace {

using headrace::fuzz::Decoded;
using headrace::fuzz::Decoders;
using headrace::fuzz::require;
using headrace::fuzz::ThirdInflater;
using headrace::hpack::DecodeLimits;
using headrace::hpack::DecodeResult;
using headrace::hpack::LateDecoder;
using headrace::hpack::to_list;
using reference::HeaderField;
using Status = DecodeResult::Status;

uint64_t list_size(const std::vector<HeaderField>& fields) {
  uint64_t size = 0;
  for (const HeaderField& field : fields) size += field.name.size() + field.value.size() + 32;
  return size;
}

// As DecodeLimits::max_fields counts: without cookie fields (RFC 9113 §8.2.3).
size_t field_count(const std::vector<HeaderField>& fields) {
  return static_cast<size_t>(std::count_if(
      fields.begin(), fields.end(), [](const HeaderField& f) { return f.name != "cookie"; }));
}

// The table size update (RFC 7541 §6.3) that a block begins with, if it does.
std::optional<uint64_t> first_size_update(std::string_view block) {
  if (block.empty() || (block[0] & 0xe0) != 0x20) return std::nullopt;
  uint64_t size = block[0] & 0x1f;
  if (size < 0x1f) return size;
  int shift = 0;
  for (const char octet : block.substr(1)) {
    size += uint64_t{octet & 0x7fu} << shift;
    if ((octet & 0x80) == 0) return size;
    shift += 7;
  }
  return std::nullopt;
}

class Case {
 public:
  void play(std::string_view input) {
    while (input.size() >= 2) {
      const unsigned command = static_cast<uint8_t>(input[0]) << 8 | static_cast<uint8_t>(input[1]);
      input.remove_prefix(2);
      if (command < 0x8000) {
        const std::string_view block = input.substr(0, command);
        input.remove_prefix(block.size());
        if (!play_block(block)) return;
      } else if (command < 0xc000) {
        set_max_table_size(command & 0x3fff);
      } else if (command < 0xe000) {
        limits_.max_list_size = command & 0x1fff;
      } else {
        limits_.max_fields = command & 0x1fff;
        ours_.trim();
      }
    }
  }

 private:
  void set_max_table_size(uint32_t limit) {
    ours_.set_max_table_size(limit);
    reference_.set_max_table_size(limit);
    if (compare_with_nghttp2_) nghttp2_.set_max_table_size(limit);
    lowest_limit_ = std::min(lowest_limit_, limit);
    limit_ = limit;
  }

  // False: the block was malformed, and nothing can follow.
  bool play_block(std::string_view block) {
    const Decoded ours = ours_.decode(block, limits_);
    const auto expected = reference_.decode(block);
    if (compare_with_nghttp2_) compare_with_nghttp2(block, ours, expected);
    lowest_limit_ = limit_;
    compare_with_observers(block, expected);
    if (ours.result.status == Status::kMalformed) {
      require(!expected.has_value(), "the reference takes what we refuse");
      require(ours.result.rule != nullptr && ours.result.offset <= block.size(),
              "no rule, or no place");
      return false;
    }
    require(expected.has_value(), "the reference refuses what we take");
    require(ours.result.field_count == field_count(*expected), "another count of fields");
    require(ours.result.list_size == list_size(*expected), "another size of the list");
    const bool too_large =
        field_count(*expected) > limits_.max_fields || list_size(*expected) > limits_.max_list_size;
    require(too_large == (ours.result.status == Status::kTooLarge), "the limits do not hold");
    if (too_large) {
      require(ours.fields.size() <= expected->size() &&
                  std::equal(ours.fields.begin(), ours.fields.end(), expected->begin()),
              "not the first fields of the list");
      require(list_size(ours.fields) <= limits_.max_list_size &&
                  field_count(ours.fields) <= limits_.max_fields,
              "more is stored than the limits allow");
    } else {
      require(ours.fields == *expected, "the fields differ from the reference's");
    }
    require(ours.table == to_list(reference_.table()), "the table differs from the reference's");
    require(ours.table_max_size == reference_.table().max_size(), "the table's maximum differs");
    return true;
  }

  // Who has seen all blocks knows all fields. Who has not is never wrong about what he knows.
  // (Observers do not judge: they may read what is malformed.)
  void compare_with_observers(std::string_view block,
                              const std::optional<std::vector<HeaderField>>& expected) {
    for (LateDecoder* observer : {&early_, &late_}) {
      if (observer == &late_ && is_first_block_) continue;
      const LateDecoder::Result seen = observer->decode(block);
      if (!expected.has_value()) continue;
      require(seen.error.empty(), "an observer cannot read what is well-formed");
      require(seen.fields.size() == expected->size(), "an observer has another count of fields");
      for (size_t i = 0; i < expected->size(); ++i) {
        const headrace::hpack::SeenField& field = seen.fields[i];
        const HeaderField& wanted = (*expected)[i];
        require(observer == &late_ || (field.name_known && field.value_known),
                "who has seen everything does not know a field");
        require(!field.name_known || field.name == wanted.name, "an observer has another name");
        require(!field.value_known || field.value == wanted.value, "an observer has another value");
        require(field.never_indexed == wanted.never_indexed, "another never_indexed");
      }
    }
    is_first_block_ = false;
  }

  void compare_with_nghttp2(std::string_view block, const Decoded& ours,
                            const std::optional<std::vector<HeaderField>>& expected) {
    const auto theirs = nghttp2_.decode(block);
    if (ours.result.status == Status::kMalformed) {
      require(!theirs.has_value(), "nghttp2 takes what we refuse");
      return;
    }
    if (!theirs.has_value()) {
      require(is_known_difference(block), "nghttp2 refuses what we take");
      compare_with_nghttp2_ = false;
      return;
    }
    require(*theirs == *expected, "the fields differ from nghttp2's");
    require(ours.table == nghttp2_.table(), "the table differs from nghttp2's");
    require(ours.table_max_size == nghttp2_.table_max_size(), "nghttp2's maximum differs");
  }

  // What nghttp2 refuses and RFC 7541 allows. §4.2: after the limit was lowered, an update to the
  // lowest value has to be among those at the beginning of the next block. nghttp2 wants it first.
  bool is_known_difference(std::string_view block) const {
    return first_size_update(block) > lowest_limit_;
  }

  Decoders ours_;
  DecodeLimits limits_;
  reference::HpackDecoder reference_;
  ThirdInflater nghttp2_;
  LateDecoder early_{/*from_beginning=*/true};
  LateDecoder late_{/*from_beginning=*/false};
  bool is_first_block_ = true;
  bool compare_with_nghttp2_ = true;
  uint32_t limit_ = 4096;
  uint32_t lowest_limit_ = 4096;  // since the last block
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size,
                                       [](std::string_view input) { Case().play(input); });
}
