#ifndef HEADRACE_TESTS_FLIGHT_RECORDER_CALLS_H_
#define HEADRACE_TESTS_FLIGHT_RECORDER_CALLS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/flight_recorder/record.h"

namespace headrace::recording {

// A call of a record, as a transcript writes it, and what the record says of it.
struct Call {
  std::string text;                // its lines, with a line feed behind each
  std::vector<std::string> names;  // of the events that it gave, or of what it takes
  std::optional<uint64_t> shown;   // octets that pending_output() gave
  std::optional<uint64_t> checksum;
  std::string error;                 // "ok", or the name of a SubmitError; "": it is no command
  std::optional<uint64_t> stream;    // that was opened
  std::optional<uint64_t> accepted;  // octets, by send_data()
};

// What stands before the conversation: `role`, `exact`, options.
std::string write_options(const Record& record, bool is_text);
// Whether the peer's octets are those of HTTP/1.1.
bool is_text(const Record& record);
std::vector<Call> write_calls(const Record& record, bool is_text);

}  // namespace headrace::recording

#endif  // HEADRACE_TESTS_FLIGHT_RECORDER_CALLS_H_
