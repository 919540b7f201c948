#include "tests/transcript/item.h"

#include <algorithm>
#include <cstdio>

namespace headrace::transcript {
namespace {

constexpr std::string_view kWhiteSpace = " \t";

bool same_value(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto a_number = parse_number(a);
  return a_number.has_value() && a_number == parse_number(b);
}

// Repeated keys keep their order; that of different keys means nothing.
std::vector<Attribute> by_key(std::vector<Attribute> attributes) {
  std::vector<Attribute> sorted;  // not stable_sort(): clang-19 calls libstdc++ 12's deprecated
  for (Attribute& attribute : attributes) {
    const auto behind =
        std::upper_bound(sorted.begin(), sorted.end(), attribute,
                         [](const Attribute& a, const Attribute& b) { return a.first < b.first; });
    sorted.insert(behind, std::move(attribute));
  }
  return sorted;
}

bool same_attributes(const Item& expected, const Item& observed) {
  std::vector<Attribute> required;
  for (const Attribute& attribute : expected.attributes) {
    const auto detail =
        std::find_if(observed.details.begin(), observed.details.end(),
                     [&](const Attribute& d) { return d.first == attribute.first; });
    if (detail == observed.details.end()) {
      required.push_back(attribute);
    } else if (!same_value(attribute.second, detail->second)) {
      return false;
    }
  }
  const std::vector<Attribute> a = by_key(required);
  const std::vector<Attribute> b = by_key(observed.attributes);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && same_value(x.second, y.second);
  });
}

bool same_bytes(const Item& expected, const Item& observed) {
  if (expected.bytes) return *expected.bytes == observed.bytes.value_or("");
  return observed.bytes_may_be_left_out || observed.bytes.value_or("").empty() ||
         expected.attribute("len") != nullptr;
}

bool same_fields(const Item& expected, const Item& observed) {
  if (expected.fields.empty() && observed.fields_may_be_left_out) return true;
  return std::equal(expected.fields.begin(), expected.fields.end(), observed.fields.begin(),
                    observed.fields.end(), [](const FieldLine& a, const FieldLine& b) {
                      return a.kind == b.kind && a.name == b.name && a.value == b.value &&
                             a.never == b.never && a.number == b.number;
                    });
}

std::string format_number(uint64_t number) {
  if (number <= 0xffffffff) return std::to_string(number);
  char text[24];
  std::snprintf(text, sizeof(text), "0x%016llx", static_cast<unsigned long long>(number));
  return text;
}

std::string format_bytes(const std::string& bytes, size_t shown) {
  if (bytes.size() <= shown) return quote(bytes);
  const std::string text = quote(bytes);
  if (text.size() <= shown) return text;
  return quote(bytes.substr(0, shown)) + "... len=" + std::to_string(bytes.size());
}

// Whether quotes would change nothing about it, and none of `special` is in it.
bool is_plain(const std::string& text, std::string_view special) {
  return !text.empty() && quote(text).size() == text.size() + 2 &&
         text.find_first_of(special) == text.npos;
}

std::string format_directives(const FieldLine& field) {
  std::string words;
  if (field.never) words += " never";
  if (field.index) words += " index";
  if (field.huffman) words += " huffman";
  if (field.named != 0) words += " named " + std::to_string(field.named);
  return words.empty() ? "" : "(" + words.substr(1) + ") ";
}

std::string format_hex(const std::string& octets) {
  std::string digits;
  for (const char octet : octets) {
    char text[4];
    std::snprintf(text, sizeof(text), "%02x", static_cast<unsigned char>(octet));
    digits += text;
  }
  return digits;
}

std::string format_field(const FieldLine& field, size_t shown) {
  switch (field.kind) {
    case FieldLine::Kind::kSizeUpdate:
      return "(size " + std::to_string(field.number) + ")";
    case FieldLine::Kind::kIndexed:
      return "(indexed " + std::to_string(field.number) + ")";
    case FieldLine::Kind::kRaw:
      return "(raw " + format_hex(field.value) + ")";
    case FieldLine::Kind::kField:
      break;
  }
  const bool pseudo = field.name.starts_with(":");  // RFC 9113 §8.3
  const bool plain_name = is_plain(field.name.substr(pseudo ? 1 : 0), ": ()#");
  const bool plain_value =
      is_plain(field.value, "#") && field.value.front() != ' ' && field.value.back() != ' ';
  return format_directives(field) + (plain_name ? field.name : quote(field.name)) + ": " +
         (plain_value ? field.value : format_bytes(field.value, shown));
}

// Reads `(words)` at the front of `line`, if it is there.
bool read_directive(std::string_view* line, std::vector<Word>* words, std::string* error) {
  if (!line->starts_with("(")) return true;
  const size_t end = line->find(')');
  if (end == line->npos) {
    *error = "a `)` is missing";
    return false;
  }
  if (!split_words(line->substr(1, end - 1), words, error)) return false;
  line->remove_prefix(end + 1);
  line->remove_prefix(std::min(line->find_first_not_of(kWhiteSpace), line->size()));
  return true;
}

// (request) METHOD /path: the pseudo-header fields of a plain request.
bool add_request(std::string_view line, std::vector<FieldLine>* fields, std::string* error) {
  std::vector<Word> words;
  if (!split_words(line, &words, error)) return false;
  if (words.size() != 2) {
    *error = "it is written (request) METHOD /path";
    return false;
  }
  const auto add = [&](std::string name, std::string value) {
    FieldLine field;
    field.name = std::move(name);
    field.value = std::move(value);
    fields->push_back(std::move(field));
  };
  add(":method", words[0].text);
  add(":scheme", "https");
  add(":authority", "example.org");
  add(":path", words[1].text);
  return true;
}

