#include "tests/frame/render.h"

#include <sstream>

namespace headrace::testing {
namespace {

std::string start(unsigned type, unsigned flags, uint32_t stream_id, uint32_t length) {
  std::ostringstream out;
  out << "type " << type << " flags " << flags << " stream " << stream_id << " length " << length;
  return out.str();
}
std::string start(const FrameHeader& header) {
  return start(static_cast<unsigned>(header.type), header.flags, header.stream_id, header.length);
}

// `padding`: with the Pad Length field.
std::string content(uint32_t padding, std::string_view text) {
  std::ostringstream out;
  out << " padding " << padding << " content <" << text << ">";
  return out.str();
}
std::string priority(bool exclusive, uint32_t depends_on, unsigned weight) {
  std::ostringstream out;
  out << " exclusive " << exclusive << " on " << depends_on << " weight " << weight;
  return out.str();
}
std::string priority(const PriorityFields& fields) {
  return priority(fields.exclusive, fields.depends_on, fields.weight);
}
std::string value(const char* name, uint64_t number) {
  return std::string(" ") + name + " " + std::to_string(number);
}
std::string setting(uint64_t id, uint64_t number) {
  return " " + std::to_string(id) + "=" + std::to_string(number);
}
std::string goaway(uint32_t last, uint32_t code, std::string_view debug_data) {
  return value("last", last) + value("code", code) + content(0, debug_data);
}

std::string altsvc(std::string_view origin, std::string_view text) {
  return " origin <" + std::string(origin) + "> value <" + std::string(text) + ">";
}
std::string priority_update(uint32_t stream_id, std::string_view text) {
  return value("prioritized", stream_id) + " value <" + std::string(text) + ">";
}

struct Render {
  std::string operator()(const DataFrame& frame) const {
    return start(frame.header) + content(frame.padding, frame.data.text());
  }
  std::string operator()(const HeadersFrame& frame) const {
    return start(frame.header) + content(frame.padding, frame.fragment.text()) +
           (frame.has_priority ? priority(frame.priority) : "");
  }
  std::string operator()(const PriorityFrame& frame) const {
    return start(frame.header) + priority(frame.priority);
  }
  std::string operator()(const RstStreamFrame& frame) const {
    return start(frame.header) + value("code", frame.error_code);
  }
  std::string operator()(const SettingsFrame& frame) const {
    std::string text = start(frame.header);
    for (const Setting& entry : frame.entries) {
      text += setting(static_cast<uint16_t>(entry.id), entry.value);
    }
    return text;
  }
  std::string operator()(const PushPromiseFrame& frame) const {
    return start(frame.header) + content(frame.padding, frame.fragment.text()) +
           value("promised", frame.promised_stream_id);
  }
  std::string operator()(const PingFrame& frame) const {
    return start(frame.header) + value("opaque", frame.opaque);
  }
  std::string operator()(const GoawayFrame& frame) const {
    return start(frame.header) +
           goaway(frame.last_stream_id, frame.error_code, frame.debug_data.text());
  }
  std::string operator()(const WindowUpdateFrame& frame) const {
    return start(frame.header) + value("increment", frame.increment);
  }
  std::string operator()(const ContinuationFrame& frame) const {
    return start(frame.header) + content(0, frame.fragment.text());
  }
  std::string operator()(const AltSvcFrame& frame) const {
    return start(frame.header) + altsvc(frame.origin.text(), frame.value.text());
  }
  std::string operator()(const OriginFrame& frame) const {
    std::string text = start(frame.header);
    for (std::string_view origin : frame.origins) text += " <" + std::string(origin) + ">";
    return text;
  }
  std::string operator()(const PriorityUpdateFrame& frame) const {
    return start(frame.header) + priority_update(frame.prioritized_stream_id, frame.value.text());
  }
  std::string operator()(const UnknownFrame& frame) const {
    return start(frame.header) + content(0, frame.payload.text());
  }
  std::string operator()(std::monostate) const { return "nothing"; }
};

}  // namespace

std::string render(const Frame& frame) { return std::visit(Render{}, frame); }

std::string render(const reference::Frame& frame) {
  const std::string_view payload = frame.payload;
  std::string text = start(frame.type, frame.flags, frame.stream_id, frame.length);
  const bool padded = (frame.flags & reference::PADDED) != 0;
  const uint32_t padding = padded ? reference::padding_length(frame) + 1u : 0;
  const auto number = [&](size_t at, size_t size) {
    return reference::number(payload.substr(at, size));
  };
  const auto rendered_priority = [&](size_t at) {
    const auto word = static_cast<uint32_t>(number(at, 4));
    return priority(word >= 0x80000000u, word % 0x80000000u,
                    static_cast<unsigned>(number(at + 4, 1)));
  };
  switch (frame.type) {
    case reference::DATA:
      return text + content(padding, reference::content(frame).value());
    case reference::HEADERS: {
      const bool has_priority = (frame.flags & reference::HAS_PRIORITY) != 0;
      return text + content(padding, reference::content(frame).value()) +
             (has_priority ? rendered_priority(padded ? 1 : 0) : "");
    }
    case reference::PRIORITY:
      return text + rendered_priority(0);
    case reference::RST_STREAM:
      return text + value("code", number(0, 4));
    case reference::SETTINGS:
      for (const auto& [id, entry] : reference::parse_settings(payload)) text += setting(id, entry);
      return text;
    case reference::PUSH_PROMISE:
      return text + content(padding, reference::content(frame).value()) +
             value("promised", number(padded ? 1 : 0, 4) % 0x80000000u);
    case reference::PING:
      return text + value("opaque", number(0, 8));
    case reference::GOAWAY: {
      const reference::Goaway parsed = reference::parse_goaway(payload);
      return text + goaway(parsed.last_stream_id, parsed.error_code, parsed.debug_data);
    }
    case reference::WINDOW_UPDATE:
      return text + value("increment", number(0, 4) % 0x80000000u);
    case reference::ALTSVC: {
      const size_t origin = payload.size() < 2 ? payload.size() : number(0, 2);
      if (2 + origin > payload.size() || (origin == 0) == (frame.stream_id == 0)) break;
      return text + altsvc(payload.substr(2, origin), payload.substr(2 + origin));
    }
    case reference::ORIGIN: {
      const auto origins = reference::parse_origins(payload);
      if (!origins.has_value() || frame.stream_id != 0 || frame.flags % 16 != 0) break;
      for (const std::string& origin : *origins) {
        if (reference::is_origin(origin)) text += " <" + origin + ">";
      }
      return text;
    }
    case reference::PRIORITY_UPDATE:
      return text +
             priority_update(static_cast<uint32_t>(number(0, 4) % 0x80000000u), payload.substr(4));
    default:
      break;
  }
  return text + content(0, payload);  // of an unknown type, or to be ignored
}

}  // namespace headrace::testing
