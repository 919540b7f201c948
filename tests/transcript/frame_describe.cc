#include "tests/transcript/frame_names.h"
#include "tests/transcript/frame_text.h"

namespace headrace::transcript {
namespace {

void add_flags(const reference::Frame& frame, Item* item) {
  uint8_t unnamed = frame.flags;
  for (const Flag& flag : all_flags()) {
    if (!flag.belongs_to(frame.type) || (frame.flags & flag.bit) == 0) continue;
    unnamed &= ~flag.bit;
    if (flag.bit != reference::PADDED) item->words.emplace_back(flag.name);
  }
  if (unnamed != 0) item->attributes.emplace_back("flags", hex_number(unnamed));
  if (frame.reserved) item->words.emplace_back("reserved");
}

void add_priority(std::string_view octets, Item* item) {
  const uint64_t depends_on = reference::number(octets.substr(0, 4));
  if (depends_on >> 31 != 0) item->words.emplace_back("exclusive");
  item->attributes.emplace_back("depends_on", std::to_string(depends_on & 0x7fffffff));
  item->attributes.emplace_back("weight",
                                std::to_string(reference::number(octets.substr(4, 1)) + 1));
}

// The fields that the payload of a type is made of; `content` is the payload without padding and
// what stands before a field block. False: it has the wrong size.
bool add_payload(const reference::Frame& frame, const std::string& content, Item* item) {
  switch (frame.type) {
    case reference::DATA:
      item->bytes = content;
      return true;
    case reference::HEADERS:
      if ((frame.flags & reference::HAS_PRIORITY) == 0) return true;
      add_priority(frame.payload.substr((frame.flags & reference::PADDED) != 0 ? 1 : 0), item);
      return true;
    case reference::PRIORITY:
      if (content.size() != 5) return false;
      add_priority(content, item);
      return true;
    case reference::RST_STREAM:
      if (content.size() != 4) return false;
      add_error_code(static_cast<uint32_t>(reference::number(content)), item);
      return true;
    case reference::SETTINGS:
      for (const auto& [id, value] : reference::parse_settings(content)) {
        item->attributes.emplace_back(setting_name(id), std::to_string(value));
      }
      return content.size() % 6 == 0;
    case reference::PING:
      if (content.size() != 8) return false;
      item->numbers.push_back(reference::number(content));
      return true;
    case reference::GOAWAY: {
      if (content.size() < 8) return false;
      const reference::Goaway goaway = reference::parse_goaway(content);
      item->attributes.emplace_back("last", std::to_string(goaway.last_stream_id));
      add_error_code(goaway.error_code, item);
      item->bytes = goaway.debug_data;
      item->bytes_may_be_left_out = true;
      return true;
    }
    case reference::WINDOW_UPDATE:
      if (content.size() != 4) return false;
      item->numbers.push_back(reference::number(content));
      return true;
    case reference::PUSH_PROMISE: {
      const std::string_view payload =
          std::string_view(frame.payload).substr((frame.flags & reference::PADDED) != 0 ? 1 : 0);
      item->attributes.emplace_back("promised",
                                    std::to_string(reference::number(payload.substr(0, 4))));
      return payload.size() >= 4;
    }
    case reference::CONTINUATION:
      return true;
    case reference::PRIORITY_UPDATE:
      if (content.size() < 4) return false;
      item->attributes.emplace_back(
          "prioritized", std::to_string(reference::number(std::string_view(content).substr(0, 4))));
      item->bytes = content.substr(4);
      return true;
    case reference::ALTSVC: {
      const size_t size = content.size() < 2
                              ? content.size()
                              : reference::number(std::string_view(content).substr(0, 2));
      if (size + 2 > content.size()) return false;
      if (size > 0) item->attributes.emplace_back("origin", content.substr(2, size));
      item->bytes = content.substr(2 + size);
      return true;
    }
    case reference::ORIGIN: {
      const auto origins = reference::parse_origins(content);
      if (!origins) return false;
      for (const std::string& origin : *origins) item->attributes.emplace_back("origin", origin);
      return true;
    }
    default:
      item->attributes.emplace_back("type", hex_number(frame.type));
      item->bytes = content;
      return true;
  }
}

}  // namespace

void add_error_code(uint32_t code, Item* item) {
  const std::string name = error_code_name(code);
  if (name.starts_with("0x")) {
    item->numbers.push_back(code);
  } else {
    item->words.push_back(name);
  }
}

Item describe_frame(const reference::Frame& frame) {
  Item item;
  item.name = frame_type_name(frame.type);
  if (!belongs_to_connection(frame.type)) {
    item.numbers.push_back(frame.stream_id);
  } else if (frame.stream_id != 0) {
    item.attributes.emplace_back("stream", std::to_string(frame.stream_id));
  }
  add_flags(frame, &item);
  if (reference::padding_length(frame) != 0) {
    item.attributes.emplace_back("PADDED", std::to_string(reference::padding_length(frame)));
  }
  const std::optional<std::string> content = reference::content(frame);
  if (!content || !add_payload(frame, *content, &item)) {
    item.words.emplace_back("MALFORMED");
    item.bytes = frame.payload;
  }
  item.details.emplace_back("len", std::to_string(content.value_or(frame.payload).size()));
  return item;
}

}  // namespace headrace::transcript
