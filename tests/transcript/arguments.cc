#include "tests/transcript/arguments.h"

#include <algorithm>

#include "tests/reference/frames.h"
#include "tests/transcript/frame_names.h"

namespace headrace::transcript {

bool Arguments::take_word(std::string_view word) {
  const auto found = std::find(words_.begin(), words_.end(), word);
  if (found == words_.end()) return false;
  words_.erase(found);
  return true;
}

std::string Arguments::take_any_word() {
  if (words_.empty()) return "";
  std::string word = std::move(words_.front());
  words_.erase(words_.begin());
  return word;
}

bool Arguments::take_text(std::string_view key, std::string* text) {
  const auto found = std::find_if(attributes_.begin(), attributes_.end(),
                                  [key](const Attribute& a) { return a.first == key; });
  if (found == attributes_.end()) return false;
  *text = std::move(found->second);
  attributes_.erase(found);
  return true;
}

uint64_t Arguments::take_number(std::string_view key, uint64_t fallback) {
  std::string text;
  if (!take_text(key, &text)) return fallback;
  const auto number = parse_number(text);
  if (!number) missing_ = std::string(key) + "= takes a number";
  return number.value_or(fallback);
}

size_t Arguments::take_size(std::string_view key, size_t fallback) {
  const uint64_t size = take_number(key, fallback);
  if (size <= kLargestText) return size;
  missing_ = std::string(key) + "= takes at most " + std::to_string(kLargestText);
  return fallback;
}

uint64_t Arguments::take_number() {
  if (has_number()) return numbers_[next_++];
  missing_ = "a number is missing behind " + name_;
  return 0;
}

uint32_t Arguments::take_error_code() {
  for (auto word = words_.begin(); word != words_.end(); ++word) {
    if (const auto code = error_code_of(*word)) {
      words_.erase(word);
      return *code;
    }
  }
  if (has_number()) return static_cast<uint32_t>(take_number());
  missing_ = "an error code is missing behind " + name_;
  return 0;
}

std::string Arguments::take_settings() {
  std::string payload;
  for (Attribute& attribute : std::exchange(attributes_, {})) {
    const auto id = setting_id_of(attribute.first);
    const auto value = parse_number(attribute.second);
    if (id && value) {
      payload += reference::u16(*id) + reference::u32(static_cast<uint32_t>(*value));
    } else {
      attributes_.push_back(std::move(attribute));
    }
  }
  return payload;
}

bool Arguments::all_taken(std::string* error) const {
  if (!missing_.empty()) {
    *error = missing_;
  } else if (!words_.empty()) {
    *error = name_ + " does not know the word " + words_[0];
  } else if (!attributes_.empty()) {
    *error = name_ + " does not know " + attributes_[0].first + "=";
  } else if (has_number()) {
    *error = "one number too many behind " + name_;
  } else {
    return true;
  }
  return false;
}

}  // namespace headrace::transcript
