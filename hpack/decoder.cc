#include "headrace/hpack/decoder.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "headrace/hpack/huffman.h"
#include "headrace/hpack/integer.h"
#include "headrace/hpack/rules.h"
#include "headrace/hpack/static_table.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {
namespace {

using Status = DecodeResult::Status;

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
  // Reads indexed fields of one octet, up to one that needs read_field(). False if it read none.
  bool read_indexed_run();
  // The same for literals without indexing whose name is a table's.
  bool read_literal_run();
  bool at_indexed() const { return (*in_ & 0x80) != 0; }
  bool read_field();
  bool at_end() const { return in_ == end_; }
  const DecodeResult& result() const { return result_; }

 private:
  bool read_indexed();
  bool read_literal(int prefix_bits, bool incremental);
  bool read_string(uint64_t room, Text* text);
  bool read_coded_string(std::span<const uint8_t> coded, uint64_t room, Text* text);
  bool read_name(uint64_t room, Field* field, Text* name);
  bool take_name(uint32_t index, Field* field, Text* name);
  // The entry of an index behind the static table, which a field is about to refer to; null if the
  // table has none.
  const DynamicTable::Entry* refer_to(uint32_t index);
  void note_reference(uint32_t serial);

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
    return result_.status == Status::kTooLarge ? 0 : limits_.max_list_size - result_.list_size;
  }
  bool malformed(const Rule& rule) {
    result_.status = Status::kMalformed;
    result_.rule = &rule;
    result_.offset = static_cast<size_t>(representation_ - begin_);
    return false;
  }
  bool no_memory() {
    result_.status = Status::kNoMemory;
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

bool BlockDecoder::read_size_updates(uint32_t limit, uint32_t lowest) {
  representation_ = in_;
  bool missing = lowest < table_->max_size();
  while (in_ != end_ && (*in_ & 0xe0) == 0x20) {
    representation_ = in_;
    uint32_t size = 0;
    if (!read_number(5, &size)) return false;
    if (size > limit) return malformed(kSizeUpdateTooLarge);
    table_->set_max_size(size);
    if (size <= lowest) missing = false;
  }
  if (missing) return malformed(kSizeUpdateMissing);
  return true;
}

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

// What remains are mostly literals that are not to be indexed (RFC 7541 §6.2.2, §6.2.3), with a
// name from a table and a value of up to 126 octets: 135 instructions beside those of the value in
// W1b, where read_field() takes 225. Whatever is unusual, or wrong, is left to that.
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
    // (Of a coded value: the most that it can come to.)
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

bool BlockDecoder::read_field() {
  representation_ = in_;
  const uint8_t first = *in_;
  if ((first & 0x80) != 0) return read_indexed();              // RFC 7541 §6.1
  if ((first & 0x40) != 0) return read_literal(6, true);       // §6.2.1
  if ((first & 0x20) != 0) return malformed(kSizeUpdateLate);  // §6.3
  return read_literal(4, false);                               // §6.2.2, §6.2.3
}

bool BlockDecoder::read_indexed() {
  uint32_t index = 0;
  if (!read_number(7, &index)) return false;
  if (index == 0) return malformed(kIndexZero);
  if (index <= kStaticEntries) {
    const Field& field = kStaticTable[index];
    return !count(field.known_name, field.name.size(), field.value.size()) || store(field);
  }
  const DynamicTable::Entry* entry = refer_to(index);
  if (entry == nullptr) return malformed(kIndexPastTables);
  if (!count(entry->known_name, entry->name_size, entry->value_size)) return true;
  Field field{table_->name(*entry), table_->value(*entry), false, entry->known_name, entry->syntax};
  if (copies_ && !(copy_if_in_table(&field.name) && copy_if_in_table(&field.value))) return false;
  return store(field);
}

bool BlockDecoder::read_literal(int prefix_bits, bool incremental) {
  Field field;
  field.never_indexed = !incremental && (*in_ & 0x10) != 0;
  uint32_t name_index = 0;
  if (!read_number(prefix_bits, &name_index)) return false;
  const uint64_t room = std::max<uint64_t>(room_left(), incremental ? table_->max_size() : 0);
  Text name;
  if (!(name_index == 0 ? read_name(room, &field, &name) : take_name(name_index, &field, &name))) {
    return false;
  }
  Text value;
  if (!read_string(room, &value)) return false;
  field.value = value.view;
  if (field.syntax == FieldSyntax::kValid) field.syntax = check_field_value(field.value);

  const bool stored = count(field.known_name, name.size, value.size);
  if (stored && copies_ && !copy_if_in_table(&field.name)) return false;
  if (stored && !store(field)) return false;
  const bool copied_before = copies_;
  if (incremental && !insert(field, name, value)) return false;
  if (!stored && copies_ == copied_before) give_back(name, value);
  return true;
}

// Reads a literal name. field->syntax holds the name's result until the value has been checked.
bool BlockDecoder::read_name(uint64_t room, Field* field, Text* name) {
  if (!read_string(room, name)) return false;
  field->name = name->view;
  field->known_name = resolve_field_name(name->view);
  const bool valid = is_known(field->known_name) || is_valid_field_name(name->view);
  field->syntax = valid ? FieldSyntax::kValid : FieldSyntax::kInvalidName;
  return true;
}

// Takes name, token and the name's syntax from a table entry.
bool BlockDecoder::take_name(uint32_t index, Field* field, Text* name) {
  field->syntax = FieldSyntax::kValid;
  if (index <= kStaticEntries) {
    field->name = kStaticTable[index].name;
    field->known_name = kStaticTable[index].known_name;
  } else {
    const DynamicTable::Entry* entry = refer_to(index);
    if (entry == nullptr) return malformed(kIndexPastTables);
    field->name = table_->name(*entry);
    field->known_name = entry->known_name;
    if (entry->syntax == FieldSyntax::kInvalidName) field->syntax = FieldSyntax::kInvalidName;
  }
  name->view = field->name;
  name->size = static_cast<uint32_t>(field->name.size());
  return true;
}

const DynamicTable::Entry* BlockDecoder::refer_to(uint32_t index) {
  const uint32_t age = index - kStaticEntries;  // 1: the newest
  if (age > table_->count()) return nullptr;
  const uint32_t serial = table_->end() - age;
  note_reference(serial);
  return &table_->entry(serial);
}

void BlockDecoder::note_reference(uint32_t serial) {
  if (refers_to_table_ && static_cast<int32_t>(serial - oldest_referred_) >= 0) return;
  oldest_referred_ = serial;
  refers_to_table_ = true;
}

bool BlockDecoder::read_string(uint64_t room, Text* text) {
  if (in_ == end_) return malformed(kStringTruncated);
  const bool coded = (*in_ & 0x80) != 0;
  uint32_t size = 0;
  if (!read_number(7, &size)) return false;
  if (size > static_cast<size_t>(end_ - in_)) return malformed(kStringTruncated);
  const uint8_t* octets = in_;
  in_ += size;
  if (coded) return read_coded_string({octets, size}, room, text);
  text->view = {reinterpret_cast<const char*>(octets), size};
  text->size = size;
  return true;
}

bool BlockDecoder::read_coded_string(std::span<const uint8_t> coded, uint64_t room, Text* text) {
  size_t needed = huffman_decode_room(coded.size());
  if (needed > room) {
    // The text may be longer than `room`, so it is measured before memory is allocated for it.
    const HuffmanDecoded measured = huffman_measure(coded);
    if (measured.rule != nullptr) return malformed(*measured.rule);
    text->size = static_cast<uint32_t>(measured.size);
    if (measured.size > room) return true;
    needed = measured.size + kHuffmanDecodeSlack;
  }
  char* out = fields_->allocate(needed);
  if (out == nullptr) return no_memory();
  const HuffmanDecoded decoded = huffman_decode(coded, out);
  if (decoded.rule != nullptr) return malformed(*decoded.rule);
  fields_->shrink_last(needed - decoded.size);
  text->view = {out, decoded.size};
  text->size = static_cast<uint32_t>(decoded.size);
  text->in_arena = true;
  return true;
}

bool BlockDecoder::count(FieldName name, uint64_t name_size, uint64_t value_size) {
  result_.list_size += DynamicTable::entry_size(name_size, value_size);
  if (name != FieldName::kCookie) ++result_.field_count;
  if (result_.list_size > limits_.max_list_size || result_.field_count > limits_.max_fields) {
    result_.status = Status::kTooLarge;
  }
  return result_.status == Status::kDone;
}

bool BlockDecoder::store(const Field& field) { return fields_->append(field) || no_memory(); }

bool BlockDecoder::insert(const Field& field, const Text& name, const Text& value) {
  if (DynamicTable::entry_size(name.size, value.size) > table_->max_size()) {
    table_->clear();  // RFC 7541 §4.4
    return true;
  }
  const DynamicTable::Plan plan = table_->plan(name.size, value.size);
  if (refers_to_table_ && !copies_ && table_->disturbs(plan, oldest_referred_)) {
    if (!copy_table_views()) return false;
  }
  return table_->insert(plan, name.view, value.view, field.known_name, field.syntax) || no_memory();
}

bool BlockDecoder::copy_table_views() {
  copies_ = true;
  for (Field& field : fields_->fields().subspan(first_field_)) {
    if (!copy_if_in_table(&field.name) || !copy_if_in_table(&field.value)) return false;
  }
  return true;
}

// Gives text that was decoded only for the table back to the arena, whose last allocations it is.
void BlockDecoder::give_back(const Text& name, const Text& value) {
  if (value.in_arena) fields_->shrink_last(value.size);
  if (!name.in_arena) return;
  // If the value began a new block of the arena, the name in the block before cannot be given back.
  const bool last = !value.in_arena || name.view.data() + name.size == value.view.data();
  if (last) fields_->shrink_last(name.size);
}

}  // namespace

void Decoder::set_max_table_size(uint32_t size) {
  limit_ = size;
  lowest_limit_ = std::min(lowest_limit_, size);
}

DecodeResult Decoder::decode(ByteView block, const DecodeLimits& limits, FieldStorage* fields) {
  BlockDecoder decoder(block, limits, &table_, fields);
  if (!decoder.read_size_updates(limit_, lowest_limit_)) return decoder.result();
  lowest_limit_ = limit_;
  while (!decoder.at_end()) {
    if (decoder.at_indexed() ? decoder.read_indexed_run() : decoder.read_literal_run()) continue;
    if (!decoder.read_field()) break;
  }
  return decoder.result();
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