// `name: value`, either of them in quotes where that is needed.
bool read_field(std::string_view line, FieldLine* field, std::string* error) {
  size_t colon;
  if (line.starts_with("\"")) {
    size_t end = 1;
    while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
    colon = line.find(':', end);
    std::vector<Word> words;
    if (colon == line.npos || !split_words(line.substr(0, colon), &words, error)) {
      *error = "a field is written `name: value`; " + *error;
      return false;
    }
    field->name = words[0].text;
  } else {
    colon = line.find(':', 1);
    if (colon == line.npos) {
      *error = "a field is written `name: value`";
      return false;
    }
    field->name = std::string(line.substr(0, colon));
  }
  std::string_view value = strip_comment(line.substr(colon + 1));
  if (!value.starts_with("\"")) {
    field->value = std::string(value);
    return true;
  }
  std::vector<Word> words;
  if (!split_words(value, &words, error)) return false;
  for (const Word& word : words) field->value += word.text;
  return true;
}

}  // namespace

bool Item::has_word(std::string_view word) const {
  return std::find(words.begin(), words.end(), word) != words.end();
}

const std::string* Item::attribute(std::string_view key) const {
  for (const Attribute& attribute : attributes) {
    if (attribute.first == key) return &attribute.second;
  }
  return nullptr;
}

uint64_t Item::number(std::string_view key, uint64_t fallback) const {
  const std::string* value = attribute(key);
  return value == nullptr ? fallback : parse_number(*value).value_or(fallback);
}

bool parse_item(std::string_view line, Item* item, std::string* error) {
  std::vector<Word> words;
  if (!split_words(line, &words, error)) return false;
  if (words.empty() || words[0].quoted || !words[0].key.empty()) {
    *error = "a name is missing";
    return false;
  }
  item->name = words[0].text;
  for (size_t i = 1; i < words.size(); ++i) {
    Word& word = words[i];
    if (!word.key.empty() && word.key != "hex") {
      item->attributes.emplace_back(std::move(word.key), std::move(word.text));
    } else if (word.key == "hex" || word.quoted) {
      if (!item->bytes) item->bytes.emplace();
      if (word.quoted) {
        *item->bytes += word.text;
      } else if (!parse_hex(word.text, &*item->bytes)) {
        *error = "hex= takes an even number of hexadecimal digits";
        return false;
      }
    } else if (const auto number = parse_number(word.text)) {
      item->numbers.push_back(*number);
    } else {
      item->words.push_back(std::move(word.text));
    }
  }
  return true;
}

bool parse_field_line(std::string_view line, std::vector<FieldLine>* fields, std::string* error) {
  line = strip_comment(line);
  std::vector<Word> directive;
  if (!read_directive(&line, &directive, error)) return false;
  FieldLine field;
  bool name_follows = false;
  for (const Word& word : directive) {
    const auto number = parse_number(word.text);
    if (word.text == "request") return add_request(line, fields, error);
    if (word.text == "never") {
      field.never = true;
    } else if (word.text == "index") {
      field.index = true;
    } else if (word.text == "huffman") {
      field.huffman = true;
    } else if (word.text == "named") {
      name_follows = true;
    } else if (name_follows && number && *number != 0) {
      field.named = *number;
      name_follows = false;
    } else if (word.text == "indexed") {
      field.kind = FieldLine::Kind::kIndexed;
    } else if (word.text == "size") {
      field.kind = FieldLine::Kind::kSizeUpdate;
    } else if (word.text == "raw") {
      field.kind = FieldLine::Kind::kRaw;
    } else if (field.kind == FieldLine::Kind::kRaw) {
      if (!parse_hex(word.text, &field.value)) {
        *error = "(raw ...) takes hexadecimal octets";
        return false;
      }
    } else if (number && field.kind != FieldLine::Kind::kField) {
      field.number = *number;
    } else {
      *error = "unknown word in parentheses: " + word.text;
      return false;
    }
  }
  if (name_follows) {
    *error = "(named ...) takes the index of a name";
    return false;
  }
  if (field.kind == FieldLine::Kind::kField) {
    if (!read_field(line, &field, error)) return false;
  } else if (!line.empty()) {
    *error = "nothing may follow " + directive[0].text + " in parentheses";
    return false;
  }
  fields->push_back(std::move(field));
  return true;
}

std::string format_item(const Item& item, size_t shown) {
  std::string text = item.name;
  for (const uint64_t number : item.numbers) text += " " + format_number(number);
  for (const std::string& word : item.words) text += " " + word;
  for (const auto* attributes : {&item.attributes, &item.details}) {
    for (const auto& [key, value] : *attributes) {
      text += " " + key + "=" + (is_plain(value, " ") ? value : quote(value));
    }
  }
  if (item.bytes && !(item.bytes_may_be_left_out && item.bytes->empty())) {
    text += " " + format_bytes(*item.bytes, shown);
  }
  for (const FieldLine& field : item.fields) text += "\n    " + format_field(field, shown);
  return text;
}

bool matches(const Item& expected, const Item& observed) {
  std::vector<std::string> a = expected.words;
  std::vector<std::string> b = observed.words;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return expected.name == observed.name && expected.numbers == observed.numbers && a == b &&
         same_attributes(expected, observed) && same_bytes(expected, observed) &&
         same_fields(expected, observed);
}

}  // namespace headrace::transcript
