// Plays every attack twice, once as long as the other, for callgrind (instructions_test.py) to
// count what the library does: a dump of the counters, named by a line of the output, after each.

#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstring>

#include "tests/attacks/attack.h"
#include "tests/memory/heap_use.h"

namespace headrace::attacks {
namespace {

void count(const Attack& attack, Allocation allocation, uint32_t n) {
  const Options options = attack.library_options(allocation);
  CALLGRIND_ZERO_STATS;
  Conversation conversation(attack.role, options);
  attack.play(conversation, n);
  CALLGRIND_DUMP_STATS;
  std::printf("%s, %s, %s\t%u\t%llu\t%.0f\n", attack.name,
              attack.role == Role::kServer ? "server" : "client",
              allocation == Allocation::kReuse ? "reuse" : "fresh", n,
              static_cast<unsigned long long>(conversation.tally().input), attack.instructions);
}

}  // namespace
}  // namespace headrace::attacks

// `count --build`: what may be expected of it.
int main(int argc, char** argv) {
  using namespace headrace;
  if (argc == 2 && std::strcmp(argv[1], "--build") == 0) {
#ifdef __OPTIMIZE__
    const char* kind = "optimised";
#else
    const char* kind = "plain";
#endif
    std::puts(testing::HeapUse::counts() ? kind : "sanitized");
    return 0;
  }
  for (const attacks::Attack& attack : attacks::all_attacks()) {
    for (const Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
#ifndef __OPTIMIZE__
      if (allocation == Allocation::kFresh) continue;  // it takes twice as long, and says the same
#endif
      attacks::count(attack, allocation, attack.few_repetitions);
      attacks::count(attack, allocation, 2 * attack.few_repetitions);
    }
  }
}
