#ifndef HEADRACE_HPACK_BLOCK_DECODER_H_
#define HEADRACE_HPACK_BLOCK_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "headrace/field/field_name.h"
#include "headrace/field/field_storage.h"
#include "headrace/field/rule.h"
#include "headrace/hpack/decoder.h"
#include "headrace/hpack/dynamic_table.h"
#include "headrace/hpack/integer.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

// A string of a literal: a view into the block or, if it was Huffman-coded, into the arena. If it
// is too long to be stored or inserted, only its size is known and `view` is empty.
struct Text {
  std::string_view view;
  uint32_t size = 0;
  bool in_arena = false;
};

// Decodes one field block.
class BlockDecoder {
 public:
  BlockDecoder(ByteView block, const DecodeLimits& limits, DynamicTable* table,
               FieldStorage* fields)
      : begin_(block.data()),
        in_(block.data()),
        end_(block.data() + block.size()),
        limits_(limits),
        table_(table),
        fields_(fields),
        first_field_(fields->size()) {}

  // RFC 7541 §4.2, §6.3: reads the size updates at the beginning of the block. `lowest`: the lowest
  // limit since the previous block.
  bool read_size_updates(uint32_t limit, uint32_t lowest);
  // The straight path: reads fields of one kind, up to one that needs read_field(). False if it
  // read none.
  bool read_run() {
    if ((*in_ & 0x80) != 0) return read_indexed_run();
    return *in_ < 0x20 && (*in_ & 0x0f) != 0 && read_literal_run();
  }
  bool read_field();
  bool at_end() const { return in_ == end_; }
  const DecodeResult& result() const { return result_; }

 private:
  // In block_runs.cc: indexed fields of one octet, and literals without indexing whose name is in a
  // table.
  bool read_indexed_run();
  bool read_literal_run();

  bool read_indexed();
  bool read_literal(int prefix_bits, bool incremental);
  bool read_string(uint64_t room, Text* text);
  bool read_coded_string(std::span<const uint8_t> coded, uint64_t room, Text* text);
  bool read_name(uint64_t room, Field* field, Text* name);
  bool take_name(uint32_t index, Field* field, Text* name);
  // The entry of an index behind the static table, which a field is about to refer to; null if the
  // table has none.
  const DynamicTable::Entry* refer_to(uint32_t index);
  void note_reference(uint32_t serial) {
    if (refers_to_table_ && static_cast<int32_t>(serial - oldest_referred_) >= 0) return;
    oldest_referred_ = serial;
    refers_to_table_ = true;
  }

  // Counts the field. False if the list is above a limit.
  bool count(FieldName name, uint64_t name_size, uint64_t value_size);
  bool store(const Field& field);
  bool insert(const Field& field, const Text& name, const Text& value);
  void give_back(const Text& name, const Text& value);
  bool copy_table_views();
  bool copy_if_in_table(std::string_view* text) {
    return !table_->holds(*text) || fields_->copy(*text, text) || no_memory();
  }

  uint64_t room_left() const {
    return result_.status == DecodeResult::Status::kTooLarge
               ? 0
               : limits_.max_list_size - result_.list_size;
  }
  bool malformed(const Rule& rule) {
    result_.status = DecodeResult::Status::kMalformed;
    result_.rule = &rule;
    result_.offset = static_cast<size_t>(representation_ - begin_);
    return false;
  }
  bool no_memory() {
    result_.status = DecodeResult::Status::kNoMemory;
    return false;
  }
  bool read_number(int prefix_bits, uint32_t* value) {
    const Rule* broken = nullptr;
    const uint8_t* behind = read_integer(in_, end_, prefix_bits, value, &broken);
    if (behind == nullptr) return malformed(*broken);
    in_ = behind;
    return true;
  }

  const uint8_t* const begin_;
  const uint8_t* in_;
  const uint8_t* const end_;
  const uint8_t* representation_ = nullptr;  // the one being read
  const DecodeLimits& limits_;
  DynamicTable* const table_;
  FieldStorage* const fields_;
  const size_t first_field_;

  // Stored fields refer to entries of the table until an insertion would overwrite such an entry.
  // Then the text of all of them is copied, and from then on that of each field when it is stored.
  bool refers_to_table_ = false;
  bool copies_ = false;
  uint32_t oldest_referred_ = 0;  // serial number, if refers_to_table_
  DecodeResult result_;
};

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_HPACK_BLOCK_DECODER_H_
