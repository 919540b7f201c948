#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "tests/self_play/self_play.h"
#include "tests/self_play/timed_play.h"
#include "tests/self_play/versions.h"

// Plays seed after seed; see kUsage.

namespace headrace::self_play {
namespace {

// Exchanges in both versions of HTTP, a game for so many steps, so that they take part of the time.
constexpr uint64_t kStepsOfAGame = 200;
// Games in virtual time, which are short.
constexpr uint64_t kStepsOfATimedGame = 20;

constexpr char kUsage[] =
    R"(self_play: connects two connections to each other, with a random application on each.

usage: self_play [--seeds=N] [--first=S] [--steps=N] [--games=N]
       self_play --seed=S [--until=N] [--modes=CLIENT,SERVER] [--trace]
       self_play --seed=S --game=N

  --seeds=N    number of seeds to play (default 10), each with the four combinations of allocation
               modes, which must agree in every event and every octet; then exchanges over both
               versions of HTTP, which must tell the same messages; and games in virtual time, with
               all deadlines
  --first=S    the first seed (default 1)
  --steps=N    number of steps of each seed (default 100000)
  --seed=S     play only this seed, with one combination of modes
  --until=N    number of its steps (default 100000)
  --modes=C,S  modes of client and server, each "reuse" or "fresh" (default reuse,reuse)
  --trace      print each step
  --games=N    play only games in virtual time, so many of each seed
  --game=N     play only this game of the seed's in virtual time, and print what happens
)";

struct Arguments {
  uint64_t seeds = 10;
  uint64_t first = 1;
  uint64_t steps = 100000;
  std::optional<uint64_t> seed;
  std::optional<uint64_t> games;
  std::optional<uint64_t> game;
  Modes modes;
  bool trace = false;
  bool help = false;
};

bool parse_number(std::string_view text, uint64_t* number) {
  char* end = nullptr;
  const std::string copy(text);
  *number = std::strtoull(copy.c_str(), &end, 10);
  return !copy.empty() && *end == '\0';
}

bool parse_modes(std::string_view text, Modes* modes) {
  for (const Modes& candidate : all_modes()) {
    if (to_string(candidate) != text) continue;
    *modes = candidate;
    return true;
  }
  return false;
}

bool parse_argument(std::string_view argument, Arguments* arguments) {
  const size_t equals = argument.find('=');
  const std::string_view name = argument.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : argument.substr(equals + 1);
  if (name == "--help") return arguments->help = true;
  if (name == "--trace") return arguments->trace = true;
  if (name == "--seeds") return parse_number(value, &arguments->seeds);
  if (name == "--first") return parse_number(value, &arguments->first);
  if (name == "--steps" || name == "--until") return parse_number(value, &arguments->steps);
  if (name == "--modes") return parse_modes(value, &arguments->modes);
  if (name == "--games") return parse_number(value, &arguments->games.emplace());
  if (name == "--game") return parse_number(value, &arguments->game.emplace());
  if (name != "--seed") return false;
  return parse_number(value, &arguments->seed.emplace());
}

int play_one(const Arguments& arguments) {
  const Outcome outcome = play(*arguments.seed, arguments.steps, arguments.modes, arguments.trace);
  std::printf("%llu steps, %llu pairs\n%s\n", static_cast<unsigned long long>(outcome.step),
              static_cast<unsigned long long>(outcome.pairs),
              outcome.failure.empty() ? "passed" : outcome.failure.c_str());
  return outcome.failure.empty() ? 0 : 1;
}

int trace_game(uint64_t seed, uint64_t game) {
  const std::string failure = trace_in_time(seed, game);
  std::printf("%s\n", failure.empty() ? "passed" : failure.c_str());
  return failure.empty() ? 0 : 1;
}

std::string play_seed(uint64_t seed, const Arguments& arguments) {
  const uint64_t games = arguments.games.value_or(arguments.steps / kStepsOfATimedGame);
  std::string failure = play_in_time(seed, games);
  if (!failure.empty() || arguments.games) return failure;
  failure = play_and_compare(seed, arguments.steps).failure;
  if (!failure.empty()) return failure;
  return play_in_both_versions(seed, arguments.steps / kStepsOfAGame);
}

int play_many(const Arguments& arguments) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  int failures = 0;
  for (uint64_t i = 0; i < arguments.seeds; ++i) {
    const uint64_t seed = arguments.first + i;
    const std::string failure = play_seed(seed, arguments);
    const std::chrono::duration<double> elapsed = Clock::now() - begin;
    std::printf("seed %llu (%llu of %llu): %s, %.1f s\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(i + 1),
                static_cast<unsigned long long>(arguments.seeds),
                failure.empty() ? "passed" : "FAILED", elapsed.count());
    if (!failure.empty()) std::printf("  %s\n", failure.c_str());
    std::fflush(stdout);
    failures += !failure.empty();
  }
  return failures == 0 ? 0 : 1;
}

int run(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    if (parse_argument(argv[i], &arguments)) continue;
    std::fprintf(stderr, "self_play: unknown argument %s; see --help\n", argv[i]);
    return 2;
  }
  if (arguments.help) {
    std::printf("%s", kUsage);
    return 0;
  }
  if (arguments.seed && arguments.game) return trace_game(*arguments.seed, *arguments.game);
  return arguments.seed ? play_one(arguments) : play_many(arguments);
}

}  // namespace
}  // namespace headrace::self_play

int main(int argc, char** argv) { return headrace::self_play::run(argc, argv); }
