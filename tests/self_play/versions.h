#ifndef HEADRACE_TESTS_SELF_PLAY_VERSIONS_H_
#define HEADRACE_TESTS_SELF_PLAY_VERSIONS_H_

#include <cstdint>
#include <string>

#include "tests/self_play/random.h"

namespace headrace::self_play {

// Draws exchanges from `random` (heads, bodies of all kinds, trailers, interim and early responses,
// resets in the middle) and plays them over connections of HTTP/1.1 and over one of HTTP/2, with
// octets that come in pieces and in both allocation modes: what the two applications are told of
// the messages is the same. One behind the other, or (without what ends connections) all at once,
// pipelined in HTTP/1.1 and answered in any order. Empty, or how it differs.
std::string play_in_both_versions(Random* random);

// The same, `games` times.
std::string play_in_both_versions(uint64_t seed, uint64_t games);

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_VERSIONS_H_
