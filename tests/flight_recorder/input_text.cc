#include "tests/flight_recorder/input_text.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <vector>

#include "tests/transcript/field_block.h"
#include "tests/transcript/frame_text.h"
#include "tests/transcript/message_text.h"
#include "tests/transcript/words.h"

namespace headrace::recording {
namespace {

using transcript::FieldLine;
using transcript::Item;

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 §3.4
constexpr size_t kAll = std::string::npos;
constexpr size_t kHeaderSize = 9;

std::string hex(std::string_view octets) {
  std::string digits;
  for (const char octet : octets) {
    char text[4];
    std::snprintf(text, sizeof(text), "%02x", static_cast<unsigned char>(octet));
    digits += text;
  }
  return digits;
}

std::string comment(const reference::HeaderField& field) {
  const std::string quoted = transcript::quote(field.name + ": " + field.value);
  return "    # " + quoted.substr(1, quoted.rfind('"') - 1);
}

// An integer of RFC 7541 §5.1 at `*at`, which moves behind it. Nothing if it does not end.
std::optional<uint64_t> read_integer(std::string_view block, int prefix_bits, size_t* at) {
  const auto largest = static_cast<uint8_t>((1u << prefix_bits) - 1);
  uint64_t value = static_cast<uint8_t>(block[(*at)++]) & largest;
  if (value < largest) return value;
  for (int shift = 0; *at < block.size() && shift < 56; shift += 7) {
    const auto octet = static_cast<uint8_t>(block[(*at)++]);
    value += uint64_t{octet & 0x7fu} << shift;
    if (octet < 0x80) return value;
  }
  return {};
}

// Moves `*at` behind a string of §5.2. Nothing if it does not end; otherwise whether it is in
// Huffman's code.
std::optional<bool> skip_string(std::string_view block, size_t* at) {
  if (*at >= block.size()) return {};
  const bool huffman = (block[*at] & 0x80) != 0;
  const auto size = read_integer(block, 7, at);
  if (!size || *size > block.size() - *at) return {};
  *at += *size;
  return huffman;
}

// The representation (RFC 7541 §6) at `*at`, which moves behind it, as a line that stands for the
// same octets. `field`: what it decodes to, if it is one. Nothing if it does not end.
std::optional<FieldLine> read_line(std::string_view block, const reference::HeaderField& field,
                                   size_t* at) {
  const size_t begin = *at;
  const auto first = static_cast<uint8_t>(block[begin]);
  FieldLine line;
  if (first >= 0x80 || (first & 0xe0) == 0x20) {
    line.kind = first >= 0x80 ? FieldLine::Kind::kIndexed : FieldLine::Kind::kSizeUpdate;
    const auto number = read_integer(block, first >= 0x80 ? 7 : 5, at);
    if (!number) return {};
    line.number = *number;
  } else {
    line.index = (first & 0x40) != 0;
    line.never = (first & 0xf0) == 0x10;
    const auto name_index = read_integer(block, line.index ? 6 : 4, at);
    if (!name_index || (*name_index == 0 && !skip_string(block, at))) return {};
    const auto huffman = skip_string(block, at);
    if (!huffman) return {};
    line.named = *name_index;
    line.huffman = *huffman;
    line.name = field.name;
    line.value = field.value;
  }
  const std::string_view octets = block.substr(begin, *at - begin);
  if (transcript::encode_field_block({line}) == octets) return line;
  line = {};
  line.kind = FieldLine::Kind::kRaw;
  line.value = octets;
  return line;
}

}  // namespace

std::string InputText::write(std::string_view octets) {
  if (is_text_) return write_text(octets);
  std::string text = write_preface(&octets);
  if (!open_.empty()) {
    // The rest of a frame that was cut, as far as it has come.
    size_t whole = kHeaderSize;
    const size_t before = open_.size();
    open_ += octets;
    if (open_.size() >= kHeaderSize) whole += reference::number(open_.substr(0, 3));
    if (open_.size() < whole) return text + write_part(octets);
    open_.resize(whole);
    text += write_part(octets.substr(0, whole - before));
    octets.remove_prefix(whole - before);
    size_t at = 0;
    if (const auto frame = reference::parse(open_, &at)) look_at(*frame);
    open_.clear();
  }
  size_t at = 0;
  while (true) {
    const size_t begin = at;
    const auto frame = reference::parse(octets, &at);
    if (!frame) break;
    look_at(*frame);
    text += write_frame(octets.substr(begin, at - begin), *frame);
  }
  open_ = octets.substr(at);
  return text + write_part(open_);
}

std::string InputText::write_text(std::string_view octets) {
  std::string text;
  while (!octets.empty()) {
    const std::string_view line =
        octets.substr(0, std::min(octets.find('\n'), octets.size() - 1) + 1);
    const std::string written = transcript::write_message_text(line);
    text += written.empty() ? "<\n" : "< " + written + "\n";
    octets.remove_prefix(line.size());
  }
  return text;
}

std::string InputText::write_preface(std::string_view* octets) {
  const std::string_view preface = octets->substr(0, preface_left_);
  preface_left_ -= preface.size();
  octets->remove_prefix(preface.size());
  return preface == kPreface ? "< PREFACE\n" : write_part(preface);
}

std::string InputText::write_part(std::string_view part) {
  return part.empty() ? "" : "< raw " + transcript::quote(part) + "\n";
}

// Keeps the table in step.
void InputText::look_at(const reference::Frame& frame) {
  decoded_.clear();
  const std::string fragment = reference::content(frame).value_or("");
  const bool ends = (frame.flags & reference::END_HEADERS) != 0;
  if (frame.type == reference::HEADERS || frame.type == reference::PUSH_PROMISE) block_.clear();
  if (frame.type == reference::HEADERS || frame.type == reference::PUSH_PROMISE ||
      frame.type == reference::CONTINUATION) {
    decode(fragment, ends);
  }
}

void InputText::decode(std::string_view fragment, bool ends) {
  block_ += fragment;
  if (!ends || lost_) return;
  // (Which limit holds when is between the two ends. Here any table is read.)
  decoder_.set_max_table_size(0xffffffff);
  const auto fields = decoder_.decode(block_);
  lost_ = !fields;
  if (fields) decoded_ = *fields;
}

std::string InputText::write_frame(std::string_view octets, const reference::Frame& frame) {
  Item item = transcript::describe_frame(frame);
  item.details.clear();
  std::vector<std::string> comments;
  const bool has_block = frame.type == reference::HEADERS ||
                         frame.type == reference::PUSH_PROMISE ||
                         frame.type == reference::CONTINUATION;
  if (has_block && block_ == reference::content(frame) && !lost_) {
    size_t field = 0;
    for (size_t at = 0; at < block_.size();) {
      const bool is_update = (block_[at] & 0xe0) == 0x20;
      const reference::HeaderField decoded =
          !is_update && field < decoded_.size() ? decoded_[field++] : reference::HeaderField();
      const auto line = read_line(block_, decoded, &at);
      if (!line) break;
      const bool says_it = line->kind == FieldLine::Kind::kField || is_update;
      comments.push_back(says_it ? "" : comment(decoded));
      item.fields.push_back(*line);
    }
  } else if (has_block) {
    item.bytes = frame.payload;
    for (const reference::HeaderField& field : decoded_) comments.push_back(comment(field));
  }
  std::string encoded;
  std::string error;
  const bool named = transcript::encode_frame(item, &encoded, &error) && encoded == octets;
  std::vector<FieldLine> fields = std::exchange(item.fields, {});
  std::string text = "< " + transcript::format_item(item, kAll) + "\n";
  if (!named) {
    text = "< raw " + hex(octets.substr(0, 3)) + " " + hex(octets.substr(3, 1)) + " " +
           hex(octets.substr(4, 1)) + " " + hex(octets.substr(5, 4)) + " " +
           transcript::quote(octets.substr(kHeaderSize)) + "\n";
    fields.clear();
  }
  for (size_t i = 0; i < std::max(fields.size(), comments.size()); ++i) {
    if (i < fields.size()) {
      Item line;
      line.fields.push_back(fields[i]);
      text += transcript::format_item(line, kAll).substr(1);
    }
    if (i < comments.size()) text += comments[i];
    text += "\n";
  }
  return text;
}

}  // namespace headrace::recording
