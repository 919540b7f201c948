#include "tests/transcript/field_block.h"

namespace headrace::transcript {
namespace {

void append_line(const FieldLine& line, reference::HpackEncoder* encoder, std::string* block) {
  switch (line.kind) {
    case FieldLine::Kind::kIndexed:
      // RFC 7541 §6.1; the encoder would look the entry up, and it may be meant not to exist.
      reference::write_integer(line.number, 7, 0x80, block);
      return;
    case FieldLine::Kind::kSizeUpdate:
      reference::write_integer(line.number, 5, 0x20, block);  // RFC 7541 §6.3
      return;
    case FieldLine::Kind::kRaw:
      *block += line.value;
      return;
    case FieldLine::Kind::kField:
      break;
  }
  const auto kind = line.never   ? reference::LiteralKind::kNeverIndexed
                    : line.index ? reference::LiteralKind::kIncrementalIndexing
                                 : reference::LiteralKind::kWithoutIndexing;
  const auto coding =
      line.huffman ? reference::StringCoding::kHuffman : reference::StringCoding::kPlain;
  encoder->write_literal(kind, line.named, {line.name, line.value, line.never}, coding, coding,
                         block);
}

// RFC 7541 §6.3 and §5.1: the size updates at the front of a block.
void read_size_updates(std::string_view block, std::vector<FieldLine>* lines) {
  size_t at = 0;
  while (at < block.size() && (block[at] & 0xe0) == 0x20) {
    FieldLine line;
    line.kind = FieldLine::Kind::kSizeUpdate;
    line.number = block[at++] & 0x1f;
    if (line.number == 0x1f) {
      for (int shift = 0; at < block.size(); shift += 7) {
        const auto octet = static_cast<uint8_t>(block[at++]);
        line.number += uint64_t{octet & 0x7fu} << shift;
        if (octet < 0x80) break;
      }
    }
    lines->push_back(std::move(line));
  }
}

}  // namespace

std::string encode_field_block(const std::vector<FieldLine>& lines) {
  reference::HpackEncoder encoder;
  std::string block;
  for (const FieldLine& line : lines) append_line(line, &encoder, &block);
  return block;
}

bool decode_field_block(std::string_view block, reference::HpackDecoder* decoder,
                        std::vector<FieldLine>* lines, std::string* error) {
  const auto fields = decoder->decode(block);
  if (!fields) {
    *error = decoder->error();
    return false;
  }
  read_size_updates(block, lines);
  for (const reference::HeaderField& field : *fields) {
    FieldLine line;
    line.name = field.name;
    line.value = field.value;
    line.never = field.never_indexed;
    lines->push_back(std::move(line));
  }
  return true;
}

}  // namespace headrace::transcript
