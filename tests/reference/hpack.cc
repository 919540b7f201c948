#include "tests/reference/hpack.h"

#include <array>

#include "tests/reference/hpack_tables.h"

namespace reference {
namespace {

uint64_t entry_size(const HeaderField& field) {
  return field.name.size() + field.value.size() + 32;
}

// What a bit of a Huffman code leads to.
struct HuffmanNode {
  std::array<size_t, 2> next = {0, 0};
  int symbol = -1;  // of the code that ends here
};

std::vector<HuffmanNode> huffman_tree() {
  std::vector<HuffmanNode> tree(1);
  for (int symbol = 0; symbol <= 256; ++symbol) {
    size_t node = 0;
    for (char bit : huffman_codes()[symbol]) {
      if (tree[node].next[bit - '0'] == 0) {
        tree[node].next[bit - '0'] = tree.size();
        tree.emplace_back();
      }
      node = tree[node].next[bit - '0'];
    }
    tree[node].symbol = symbol;
  }
  return tree;
}

void write_string(std::string_view text, StringCoding coding, std::string* block) {
  const std::string coded = coding == StringCoding::kPlain ? "" : huffman_encode(text);
  if (coding == StringCoding::kHuffman ||
      (coding == StringCoding::kShorter && coded.size() < text.size())) {
    write_integer(coded.size(), 7, 0x80, block);
    *block += coded;
  } else {
    write_integer(text.size(), 7, 0x00, block);
    *block += text;
  }
}

// Walks through a block; every read fails at its end.
class Reader {
 public:
  explicit Reader(std::string_view block) : block_(block) {}

  bool at_end() const { return position_ == block_.size(); }
  uint8_t peek() const { return static_cast<uint8_t>(block_[position_]); }

  std::optional<uint64_t> integer(int prefix_bits) {
    if (at_end()) return std::nullopt;
    uint64_t largest = (uint64_t{1} << prefix_bits) - 1;
    uint64_t value = static_cast<uint8_t>(block_[position_++]) & largest;
    if (value < largest) return value;
    for (int shift = 0; shift <= 28; shift += 7) {
      if (at_end()) return std::nullopt;
      uint64_t octet = static_cast<uint8_t>(block_[position_++]);
      value += (octet & 0x7f) << shift;
      if ((octet & 0x80) == 0) return value;
    }
    return std::nullopt;
  }

  std::optional<std::string> string() {
    if (at_end()) return std::nullopt;
    bool coded = (peek() & 0x80) != 0;
    std::optional<uint64_t> size = integer(7);
    if (!size || *size > block_.size() - position_) return std::nullopt;
    std::string_view octets = block_.substr(position_, *size);
    position_ += *size;
    if (coded) return huffman_decode(octets);
    return std::string(octets);
  }

