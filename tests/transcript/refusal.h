#ifndef HEADRACE_TESTS_TRANSCRIPT_REFUSAL_H_
#define HEADRACE_TESTS_TRANSCRIPT_REFUSAL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/transcript/transcript.h"

namespace headrace::transcript {

// What came of a transcript in which the ledger refused a reservation. It is only played, not
// compared: nobody has written down what was to come of that.
struct RefusedRun {
  uint64_t reservations = 0;  // that were asked for
  uint64_t limits_hit = 0;    // Limit::kConnectionMemory
  std::string broken_rule;    // what no connection may do (Driver), or ""
  // By stream; 0 is the connection. Events other than DataReceived, their bytes, and RST_STREAM of
  // ours.
  std::map<uint64_t, std::vector<std::string>> events;
  std::map<uint64_t, std::string> data;
  std::map<uint64_t, std::vector<std::string>> we_reset;
};

// Plays it with whole inputs. `nth`: the reservation that is refused, counted from 1; 0: none is.
RefusedRun run_refused(const Transcript& transcript, uint64_t nth);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_REFUSAL_H_
