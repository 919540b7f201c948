#include "headrace/hpack/late_decoder.h"

#include <optional>
#include <span>
#include <utility>

#include "headrace/field/rule.h"
#include "headrace/hpack/huffman.h"
#include "headrace/hpack/integer.h"
#include "headrace/hpack/static_table.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace hpack {
namespace {

constexpr size_t kEntryOverhead = 32;  // RFC 7541 §4.1

std::string text_of(const Rule& rule) { return std::string(rule.section) + ": " + rule.text; }

}  // namespace

// Reads the integers and strings of a block. `error` is the reason why one could not be read.
class LateDecoder::Reader {
 public:
  explicit Reader(ByteView block) : at_(block.data()), end_(block.data() + block.size()) {}

  bool done() const { return at_ == end_ || !error.empty(); }
  uint8_t peek() const { return *at_; }

  uint32_t number(int prefix_bits) {
    uint32_t value = 0;
    const Rule* rule = nullptr;
    if (at_ == end_) return fail("it ends within a representation");
    const uint8_t* const behind = read_integer(at_, end_, prefix_bits, &value, &rule);
    if (behind == nullptr) return fail(text_of(*rule));
    at_ = behind;
    return value;
  }

  // RFC 7541 §5.2
  std::string string() {
    if (at_ == end_) return fail("it ends within a representation"), "";
    const bool coded = (*at_ & 0x80) != 0;
    const uint32_t size = number(7);
    if (!error.empty()) return "";
    if (size > static_cast<size_t>(end_ - at_))
      return fail("a string is longer than the block"), "";
    const std::span<const uint8_t> octets(at_, size);
    at_ += size;
    if (!coded) return {reinterpret_cast<const char*>(octets.data()), octets.size()};
    std::string text(huffman_decode_room(size), '\0');
    const HuffmanDecoded decoded = huffman_decode(octets, text.data());
    if (decoded.rule != nullptr) return fail(text_of(*decoded.rule)), "";
    text.resize(decoded.size);
    return text;
  }

  std::string error;

 private:
  uint32_t fail(std::string why) {
    if (error.empty()) error = std::move(why);
    return 0;
  }

  const uint8_t* at_;
  const uint8_t* const end_;
};

LateDecoder::Result LateDecoder::decode(ByteView block) {
  Result result;
  Reader reader(block);
  while (!reader.done()) {
    const uint8_t first = reader.peek();
    SeenField field;
    if ((first & 0xe0) == 0x20) {  // §6.3
      max_size_ = reader.number(5);
      evict();
      continue;
    }
    const bool indexed = (first & 0x80) != 0;      // §6.1
    const bool incremental = (first & 0x40) != 0;  // §6.2.1
    const uint32_t index = reader.number(indexed ? 7 : incremental ? 6 : 4);
    if (indexed && index == 0 && reader.error.empty()) reader.error = "there is no index 0";
    if (index != 0 && reader.error.empty()) look_up(index, &field, &reader.error);
    if (!indexed) {
      if (index == 0) field.name = reader.string();
      field.value = reader.string();
      field.value_known = true;
      field.never_indexed = !incremental && (first & 0x10) != 0;
    }
    if (!reader.error.empty()) break;
    if (!indexed && incremental) insert(field);
    result.fields.push_back(std::move(field));
  }
  result.error = std::move(reader.error);
  return result;
}

// RFC 7541 §2.3.3
bool LateDecoder::look_up(uint32_t index, SeenField* field, std::string* error) const {
  if (index <= kStaticEntries) {
    field->name = kStaticTable[index].name;
    field->value = kStaticTable[index].value;
    return true;
  }
  const size_t age = index - kStaticEntries - 1;
  if (age < entries_.size()) {
    *field = entries_[age].field;
    return true;
  }
  if (from_beginning_) {
    *error = "index " + std::to_string(index) + " is behind the table";
    return false;
  }
  field->name_known = field->value_known = false;
  field->index = index;
  return true;
}

// §4.4. (An unknown name counts as empty, so that an entry may stay longer than in the peer's
// table, which does not refer to it then.)
void LateDecoder::insert(const SeenField& field) {
  Entry entry{field, field.name.size() + field.value.size() + kEntryOverhead};
  entry.field.never_indexed = false;
  size_ += entry.size;
  entries_.push_front(std::move(entry));
  evict();
}

void LateDecoder::evict() {
  while (size_ > max_size_ && !entries_.empty()) {
    size_ -= entries_.back().size;
    entries_.pop_back();
  }
}

}  // namespace hpack
HEADRACE_ABI_END
}  // namespace headrace
