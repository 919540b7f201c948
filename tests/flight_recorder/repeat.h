#ifndef HEADRACE_TESTS_FLIGHT_RECORDER_REPEAT_H_
#define HEADRACE_TESTS_FLIGHT_RECORDER_REPEAT_H_

#include <string>

#include "tests/flight_recorder/record.h"

namespace headrace::recording {

// A record as a transcript (docs/transcripts.md): exact, call by call.
struct Repeated {
  bool is_text = false;    // of HTTP/1.1: a .h1t file
  std::string transcript;  // with all that came of the calls when they were repeated
  // Where the repeated run did something else than the record says, "" if nowhere. It is another
  // version of Headrace, or what the application answered is not in the record.
  std::string departure;
};

// Whether there is a whole run to repeat. If not, `*reason` says why.
bool can_be_repeated(const Record& record, std::string* reason);
// Makes the calls of a record again.
Repeated repeat(const Record& record);
// The calls of a record, as lines of a transcript, for one that cannot be repeated.
std::string list_calls(const Record& record);

}  // namespace headrace::recording

#endif  // HEADRACE_TESTS_FLIGHT_RECORDER_REPEAT_H_
