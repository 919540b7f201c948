#ifndef HEADRACE_TESTS_TRANSCRIPT_MESSAGE_TEXT_H_
#define HEADRACE_TESTS_TRANSCRIPT_MESSAGE_TEXT_H_

#include <string>
#include <string_view>

namespace headrace::transcript {

// Messages of HTTP/1.1 as a `.h1t` file has them (docs/transcripts.md):
//
//   < GET / HTTP/1.1         a line; CR LF follows it
//   < Host: example.org
//   <
//   < hello\                a backslash at the end: nothing follows
//   < a\x00b\r\n\t\\      octets by name; \{a*300} is an a three hundred times

// Whether a line of the file is one of text.
bool is_message_text(std::string_view line);
// The octets that it stands for.
bool read_message_text(std::string_view line, std::string* octets, std::string* error);
// The line, behind its sign and a space, that stands for these octets, a line of a message or part
// of one.
std::string write_message_text(std::string_view octets);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_MESSAGE_TEXT_H_
