#ifndef HEADRACE_TESTS_SELF_PLAY_TIMED_PLAY_H_
#define HEADRACE_TESTS_SELF_PLAY_TIMED_PLAY_H_

#include <cstdint>
#include <string>

#include "tests/self_play/random.h"

namespace headrace::self_play {

// Plays a client and a server in virtual time, over HTTP/1.1 or HTTP/2, from their first octet to
// the end of both: with all deadlines, pauses as long as these, loops that are busy, ranges that
// are left early, requests that are pipelined and reset, 100-continue, interim responses, ends at
// any time, and paths that stop. timed_invariants.cc has what must hold. Empty, or what does not.
std::string play_in_time(Random* random, bool tracing = false);

// The same, `games` times.
std::string play_in_time(uint64_t seed, uint64_t games);
// One of these, which prints what happens.
std::string trace_in_time(uint64_t seed, uint64_t game);

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_TIMED_PLAY_H_
