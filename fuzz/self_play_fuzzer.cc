#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/require.h"
#include "tests/self_play/pair.h"
#include "tests/self_play/random.h"
#include "tests/self_play/report.h"
#include "tests/self_play/self_play.h"
#include "tests/self_play/timed_play.h"
#include "tests/self_play/versions.h"

// Our client against our server, each with an application that does whatever is allowed. What is
// self-play's by chance is the input's choice here: options, operations, cuts, time. Self-play's
// invariants have to hold, and all four combinations of allocation modes must give the same events
// and the same output. Then exchanges are drawn from the same choices and played over HTTP/1.1 and
// over HTTP/2: the applications have to be told the same messages. And two ends are played in
// virtual time, whose loops and applications take theirs.
//
// Input: choices (self_play::Random).

namespace {

using headrace::fuzz::require;
using headrace::self_play::all_modes;
using headrace::self_play::Modes;
using headrace::self_play::Pair;
using headrace::self_play::Random;
using headrace::self_play::Report;

constexpr uint64_t kEnoughSteps = 20'000;  // far more than a pair takes to its end

std::vector<uint64_t> play(std::string_view choices, const Modes& modes) {
  Report report(/*tracing=*/false);
  Random random(choices);
  Pair(modes, &random, &report, headrace::TimePoint(std::chrono::hours(1))).play(kEnoughSteps);
  require(!report.failed(), (to_string(modes) + ": " + report.failure()).c_str());
  require(report.step() < kEnoughSteps, "the pair does not end");
  return report.digests();
}

void play_in_both_versions(std::string_view choices) {
  Random random(choices);
  const std::string failure = headrace::self_play::play_in_both_versions(&random);
  require(failure.empty(), failure.c_str());
}

void play_in_virtual_time(std::string_view choices) {
  Random random(choices);
  const std::string failure = headrace::self_play::play_in_time(&random);
  require(failure.empty(), failure.c_str());
}

void play_in_all_modes(std::string_view choices) {
  const std::vector<uint64_t> first = play(choices, all_modes()[0]);
  for (size_t i = 1; i < all_modes().size(); ++i) {
    require(play(choices, all_modes()[i]) == first, "the modes differ");
  }
  play_in_both_versions(choices);
  play_in_virtual_time(choices);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, play_in_all_modes);
}
