#ifndef HEADRACE_TESTS_TRANSCRIPT_WORDS_H_
#define HEADRACE_TESTS_TRANSCRIPT_WORDS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::transcript {

// One word of a transcript's line: `END_STREAM`, `PADDED=3`, `"text"` or `debug="text"`.
struct Word {
  std::string key;  // before the `=`; empty without one
  std::string text;
  bool quoted = false;  // `text` was written in quotes: it is content, never a name or a number
};

// What the text of a line can come to, in octets: the largest frame's payload (RFC 9113 §4.2).
inline constexpr uint64_t kLargestText = (1 << 24) - 1;

// Cuts a line into its words. A `#` that begins the line or follows white space, outside quotes,
// starts a comment. In quotes, \" \\ \n \r \t \0 and \xHH stand for one octet; `"ab"*3` is
// "ababab".
bool split_words(std::string_view line, std::vector<Word>* words, std::string* error);

// The line without its comment and without white space at its edges.
std::string_view strip_comment(std::string_view line);

// A decimal or 0x number.
std::optional<uint64_t> parse_number(std::string_view text);
// Hexadecimal digits, two an octet.
bool parse_hex(std::string_view digits, std::string* octets);
// "10s", "500ms", "1m", "7us", "1ns", of at most a hundred years.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

// Text as a transcript writes it: quoted and escaped, long repetitions as "x"*16384.
std::string quote(std::string_view text);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_WORDS_H_
