#include "tests/transcript/words.h"

#include <charconv>
#include <cstdio>
#include <utility>

namespace headrace::transcript {
namespace {

constexpr uint64_t kLongestTime = uint64_t{100} * 365 * 24 * 3600 * 1'000'000'000;  // nanoseconds

bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

// Reads the octet behind a backslash at `line[at]`, and moves `at` behind it.
bool read_escape(std::string_view line, size_t* at, std::string* text) {
  if (*at >= line.size()) return false;
  const char c = line[(*at)++];
  switch (c) {
    case '"':
    case '\\':
      text->push_back(c);
      return true;
    case 'n':
      text->push_back('\n');
      return true;
    case 'r':
      text->push_back('\r');
      return true;
    case 't':
      text->push_back('\t');
      return true;
    case '0':
      text->push_back('\0');
      return true;
    case 'x':
      if (*at + 2 > line.size() || !parse_hex(line.substr(*at, 2), text)) return false;
      *at += 2;
      return true;
    default:
      return false;
  }
}

// Reads `"text"` or `"text"*count` at `line[at]`, of at most `room` octets.
bool read_quoted(std::string_view line, size_t* at, uint64_t room, std::string* text,
                 std::string* error) {
  std::string once;
  ++*at;
  while (*at < line.size() && line[*at] != '"') {
    const char c = line[(*at)++];
    if (c != '\\') {
      once.push_back(c);
    } else if (!read_escape(line, at, &once)) {
      *error = "unknown escape in quoted text (known: \\\" \\\\ \\n \\r \\t \\0 \\xHH)";
      return false;
    }
  }
  if (*at == line.size()) {
    *error = "quoted text does not end";
    return false;
  }
  ++*at;
  uint64_t count = 1;
  if (*at < line.size() && line[*at] == '*') {
    const size_t begin = ++*at;
    while (*at < line.size() && !is_space(line[*at])) ++*at;
    const auto number = parse_number(line.substr(begin, *at - begin));
    if (!number) {
      *error = "a repetition is written \"text\"*number";
      return false;
    }
    count = *number;
  }
  if (!once.empty() && count > room / once.size()) {
    *error = "the text of a line has at most " + std::to_string(kLargestText) + " octets";
    return false;
  }
  if (once.empty()) return true;
  for (uint64_t i = 0; i < count; ++i) text->append(once);
  return true;
}

}  // namespace

std::string_view strip_comment(std::string_view line) {
  bool quoted = false;
  size_t end = line.size();
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && quoted) {
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == '#' && !quoted && (i == 0 || is_space(line[i - 1]))) {
      end = i;
      break;
    }
  }
  line = line.substr(0, end);
  while (!line.empty() && (is_space(line.back()) || line.back() == '\r')) line.remove_suffix(1);
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  return line;
}

bool split_words(std::string_view line, std::vector<Word>* words, std::string* error) {
  line = strip_comment(line);
  size_t at = 0;
  uint64_t room = kLargestText;
  while (at < line.size()) {
    if (is_space(line[at])) {
      ++at;
      continue;
    }
    Word word;
    while (at < line.size() && !is_space(line[at])) {
      if (line[at] == '"' && word.text.empty()) {
        word.quoted = true;
        if (!read_quoted(line, &at, room, &word.text, error)) return false;
        room -= word.text.size();
        if (at < line.size() && !is_space(line[at])) {
          *error = "white space is missing behind quoted text";
          return false;
        }
        break;
      }
      const char c = line[at++];
      if (c == '"' || is_control(c) || (c == '=' && word.key.empty() && word.text.empty())) {
        *error = "not in a word without quotes: " + quote({&c, 1});
        return false;
      }
      if (c == '=' && word.key.empty()) {
        word.key = std::move(word.text);
        word.text.clear();
      } else {
        word.text.push_back(c);
      }
    }
    words->push_back(std::move(word));
  }
  return true;
}

std::optional<uint64_t> parse_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    base = 16;
  }
  uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (failure != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return number;
}

bool parse_hex(std::string_view digits, std::string* octets) {
  if (digits.size() % 2 != 0) return false;
  for (size_t i = 0; i < digits.size(); i += 2) {
    uint8_t octet = 0;
    const char* end = digits.data() + i + 2;
    const auto result = std::from_chars(digits.data() + i, end, octet, 16);
    if (result.ec != std::errc() || result.ptr != end) return false;
    octets->push_back(static_cast<char>(octet));
  }
  return true;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  constexpr std::pair<std::string_view, uint64_t> kUnits[] = {
      {"ns", 1},
      {"us", 1000},
      {"ms", 1'000'000},
      {"s", 1'000'000'000},  // behind those that end with it
      {"m", 60'000'000'000},
  };
  for (const auto& [name, unit] : kUnits) {
    if (!text.ends_with(name)) continue;
    text.remove_suffix(name.size());
    const auto number = parse_number(text);
    if (!number || *number > kLongestTime / unit) return {};
    return std::chrono::nanoseconds(*number * unit);
  }
  return {};
}

std::string quote(std::string_view text) {
  constexpr std::string_view kSection = "§";  // in the names of rules
  const bool uniform = text.find_first_not_of(text.empty() ? 'x' : text[0]) == text.npos;
  const bool repeated = uniform && text.size() > 32;
  std::string result = "\"";
  for (size_t i = 0; i < (repeated ? 1 : text.size()); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\r') {
      result += "\\r";
    } else if (text.substr(i).starts_with(kSection)) {
      result += kSection;
      i += kSection.size() - 1;
    } else if (c < ' ' || c > '~') {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\x%02x", static_cast<unsigned char>(c));
      result += escape;
    } else {
      result += c;
    }
  }
  result += '"';
  if (repeated) result += "*" + std::to_string(text.size());
  return result;
}

}  // namespace headrace::transcript
