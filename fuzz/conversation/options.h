#ifndef HEADRACE_FUZZ_CONVERSATION_OPTIONS_H_
#define HEADRACE_FUZZ_CONVERSATION_OPTIONS_H_

#include "fuzz/draws.h"
#include "headrace/protocol/interface/options.h"

namespace headrace::fuzz {

// What a connection is created with, drawn. `observer` and allocation are left to the caller.
Options draw_options(Role role, Draws* draws);

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_OPTIONS_H_
