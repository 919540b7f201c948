#include "headrace/hpack/decoder.h"

#include <algorithm>
#include <span>

#include "headrace/field/field_name.h"
#include "headrace/field/field_syntax.h"
#include "headrace/hpack/block_decoder.h"
#include "headrace/hpack/huffman.h"
#include "headrace/hpack/rules.h"
#include "headrace/hpack/static_table.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {

using Status = DecodeResult::Status;

inline bool BlockDecoder::read_size_updates(uint32_t limit, uint32_t lowest) {
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

inline bool BlockDecoder::read_field() {
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

inline bool BlockDecoder::count(FieldName name, uint64_t name_size, uint64_t value_size) {
  result_.list_size += DynamicTable::entry_size(name_size, value_size);
  if (name != FieldName::kCookie) ++result_.field_count;
  if (result_.list_size > limits_.max_list_size || result_.field_count > limits_.max_fields) {
    result_.status = Status::kTooLarge;
  }
  return result_.status == Status::kDone;
}

inline bool BlockDecoder::store(const Field& field) {
  return fields_->append(field) || no_memory();
}

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

void Decoder::set_max_table_size(uint32_t size) {
  limit_ = size;
  lowest_limit_ = std::min(lowest_limit_, size);
}

DecodeResult Decoder::decode(ByteView block, const DecodeLimits& limits, FieldStorage* fields) {
  BlockDecoder decoder(block, limits, &table_, fields);
  if (!decoder.read_size_updates(limit_, lowest_limit_)) return decoder.result();
  lowest_limit_ = limit_;
  while (!decoder.at_end()) {
    if (decoder.read_run()) continue;
    if (!decoder.read_field()) break;
  }
  return decoder.result();
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
