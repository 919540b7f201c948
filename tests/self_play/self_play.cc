#include "tests/self_play/self_play.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>

namespace headrace::self_play {
namespace {

// What is played, for when the program is stopped by a contract or a sanitizer.
struct Playing {
  uint64_t seed = 0;
  Modes modes;
  const Report* report = nullptr;
};
Playing playing;

std::string replay_command(uint64_t seed, uint64_t step, const Modes& modes) {
  return "bazel run //tests/self_play -- --seed=" + std::to_string(seed) +
         " --until=" + std::to_string(step) + " --modes=" + to_string(modes) + " --trace";
}

extern "C" void say_where() {
  if (playing.report == nullptr) return;
  std::fprintf(stderr, "self-play stopped; to see it again:\n    %s\n",
               replay_command(playing.seed, playing.report->step(), playing.modes).c_str());
}

extern "C" void on_abort(int) {
  say_where();
  std::signal(SIGABRT, SIG_DFL);
}

}  // namespace

// Of AddressSanitizer, when it is there.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

std::string to_string(const Modes& modes) {
  auto name = [](Allocation mode) {
    return std::string(mode == Allocation::kReuse ? "reuse" : "fresh");
  };
  return name(modes.client) + "," + name(modes.server);
}

Outcome play(uint64_t seed, uint64_t steps, const Modes& modes, bool tracing, Records* records) {
  Report report(tracing, records);
  playing = {seed, modes, &report};
  std::signal(SIGABRT, on_abort);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(say_where);

  Random random(seed);
  TimePoint now{std::chrono::hours(1)};
  Outcome outcome;
  while (report.step() < steps && !report.failed()) {
    Pair(modes, &random, &report, now).play(steps);
    now += std::chrono::hours(1);
    ++outcome.pairs;
  }
  playing.report = nullptr;
  outcome.step = report.step();
  outcome.digests = report.digests();
  outcome.events = report.events();
  if (report.failed()) {
    outcome.failure = "seed " + std::to_string(seed) + ", step " + std::to_string(report.step()) +
                      ", " + to_string(modes) + ": " + report.failure() + "\n    " +
                      replay_command(seed, report.step(), modes);
  }
  return outcome;
}

const std::vector<Modes>& all_modes() {
  static const std::vector<Modes> kModes = {{Allocation::kReuse, Allocation::kReuse},
                                            {Allocation::kFresh, Allocation::kFresh},
                                            {Allocation::kReuse, Allocation::kFresh},
                                            {Allocation::kFresh, Allocation::kReuse}};
  return kModes;
}

Outcome play_and_compare(uint64_t seed, uint64_t steps) {
  Outcome first;
  for (const Modes& modes : all_modes()) {
    Outcome outcome = play(seed, steps, modes, /*tracing=*/false);
    if (!outcome.failure.empty()) return outcome;
    if (first.digests.empty()) {
      first = std::move(outcome);
      continue;
    }
    const auto differ = std::mismatch(first.digests.begin(), first.digests.end(),
                                      outcome.digests.begin(), outcome.digests.end());
    if (differ.first == first.digests.end() && differ.second == outcome.digests.end()) continue;
    outcome.step = static_cast<uint64_t>(differ.first - first.digests.begin());
    outcome.failure = "seed " + std::to_string(seed) + ", step " + std::to_string(outcome.step) +
                      ": events or output are others than in the first of the modes\n    " +
                      replay_command(seed, outcome.step, all_modes()[0]) + "\n    " +
                      replay_command(seed, outcome.step, modes);
    return outcome;
  }
  return first;
}

}  // namespace headrace::self_play
