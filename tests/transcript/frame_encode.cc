#include "tests/reference/frames.h"
#include "tests/transcript/arguments.h"
#include "tests/transcript/field_block.h"
#include "tests/transcript/frame_names.h"
#include "tests/transcript/frame_text.h"

namespace headrace::transcript {
namespace {

using reference::u32;

std::string priority_fields(Arguments* arguments) {
  const bool exclusive = arguments->take_word("exclusive");
  const auto depends_on = static_cast<uint32_t>(arguments->take_number("depends_on", 0));
  const auto weight = static_cast<uint8_t>(arguments->take_number("weight", 16) - 1);
  return reference::priority(exclusive, depends_on, weight);
}

// The payload of a frame whose line does not give it as bytes.
std::string payload_of(uint8_t type, const Item& item, Arguments* arguments) {
  switch (type) {
    case reference::DATA:
      return std::string(arguments->take_size("len", 0), 'x');
    case reference::HEADERS:
    case reference::CONTINUATION:
      return encode_field_block(item.fields);
    case reference::PRIORITY:
      return priority_fields(arguments);
    case reference::RST_STREAM:
      return u32(arguments->take_error_code());
    case reference::SETTINGS:
      return arguments->take_settings();
    case reference::PUSH_PROMISE:
      return u32(static_cast<uint32_t>(arguments->take_number("promised", 0))) +
             encode_field_block(item.fields);
    case reference::PING:
      return reference::u64(arguments->take_number());
    case reference::GOAWAY: {
      const auto last = static_cast<uint32_t>(arguments->take_number("last", 0));
      return reference::goaway(last, arguments->take_error_code(), item.bytes.value_or(""));
    }
    case reference::WINDOW_UPDATE:
      return u32(static_cast<uint32_t>(arguments->take_number()));
    case reference::PRIORITY_UPDATE:
      return reference::priority_update(
          static_cast<uint32_t>(arguments->take_number("prioritized", 0)), item.bytes.value_or(""));
    case reference::ALTSVC: {
      std::string origin;
      arguments->take_text("origin", &origin);
      return reference::altsvc(origin, item.bytes.value_or(""));
    }
    case reference::ORIGIN: {
      std::vector<std::string> origins;
      for (std::string origin; arguments->take_text("origin", &origin);) origins.push_back(origin);
      return reference::origins(origins);
    }
    default:
      return "";
  }
}

// split=10,20: the payload is cut there, and the later parts go out in CONTINUATION frames.
bool append_split(std::string_view cuts, const reference::Frame& whole, std::string* bytes) {
  reference::Frame part = whole;
  size_t begin = 0;
  while (!cuts.empty()) {
    const size_t comma = cuts.find(',');
    const auto cut = parse_number(cuts.substr(0, comma));
    if (!cut || *cut < begin || *cut > whole.payload.size()) return false;
    *bytes += reference::encode(part.type, part.flags & ~reference::END_HEADERS, part.stream_id,
                                whole.payload.substr(begin, *cut - begin));
    part.type = reference::CONTINUATION;
    part.flags &= reference::END_HEADERS;
    begin = *cut;
    cuts = comma == cuts.npos ? "" : cuts.substr(comma + 1);
  }
  *bytes += reference::encode(part.type, part.flags, part.stream_id, whole.payload.substr(begin));
  return true;
}

uint8_t take_flags(uint8_t type, Arguments* arguments) {
  auto flags = static_cast<uint8_t>(arguments->take_number("flags", 0));
  for (const Flag& flag : all_flags()) {
    if (flag.belongs_to(type) && flag.bit != reference::PADDED && arguments->take_word(flag.name)) {
      flags |= flag.bit;
    }
  }
  return flags;
}

// What belongs to the connection names no stream; stream=1 sends it elsewhere.
uint32_t take_stream_id(std::string_view name, uint8_t type, Arguments* arguments) {
  const bool on_connection = name != "FRAME" && belongs_to_connection(type);
  const uint64_t stream_id = on_connection ? 0 : arguments->take_number();
  return static_cast<uint32_t>(arguments->take_number("stream", stream_id));
}

}  // namespace

bool encode_frame(const Item& item, std::string* bytes, std::string* error) {
  Arguments arguments(item);
  std::optional<uint8_t> type = frame_type_of(item.name);
  if (item.name == "FRAME") type = static_cast<uint8_t>(arguments.take_number("type", 0xff));
  if (!type) {
    *error = "unknown frame " + item.name;
    return false;
  }
  reference::Frame frame;
  frame.type = *type;
  frame.stream_id = take_stream_id(item.name, *type, &arguments);
  frame.reserved = arguments.take_word("reserved");
  frame.flags = take_flags(*type, &arguments);

  std::string padding;
  if (item.attribute("PADDED") != nullptr) {
    frame.flags |= reference::PADDED;
    padding.assign(arguments.take_size("PADDED", 0), '\0');
    frame.payload = static_cast<char>(arguments.take_number("pad_length", padding.size()));
  }
  if (*type == reference::HEADERS && (frame.flags & reference::HAS_PRIORITY) != 0) {
    frame.payload += priority_fields(&arguments);
  }
  const bool text_is_a_part = *type == reference::GOAWAY || *type == reference::ALTSVC ||
                              *type == reference::PRIORITY_UPDATE;
  const bool whole_payload = (item.bytes && !text_is_a_part) || item.name == "FRAME";
  frame.payload += whole_payload ? item.bytes.value_or("") : payload_of(*type, item, &arguments);
  frame.payload += padding;
  frame.length = static_cast<uint32_t>(arguments.take_number("length", frame.payload.size()));

  std::string cuts;
  if (!arguments.take_text("split", &cuts)) {
    *bytes += reference::encode(frame);
  } else if (!append_split(cuts, frame, bytes)) {
    *error = "split= takes ascending octet numbers within the payload of " +
             std::to_string(frame.payload.size()) + ", as in split=5,10";
    return false;
  }
  return arguments.all_taken(error);
}

bool encode_raw(std::string_view line, std::string* bytes, std::string* error) {
  std::vector<Word> words;
  if (!split_words(line, &words, error)) return false;
  for (const Word& word : words) {
    if (word.quoted && word.key.empty()) {
      *bytes += word.text;
    } else if (!word.key.empty() || !parse_hex(word.text, bytes)) {
      *error = "raw takes pairs of hexadecimal digits and quoted text, not " + word.text;
      return false;
    }
  }
  return true;
}

}  // namespace headrace::transcript
