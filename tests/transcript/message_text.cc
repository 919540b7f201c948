#include "tests/transcript/message_text.h"

#include <cstdio>

#include "tests/transcript/words.h"

namespace headrace::transcript {
namespace {

// `\{text*300}`, behind its backslash. False: it is not one.
bool read_repeated(std::string_view* text, std::string* octets) {
  const size_t star = text->find('*');
  const size_t end = text->find('}');
  if (star == text->npos || end == text->npos || star > end) return false;
  const auto times = parse_number(text->substr(star + 1, end - star - 1));
  constexpr uint64_t kMost = 1 << 20;
  if (!times || *times > kMost) return false;
  for (uint64_t i = 0; i < *times; ++i) *octets += text->substr(1, star - 1);
  text->remove_prefix(end + 1);
  return true;
}

// An octet that is written behind a backslash. False: there is no such.
bool read_escaped(std::string_view* text, std::string* octets) {
  constexpr std::string_view kNames = "rnt0\\";
  constexpr std::string_view kOctets("\r\n\t\0\\", 5);
  const size_t at = kNames.find(text->front());
  if (at != kNames.npos) {
    *octets += kOctets[at];
    text->remove_prefix(1);
    return true;
  }
  if (text->front() == '{') return read_repeated(text, octets);
  if (text->front() != 'x' || text->size() < 3) return false;
  const bool read = parse_hex(text->substr(1, 2), octets);
  text->remove_prefix(3);
  return read;
}

}  // namespace

bool is_message_text(std::string_view line) {
  if (line.empty() || (line[0] != '<' && line[0] != '>')) return false;
  return line.size() == 1 || line[1] == ' ';
}

bool read_message_text(std::string_view line, std::string* octets, std::string* error) {
  std::string_view text = line.substr(line.size() == 1 ? 1 : 2);
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      *octets += c;
      continue;
    }
    if (text.empty()) return true;  // without CR LF
    if (!read_escaped(&text, octets)) {
      *error = "behind a backslash stand r, n, t, 0, xHH, {text*N}, another one or nothing";
      return false;
    }
  }
  *octets += "\r\n";
  return true;
}

std::string write_message_text(std::string_view octets) {
  const bool whole = octets.ends_with("\r\n");
  if (whole) octets.remove_suffix(2);
  std::string text;
  // What stands in a file for an end.
  if (whole && (octets == "EOF" || octets == "RESET")) {
    text = octets == "EOF" ? "\\x45" : "\\x52";
    octets.remove_prefix(1);
  }
  for (const char c : octets) {
    if (c == '\\') {
      text += "\\\\";
    } else if (c == '\r') {
      text += "\\r";
    } else if (c == '\n') {
      text += "\\n";
    } else if (c < ' ' || c > '~') {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\x%02x", static_cast<unsigned char>(c));
      text += escape;
    } else {
      text += c;
    }
  }
  return whole ? text : text + "\\";
}

}  // namespace headrace::transcript
