#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/hpack/decoders.h"
#include "fuzz/hpack/third_codec.h"
#include "fuzz/require.h"
#include "headrace/field/field.h"
#include "headrace/hpack/encoder.h"
#include "headrace/memory/ledger.h"
#include "tests/hpack/codec.h"
#include "tests/reference/hpack.h"
#include "tests/reference/hpack_tables.h"

// Lists of fields there and back: what our encoder writes is read by our decoder in both allocation
// modes, by the naive reference codec and by libnghttp2, and what their encoders write is read by
// our decoder. Everybody must read the list that was written, and end with the same table.
//
// Input: choices (Draws).

namespace {

using headrace::Field;
using headrace::Ledger;
using headrace::fuzz::Decoded;
using headrace::fuzz::Decoders;
using headrace::fuzz::Draws;
using headrace::fuzz::require;
using headrace::fuzz::ThirdDeflater;
using headrace::fuzz::ThirdInflater;
using headrace::hpack::DecodeLimits;
using headrace::hpack::DecodeResult;
using headrace::hpack::Encoder;
using headrace::hpack::to_list;
using reference::HeaderField;
using reference::LiteralKind;
using reference::StringCoding;

constexpr DecodeLimits kNoLimits = {.max_list_size = 1 << 30, .max_fields = 1 << 20};
constexpr uint32_t kInitialTableSize = 4096;  // RFC 9113 §6.5.2
constexpr std::array<uint32_t, 6> kPreferredSizes = {4096, 0, 100, 1000, 10'000, 65'535};
constexpr std::array<uint32_t, 8> kPeerLimits = {4096, 0, 31, 100, 300, 1000, 9000, 65'535};
constexpr uint32_t kLargestOctetCount = 600;

// A list in which names, values and whole fields come again.
class Lists {
 public:
  explicit Lists(Draws* draws) : draws_(draws) {}

  std::vector<HeaderField> next() {
    std::vector<HeaderField> list(draws_->below(12));
    for (HeaderField& field : list) {
      const uint8_t choice = draws_->octet();
      field = choice % 3 == 0 ? fresh() : again();
      if (choice / 3 % 3 == 0) field.value = text();
      field.never_indexed = choice / 9 % 8 == 7;
      seen_.push_back(field);
    }
    return list;
  }

 private:
  HeaderField fresh() { return {text(), text()}; }
  HeaderField again() {
    const auto& fixed = reference::static_table();
    const size_t choice = draws_->octet();
    if (choice < fixed.size() || seen_.empty()) return fixed[choice % fixed.size()];
    return seen_[seen_.size() - 1 - choice % seen_.size()];
  }
  std::string text() {
    const uint32_t size = draws_->octet();
    if (size < 200) return draws_->octets(size % 40);
    return std::string(draws_->number() % kLargestOctetCount, static_cast<char>(size));
  }

  Draws* draws_;
  std::vector<HeaderField> seen_;
};

// Our encoder, with as much memory as it likes, or too little to index much.
class OurEncoder {
 public:
  OurEncoder(uint32_t preferred_size, size_t budget)
      : ledger_(budget), encoder_(&ledger_, preferred_size) {}

  Encoder& encoder() { return encoder_; }

  // The fields at and behind `stateless` leave the table alone.
  std::string encode(const std::vector<HeaderField>& list, size_t stateless) {
    size_t room = Encoder::kMaxBeginSize;
    for (const HeaderField& field : list) room += Encoder::max_field_size(view_of(field));
    // Exactly the room that is asked for: a write behind it is a report.
    std::vector<uint8_t> block(room);
    uint8_t* end = encoder_.begin_block(block.data());
    for (size_t i = 0; i < list.size(); ++i) {
      const Field field = view_of(list[i]);
      end = i < stateless ? encoder_.add(field, end) : Encoder::add_stateless(field, end);
    }
    require(ledger_.live() <= ledger_.budget(), "the encoder is over the budget");
    return {block.data(), end};
  }

 private:
  static Field view_of(const HeaderField& field) {
    return {field.name, field.value, field.never_indexed};
  }

  Ledger ledger_;
  Encoder encoder_;
};

// Whoever reads our blocks.
class Readers {
 public:
  void set_max_table_size(uint32_t limit) {
    ours_.set_max_table_size(limit);
    reference_.set_max_table_size(limit);
    nghttp2_.set_max_table_size(limit);
  }

  void read(const std::string& block, const std::vector<HeaderField>& list,
            const headrace::hpack::DynamicTable& table) {
    const Decoded ours = ours_.decode(block, kNoLimits);
    const auto by_reference = reference_.decode(block);
    const auto by_nghttp2 = nghttp2_.decode(block);
    require(ours.result.status == DecodeResult::Status::kDone, "we do not read what we wrote");
    require(by_reference.has_value(), "the reference does not read what we wrote");
    require(by_nghttp2.has_value(), "nghttp2 does not read what we wrote");
    require(*by_reference == ours.fields, "the reference reads other fields");
    require(*by_nghttp2 == ours.fields, "nghttp2 reads other fields");
    require(ours.fields.size() == list.size(), "a field was lost");
    for (size_t i = 0; i < list.size(); ++i) check_field(list[i], ours.fields[i]);
    require(to_list(table) == ours.table, "our tables differ");
    require(to_list(reference_.table()) == ours.table, "the reference's table differs");
    require(nghttp2_.table() == ours.table, "nghttp2's table differs");
  }

 private:
  static void check_field(const HeaderField& written, const HeaderField& read) {
    require(read.name == written.name && read.value == written.value, "a field changed");
    // RFC 7541 §7.1.3: what is sensitive is never indexed by anybody.
    const bool sensitive = written.never_indexed || written.name == "authorization" ||
                           written.name == "proxy-authorization" ||
                           (written.name == "cookie" && written.value.size() < 20);
    require(read.never_indexed == sensitive, "a secret may be indexed, or what is none may not");
  }

  Decoders ours_;
  reference::HpackDecoder reference_;
  ThirdInflater nghttp2_;
};

// The reference encoder writes every representation that RFC 7541 allows, as drawn.
class AnyEncoder {
 public:
  explicit AnyEncoder(Draws* draws) : draws_(draws) {}

  void set_max_table_size(uint32_t limit) {
    limit_ = limit;
    lowest_limit_ = std::min(lowest_limit_, limit);
  }

  std::string encode(const std::vector<HeaderField>& list) {
    std::string block;
    // §4.2; the lowest first, as nghttp2 wants it (hpack_decoder_fuzzer).
    if (lowest_limit_ < encoder_.table().max_size()) {
      encoder_.write_size_update(lowest_limit_, &block);
    }
    if (draws_->seldom(4)) encoder_.write_size_update(draws_->number() % (limit_ + 1), &block);
    lowest_limit_ = limit_;
    for (const HeaderField& field : list) write(field, &block);
    return block;
  }

  const reference::HpackTable& table() const { return encoder_.table(); }

 private:
  void write(const HeaderField& field, std::string* block) {
    const uint8_t choice = draws_->octet();
    const uint64_t index = encoder_.table().find(field);
    if (index != 0 && !field.never_indexed && choice % 4 != 3) {
      encoder_.write_indexed(index, block);
      return;
    }
    const LiteralKind kind = field.never_indexed   ? LiteralKind::kNeverIndexed
                             : choice / 4 % 4 == 3 ? LiteralKind::kWithoutIndexing
                                                   : LiteralKind::kIncrementalIndexing;
    const uint64_t name = choice / 16 % 4 == 3 ? 0 : encoder_.table().find_name(field.name);
    encoder_.write_literal(kind, name, field, static_cast<StringCoding>(draws_->below(3)),
                           static_cast<StringCoding>(draws_->below(3)), block);
  }

  Draws* draws_;
  reference::HpackEncoder encoder_;
  uint32_t limit_ = kInitialTableSize;
  uint32_t lowest_limit_ = kInitialTableSize;  // since the last block
};

// The four directions; each has its tables, all have the same limits and send the same lists.
class Case {
 public:
  explicit Case(Draws* draws)
      : draws_(draws), lists_(draws), preferred_(draws->pick(kPreferredSizes)), any_(draws) {}

  void play() {
    while (!draws_->done()) {
      switch (draws_->below(8)) {
        case 0:
          set_max_table_size(draws_->pick(kPeerLimits));
          break;
        case 1:
          ample_.encoder().trim();
          from_any_.trim();
          break;
        default:
          send(lists_.next());
      }
    }
  }

 private:
  void set_max_table_size(uint32_t limit) {
    ample_.encoder().set_peer_max_table_size(limit);
    of_ample_.set_max_table_size(limit);
    scarce_.encoder().set_peer_max_table_size(limit);
    of_scarce_.set_max_table_size(limit);
    any_.set_max_table_size(limit);
    from_any_.set_max_table_size(limit);
    any_by_nghttp2_.set_max_table_size(limit);
    nghttp2_.set_max_table_size(limit);
    from_nghttp2_.set_max_table_size(limit);
  }

  void send(const std::vector<HeaderField>& list) {
    const size_t stateless = draws_->seldom(4) ? draws_->below(8) : list.size();
    of_ample_.read(ample_.encode(list, stateless), list, ample_.encoder().table());
    of_scarce_.read(scarce_.encode(list, stateless), list, scarce_.encoder().table());

    const std::string any = any_.encode(list);
    const Decoded any_read = from_any_.decode(any, kNoLimits);
    require(any_read.result.status == DecodeResult::Status::kDone, "we refuse the reference's");
    require(any_read.fields == list, "we read other fields than the reference wrote");
    require(any_read.table == to_list(any_.table()), "the table differs from the reference's");
    require(any_by_nghttp2_.decode(any) == list, "nghttp2 does not read what the reference wrote");

    const Decoded nghttp2_read = from_nghttp2_.decode(nghttp2_.encode(list), kNoLimits);
    require(nghttp2_read.result.status == DecodeResult::Status::kDone, "we refuse nghttp2's");
    require(nghttp2_read.fields.size() == list.size(), "a field of nghttp2's was lost");
    for (size_t i = 0; i < list.size(); ++i) {
      const HeaderField& field = nghttp2_read.fields[i];
      require(field.name == list[i].name && field.value == list[i].value,
              "we read other fields than nghttp2 wrote");
      require(field.never_indexed || !list[i].never_indexed, "a secret of nghttp2's was lost");
    }
    require(nghttp2_read.table == nghttp2_.table(), "the table differs from nghttp2's");
  }

  Draws* draws_;
  Lists lists_;
  const uint32_t preferred_;

  OurEncoder ample_{preferred_, 1 << 22};
  Readers of_ample_;
  OurEncoder scarce_{preferred_, 3000};
  Readers of_scarce_;
  AnyEncoder any_;
  Decoders from_any_;
  ThirdInflater any_by_nghttp2_;
  ThirdDeflater nghttp2_{preferred_};
  Decoders from_nghttp2_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, [](std::string_view input) {
    Draws draws(input);
    Case(&draws).play();
  });
}
