#ifndef HEADRACE_TESTS_TRANSCRIPT_RUNNER_H_
#define HEADRACE_TESTS_TRANSCRIPT_RUNNER_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/memory/allocation.h"
#include "headrace/protocol/interface/record_format.h"
#include "tests/transcript/cuts.h"
#include "tests/transcript/transcript.h"

namespace headrace::transcript {

// What came of a turn.
struct Outcome {
  const Item& result;  // of a command
  const std::vector<Item>& events;
  const std::vector<Item>& output;
  std::vector<std::string_view> event_names;  // of all events, none joined with others
  size_t shown;                               // octets that are shown and not sent
  std::string octets;                         // that were sent
  const RecordChecksum& sent;                 // of all octets that were sent
};

class TurnListener {
 public:
  virtual ~TurnListener() = default;
  virtual void on_turn(const Turn& turn, const Outcome& outcome) = 0;
};

struct RunOptions {
  Allocation allocation = Allocation::kReuse;
  Cuts cuts;
  // Told everything that happens, in order: the line's number, its sign (< > = ! ? @), its text.
  std::function<void(int line, char sign, const std::string& text)> trace;
  // If not null, it is told what comes of each turn, which is not compared with the transcript.
  TurnListener* listener = nullptr;
};

// Where the connection did something else than the transcript says.
struct Departure {
  int line = 0;
  std::string message;  // what was expected and what came, in the transcript's own notation
};

// Plays the transcript against a connection.
std::optional<Departure> run_transcript(const Transcript& transcript, const RunOptions& options);

// "path:line: message", and how to see it again.
std::string describe(const Transcript& transcript, const RunOptions& options,
                     const Departure& departure);

std::string_view allocation_name(Allocation allocation);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_RUNNER_H_
