#ifndef HEADRACE_TESTS_SELF_PLAY_OPTIONS_H_
#define HEADRACE_TESTS_SELF_PLAY_OPTIONS_H_

#include "headrace/protocol/interface/options.h"
#include "tests/self_play/random.h"

namespace headrace::self_play {

// Options and limits of every kind. The limits are wide where they stop what a peer does on
// purpose, which a random application does as well.
Options random_options(Role role, Allocation allocation, Random* random);

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_OPTIONS_H_
