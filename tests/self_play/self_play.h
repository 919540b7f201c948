#ifndef HEADRACE_TESTS_SELF_PLAY_SELF_PLAY_H_
#define HEADRACE_TESTS_SELF_PLAY_SELF_PLAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/self_play/pair.h"

namespace headrace::self_play {

struct Outcome {
  std::string failure;  // empty: none
  uint64_t step = 0;    // the last one
  uint64_t pairs = 0;
  std::vector<uint64_t> digests;  // of all events and output before each step
  EventCounts events{};           // how often each alternative of Event was told
};

// Plays `steps` steps: one pair of connections after the other, all as `seed` says.
// `records`: null, or where a record of each connection is added.
Outcome play(uint64_t seed, uint64_t steps, const Modes& modes, bool tracing,
             Records* records = nullptr);

// The same game in all modes, which must not differ in anything that can be seen: the first
// failure, or the outcome that they have in common.
Outcome play_and_compare(uint64_t seed, uint64_t steps);

// All four combinations.
const std::vector<Modes>& all_modes();

// "reuse,fresh": the client's, then the server's.
std::string to_string(const Modes& modes);

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_SELF_PLAY_H_
