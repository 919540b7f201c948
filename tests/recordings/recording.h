#ifndef HEADRACE_TESTS_RECORDINGS_RECORDING_H_
#define HEADRACE_TESTS_RECORDINGS_RECORDING_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace headrace::recordings {

// What a real client sent on one connection, and what the server's application did meanwhile:
// docs/recordings.md. tests/harness/recorder.py writes them.
struct Recording {
  // The client's frames up to the next step of another kind.
  struct Input {
    std::string octets;
  };
  // Since the connection was accepted.
  struct Time {
    std::chrono::milliseconds at;
  };
  // The server's application goes on with the response to a request.
  struct Answer {
    enum class Part : uint8_t { kHead, kContent, kTrailers };
    uint32_t stream_id = 0;
    Part part = Part::kHead;
    uint32_t status = 0;  // of a head
    std::string length;   // its content-length, if it has one
    size_t content = 0;   // octets more
    bool end = false;     // END_STREAM
  };
  struct EndOfInput {};
  using Step = std::variant<Input, Time, Answer, EndOfInput>;

  std::vector<Step> steps;
  bool http1 = false;                // in lines, and exchanges are numbered as streams
  size_t octets = 0;                 // of input
  std::set<uint32_t> requests;       // the streams that the client opened
  std::set<uint32_t> reset;          // and those that it reset
  std::set<uint32_t> answered;       // and those whose response came to its end
  std::set<uint32_t> with_trailers;  // which the response has
};

// False: `error` says which line is wrong.
bool read_recording(std::string_view text, Recording* recording, std::string* error);

}  // namespace headrace::recordings

#endif  // HEADRACE_TESTS_RECORDINGS_RECORDING_H_
