#include "headrace/adapters/dump/writer.h"

#include <cstdio>

#include "headrace/adapters/program/printable.h"

namespace headrace::dump {
namespace {

constexpr char kBold[] = "\x1b[1m";
constexpr char kCyan[] = "\x1b[36m";
constexpr char kGreen[] = "\x1b[32m";
constexpr char kYellow[] = "\x1b[33m";
constexpr char kPlain[] = "\x1b[0m";

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (c >= ' ' && c <= '~') {
      json += c;
    } else {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", static_cast<unsigned char>(c));
      json += escape;
    }
  }
  return json + "\"";
}

std::string member(std::string_view name, std::string_view json) {
  return "," + quoted(name) + ":" + std::string(json);
}

const char* name_of(Item::Kind kind) {
  switch (kind) {
    case Item::Kind::kFrame:
      return "frame";
    case Item::Kind::kMessage:
      return "message";
    case Item::Kind::kContent:
      return "content";
    case Item::Kind::kNote:
      return "note";
  }
  return "?";
}

// Whether the line of such a frame has its whole payload.
bool is_spelled_out(std::string_view frame) {
  return frame == "SETTINGS" || frame == "PING" || frame == "GOAWAY" || frame == "WINDOW_UPDATE" ||
         frame == "RST_STREAM" || frame == "PRIORITY";
}

}  // namespace

std::string TextWriter::coloured(const char* colour, std::string_view text) const {
  return colours_ ? colour + std::string(text) + kPlain : std::string(text);
}

std::string TextWriter::field_line(const hpack::SeenField& field) const {
  const std::string unknown = "(entry " + std::to_string(field.index) + ", from before)";
  const std::string name = field.name_known ? coloured(kGreen, program::printable(field.name))
                                            : coloured(kYellow, unknown);
  const std::string value = field.value_known  ? program::printable(field.value)
                            : field.name_known ? coloured(kYellow, unknown)
                                               : "";
  return "    " + name + ": " + value + (field.never_indexed ? "  (never indexed)" : "") + "\n";
}

void TextWriter::take(const Item& item) {
  std::string text;
  if (item.direction != direction_) {
    direction_ = item.direction;
    if (!direction_.empty()) write_(coloured(kBold, direction_) + "\n");
  }
  if (item.kind == Item::Kind::kNote) {
    write_(coloured(kYellow, "# " + item.name) + "\n");
    return;
  }
  if (item.kind == Item::Kind::kContent) {
    text = coloured(kCyan, item.name) + " (" + std::to_string(item.size) + ")";
  } else {
    const std::string line = item.line.empty() ? item.name : program::printable(item.line);
    const size_t name = line.find(' ');
    text = coloured(item.kind == Item::Kind::kMessage ? kBold : kCyan, line.substr(0, name));
    if (name != line.npos) text += line.substr(name);
  }
  if (!item.octets.empty() && octets_ > 0 && !is_spelled_out(item.name)) {
    text += " \"" + program::printable(std::string_view(item.octets).substr(0, octets_)) + "\"" +
            (item.octets.size() > octets_ ? "..." : "");
  }
  text += "\n";
  for (const hpack::SeenField& field : item.fields) text += field_line(field);
  for (const auto& [name, value] : item.texts) {
    if (name == "error") text += coloured(kYellow, "    # " + value) + "\n";
  }
  write_(text);
}

void JsonWriter::take(const Item& item) {
  std::string json = "{\"offset\":" + std::to_string(item.offset);
  json += member("size", std::to_string(item.size));
  if (!item.direction.empty()) json += member("direction", quoted(item.direction));
  json += member(name_of(item.kind), quoted(item.name));
  if (item.kind == Item::Kind::kMessage) json += member("line", quoted(item.line));
  for (const auto& [name, value] : item.numbers) json += member(name, std::to_string(value));
  for (const auto& [name, value] : item.texts) json += member(name, quoted(value));
  if (!item.fields.empty()) {
    std::string list;
    for (const hpack::SeenField& field : item.fields) {
      list += list.empty() ? "{" : ",{";
      list += "\"name\":" + (field.name_known ? quoted(field.name) : "null");
      list += member("value", field.value_known ? quoted(field.value) : "null");
      if (!field.name_known || !field.value_known) {
        list += member("index", std::to_string(field.index));
      }
      if (field.never_indexed) list += member("never_indexed", "true");
      list += "}";
    }
    json += member("fields", "[" + list + "]");
  }
  if (!item.octets.empty() && octets_ > 0) {
    json += member("octets", quoted(std::string_view(item.octets).substr(0, octets_)));
  }
  write_(json + "}\n");
}

}  // namespace headrace::dump
