#ifndef HEADRACE_TESTS_TRANSCRIPT_ARGUMENTS_H_
#define HEADRACE_TESTS_TRANSCRIPT_ARGUMENTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/transcript/item.h"

namespace headrace::transcript {

// What the words of a line mean, taken off one by one. What is left over in the end, or was
// missing, is a mistake of the line's author.
class Arguments {
 public:
  explicit Arguments(const Item& item)
      : name_(item.name),
        numbers_(item.numbers),
        words_(item.words),
        attributes_(item.attributes) {}

  // Whether the word is there.
  bool take_word(std::string_view word);
  // The first bare word, or "".
  std::string take_any_word();
  // key=text. False, and nothing taken, when it is not there.
  bool take_text(std::string_view key, std::string* text);
  // key=number, or the fallback.
  uint64_t take_number(std::string_view key, uint64_t fallback);
  // The same for a number of octets, at most kLargestText.
  size_t take_size(std::string_view key, size_t fallback);
  // The next bare number; 0, and a mistake, when there is none.
  uint64_t take_number();
  bool has_number() const { return next_ < numbers_.size(); }
  // An error code, by name or as a number.
  uint32_t take_error_code();
  // NAME=value of every setting, as the payload of a SETTINGS frame.
  std::string take_settings();
  bool has_attributes() const { return !attributes_.empty(); }
  std::vector<Attribute> take_attributes() { return std::exchange(attributes_, {}); }

  bool all_taken(std::string* error) const;

 private:
  std::string name_;
  std::vector<uint64_t> numbers_;
  std::vector<std::string> words_;
  std::vector<Attribute> attributes_;
  size_t next_ = 0;
  std::string missing_;
};

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_ARGUMENTS_H_