 private:
  std::string_view block_;
  size_t position_ = 0;
};

}  // namespace

const HeaderField* HpackTable::at(uint64_t index) const {
  const std::vector<HeaderField>& fixed = static_table();
  if (index == 0) return nullptr;
  if (index <= fixed.size()) return &fixed[index - 1];
  if (index - fixed.size() <= dynamic_.size()) return &dynamic_[index - fixed.size() - 1];
  return nullptr;
}

uint64_t HpackTable::find(const HeaderField& field) const {
  for (uint64_t index = 1; at(index) != nullptr; ++index) {
    if (at(index)->name == field.name && at(index)->value == field.value) return index;
  }
  return 0;
}

uint64_t HpackTable::find_name(const std::string& name) const {
  for (uint64_t index = 1; at(index) != nullptr; ++index) {
    if (at(index)->name == name) return index;
  }
  return 0;
}

void HpackTable::insert(const HeaderField& field) {
  HeaderField entry{field.name, field.value, false};
  if (entry_size(entry) > max_size_) {
    dynamic_.clear();
    return;
  }
  evict_to(max_size_ - entry_size(entry));
  dynamic_.push_front(entry);
}

void HpackTable::set_max_size(uint64_t max_size) {
  max_size_ = max_size;
  evict_to(max_size);
}

uint64_t HpackTable::size() const {
  uint64_t sum = 0;
  for (const HeaderField& field : dynamic_) sum += entry_size(field);
  return sum;
}

void HpackTable::evict_to(uint64_t size_left) {
  while (size() > size_left) dynamic_.pop_back();
}

std::string HpackEncoder::encode(const std::vector<HeaderField>& fields) {
  std::string block;
  for (const HeaderField& field : fields) {
    uint64_t index = table_.find(field);
    uint64_t name_index = table_.find_name(field.name);
    if (field.never_indexed) {
      write_literal(LiteralKind::kNeverIndexed, name_index, field, StringCoding::kShorter,
                    StringCoding::kShorter, &block);
    } else if (index != 0) {
      write_indexed(index, &block);
    } else {
      write_literal(LiteralKind::kIncrementalIndexing, name_index, field, StringCoding::kShorter,
                    StringCoding::kShorter, &block);
    }
  }
  return block;
}

void HpackEncoder::write_size_update(uint64_t max_size, std::string* block) {
  write_integer(max_size, 5, 0x20, block);
  table_.set_max_size(max_size);
}

void HpackEncoder::write_indexed(uint64_t index, std::string* block) {
  write_integer(index, 7, 0x80, block);
}

void HpackEncoder::write_literal(LiteralKind kind, uint64_t name_index, const HeaderField& field,
                                 StringCoding name_coding, StringCoding value_coding,
                                 std::string* block) {
  switch (kind) {
    case LiteralKind::kIncrementalIndexing:
      write_integer(name_index, 6, 0x40, block);
      break;
    case LiteralKind::kWithoutIndexing:
      write_integer(name_index, 4, 0x00, block);
      break;
    case LiteralKind::kNeverIndexed:
      write_integer(name_index, 4, 0x10, block);
      break;
  }
  if (name_index == 0) write_string(field.name, name_coding, block);
  write_string(field.value, value_coding, block);
  if (kind == LiteralKind::kIncrementalIndexing) table_.insert(field);
}

void HpackDecoder::set_max_table_size(uint64_t limit) {
  limit_ = limit;
  if (limit < lowest_limit_) lowest_limit_ = limit;
}

std::optional<std::vector<HeaderField>> HpackDecoder::decode(std::string_view block) {
  std::vector<HeaderField> fields;
  Reader reader(block);
  uint64_t smallest_size = table_.max_size();
  bool at_beginning = true;
  auto fail = [&](const char* reason) {
    error_ = reason;
    return std::nullopt;
  };
  while (true) {
    const bool update = !reader.at_end() && (reader.peek() & 0xe0) == 0x20;
    if (at_beginning && !update && smallest_size > lowest_limit_) {  // §4.2
      return fail("no size update after the limit was lowered");
    }
    if (reader.at_end()) break;
    if (!update) at_beginning = false;
    uint8_t first = reader.peek();
    if ((first & 0x80) != 0) {  // §6.1
      std::optional<uint64_t> index = reader.integer(7);
      if (!index) return fail("bad index");
      const HeaderField* entry = table_.at(*index);
      if (entry == nullptr) return fail("no such index");
      fields.push_back(*entry);
      continue;
    }
    if (update) {  // §6.3
      if (!at_beginning) return fail("size update behind a field");
      std::optional<uint64_t> size = reader.integer(5);
      if (!size || *size > limit_) return fail("bad size update");
      table_.set_max_size(*size);
      if (*size < smallest_size) smallest_size = *size;
      continue;
    }
    bool incremental = (first & 0x40) != 0;  // §6.2.1, else §6.2.2 or §6.2.3
    std::optional<uint64_t> name_index = reader.integer(incremental ? 6 : 4);
    if (!name_index) return fail("bad name index");
    HeaderField field;
    field.never_indexed = !incremental && (first & 0x10) != 0;
    if (*name_index == 0) {
      std::optional<std::string> name = reader.string();
      if (!name) return fail("bad name");
      field.name = *name;
    } else {
      const HeaderField* entry = table_.at(*name_index);
      if (entry == nullptr) return fail("no such name index");
      field.name = entry->name;
    }
    std::optional<std::string> value = reader.string();
    if (!value) return fail("bad value");
    field.value = *value;
    fields.push_back(field);
    if (incremental) table_.insert(field);
  }
  lowest_limit_ = limit_;
  return fields;
}

void write_integer(uint64_t value, int prefix_bits, uint8_t first_octet, std::string* block) {
  uint64_t largest = (uint64_t{1} << prefix_bits) - 1;
  if (value < largest) {
    block->push_back(static_cast<char>(first_octet | value));
    return;
  }
  block->push_back(static_cast<char>(first_octet | largest));
  value -= largest;
  while (value >= 128) {
    block->push_back(static_cast<char>(value % 128 + 128));
    value /= 128;
  }
  block->push_back(static_cast<char>(value));
}

std::string huffman_encode(std::string_view text) {
  std::string bits;  // that make no whole octet yet
  std::string coded;
  const auto write_octets = [&] {
    for (; bits.size() >= 8; bits.erase(0, 8)) {
      int octet = 0;
      for (char bit : bits.substr(0, 8)) octet = 2 * octet + (bit - '0');
      coded.push_back(static_cast<char>(octet));
    }
  };
  for (char c : text) {
    bits += huffman_codes()[static_cast<uint8_t>(c)];
    write_octets();
  }
  while (bits.size() % 8 != 0) bits.push_back('1');
  write_octets();
  return coded;
}

std::optional<std::string> huffman_decode(std::string_view coded) {
  static const auto* tree = new std::vector<HuffmanNode>(huffman_tree());
  std::string text;
  size_t node = 0;
  size_t pending = 0;  // bits since the last symbol
  bool all_ones = true;
  for (char octet : coded) {
    for (int shift = 7; shift >= 0; --shift) {
      const int bit = octet >> shift & 1;
      node = (*tree)[node].next[bit];
      ++pending;
      all_ones = all_ones && bit == 1;
      const int symbol = (*tree)[node].symbol;
      if (symbol < 0) continue;
      if (symbol == 256) return std::nullopt;  // EOS
      text.push_back(static_cast<char>(symbol));
      node = 0;
      pending = 0;
      all_ones = true;
    }
  }
  if (pending > 7 || !all_ones) return std::nullopt;
  return text;
}

}  // namespace reference
