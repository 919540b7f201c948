#include <algorithm>

#include "headrace/field/field_syntax.h"
#include "headrace/hpack/block_decoder.h"
#include "headrace/hpack/huffman.h"
#include "headrace/hpack/static_table.h"

// The straight paths of BlockDecoder.

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

using Status = DecodeResult::Status;

// Nearly all fields of a connection in use are indexed ones of one octet (RFC 7541 §6.1), so they
// have a loop with as few checks as possible: 40 instructions a field in W1 of //benchmarks, where
// read_field() takes 95.
[[gnu::noinline]] bool BlockDecoder::read_indexed_run() {
  if (copies_ || result_.status != Status::kDone) return false;
  const DynamicTable::Snapshot table = table_->snapshot();
  const std::span<Field> room = fields_->room();
  Field* const begin = room.data();
  Field* const room_end =
      begin + std::min<size_t>(room.size(), limits_.max_fields - result_.field_count);
  Field* out = begin;
  const uint8_t* in = in_;
  const uint8_t* const end = end_;
  uint64_t list_room = limits_.max_list_size - result_.list_size;
  uint32_t cookies = 0;
  uint32_t oldest = 0;  // by age
  for (; in != end && out != room_end; ++in, ++out) {
    const uint32_t index = *in - 0x80u;
    if (index - 1 >= 0x7e) break;  // not an indexed field of one octet
    uint64_t size;
    if (index <= kStaticEntries) {
      *out = kStaticTable[index];
      size = DynamicTable::entry_size(out->name.size(), out->value.size());
    } else {
      const uint32_t age = index - kStaticEntries;
      if (age > table.count) break;
      oldest = std::max(oldest, age);
      const DynamicTable::Entry& entry = table.by_age(age);
      const char* const text = table.text_of(entry);
      out->name = {text, entry.name_size};
      out->value = {text + entry.name_size, entry.value_size};
      out->never_indexed = false;
      out->known_name = entry.known_name;
      out->syntax = entry.syntax;
      size = DynamicTable::entry_size(entry.name_size, entry.value_size);
    }
    if (size > list_room) break;
    list_room -= size;
    if (out->known_name == FieldName::kCookie) ++cookies;
  }
  if (out == begin) return false;
  in_ = in;
  const auto fields = static_cast<size_t>(out - begin);
  fields_->extend(fields);
  result_.field_count += static_cast<uint32_t>(fields) - cookies;
  result_.list_size = limits_.max_list_size - list_room;
  if (oldest != 0) note_reference(table.end - oldest);
  return true;
}

// Most other fields are literals without indexing (RFC 7541 §6.2.2, §6.2.3), with a name from a
// table and a value of up to 126 octets: 135 instructions a field in W1b, without those for the
// value, where read_field() takes 225. Unusual and malformed fields are left to read_field().
[[gnu::noinline]] bool BlockDecoder::read_literal_run() {
  if (copies_ || result_.status != Status::kDone) return false;
  const uint8_t* const begin = in_;
  Field field;
  for (; in_ != end_; fields_->extend(1)) {
    const uint8_t* in = in_;
    const uint8_t first = *in++;
    uint32_t index = first & 0x0f;
    if (first >= 0x20 || index == 0 || in == end_) break;
    if (index == 0x0f) index += *in++;
    if (index >= 0x0f + 0x80 || in == end_) break;  // more octets of the index
    if (index <= kStaticEntries) {
      field.name = kStaticTable[index].name;
      field.known_name = kStaticTable[index].known_name;
    } else {
      const uint32_t age = index - kStaticEntries;
      if (age > table_->count()) break;
      const DynamicTable::Entry& entry = table_->entry(table_->end() - age);
      if (entry.syntax == FieldSyntax::kInvalidName) break;
      field.name = table_->name(entry);
      field.known_name = entry.known_name;
    }
    field.never_indexed = (first & 0x10) != 0;
    const size_t coded_size = *in & 0x7fu;
    const bool coded = (*in++ & 0x80) != 0;
    if (coded_size == 0x7f || coded_size > static_cast<size_t>(end_ - in)) break;
    // Of a coded value, an upper bound of the size of its text.
    const size_t room = coded ? huffman_decode_room(coded_size) : coded_size;
    const uint64_t most = DynamicTable::entry_size(field.name.size(), room);
    if (result_.list_size + most > limits_.max_list_size ||
        result_.field_count >= limits_.max_fields || fields_->room().empty()) {
      break;
    }
    field.value = {reinterpret_cast<const char*>(in), coded_size};
    if (coded) {
      char* const text = fields_->allocate(room);
      if (text == nullptr) break;
      const HuffmanDecoded decoded = huffman_decode({in, coded_size}, text);
      fields_->shrink_last(decoded.rule == nullptr ? room - decoded.size : room);
      if (decoded.rule != nullptr) break;
      field.value = {text, decoded.size};
    }
    field.syntax = check_field_value(field.value);
    fields_->room().front() = field;
    result_.list_size += DynamicTable::entry_size(field.name.size(), field.value.size());
    if (field.known_name != FieldName::kCookie) ++result_.field_count;
    if (index > kStaticEntries) note_reference(table_->end() - (index - kStaticEntries));
    in_ = in + coded_size;
  }
  return in_ != begin;
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
