#include "benchmarks/rows.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "benchmarks/measure.h"

namespace headrace::benchmarks {

// Not inlined, so that they have names under valgrind, which counts run_rounds() and nothing else
// of the program.
__attribute__((noinline)) void planted_slowdown(size_t operations) {
  for (size_t i = 0; i < 100 * operations; ++i) benchmark::DoNotOptimize(i);
}
__attribute__((noinline)) void run_rounds(Rounds* rounds, size_t count, bool slowly) {
  for (size_t i = 0; i < count; ++i) {
    rounds->run();
    if (slowly) planted_slowdown(rounds->operations());
  }
}

namespace {

void measure_row(benchmark::State& state, const Row& row) {
  const std::unique_ptr<Rounds> rounds = row.make();
  Measure measure(&state);
  for (auto _ : state) rounds->run();
  const auto runs = static_cast<double>(state.iterations());
  measure.report(static_cast<double>(rounds->operations()) * runs);
  rounds->report(&state.counters, runs);
}

int run_under_valgrind(std::string_view name, size_t count, bool slowly,
                       const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    if (row.name != name) continue;
    const std::unique_ptr<Rounds> rounds = row.make();
    run_rounds(rounds.get(), count, slowly);
    std::printf("operations %zu\n", rounds->operations() * count);
    return 0;
  }
  std::fprintf(stderr, "there is no such row\n");
  return 1;
}

}  // namespace

const char* take_flag(const char* name, int* argc, char** argv) {
  const std::string prefix = std::string("--") + name + "=";
  for (int i = 1; i < *argc; ++i) {
    if (std::strncmp(argv[i], prefix.c_str(), prefix.size()) != 0) continue;
    const char* value = argv[i] + prefix.size();
    for (--*argc; i < *argc; ++i) argv[i] = argv[i + 1];
    return value;
  }
  return nullptr;
}

int run_rows(int argc, char** argv, const std::vector<Row>& rows) {
  const char* const rounds = take_flag("rounds", &argc, argv);
  const bool slowly = take_flag("planted_slowdown", &argc, argv) != nullptr;
  if (const char* name = take_flag("workload", &argc, argv)) {
    return run_under_valgrind(name, rounds == nullptr ? 1 : std::strtoul(rounds, nullptr, 10),
                              slowly, rows);
  }
  for (const Row& row : rows) {
    benchmark::RegisterBenchmark(row.name.c_str(),
                                 [row](benchmark::State& state) { measure_row(state, row); });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace headrace::benchmarks
