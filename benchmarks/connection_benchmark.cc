// A server connection beside libnghttp2's, in one run and doing the same work: docs/performance.md
// says what the workloads are. An op is a request (W1) or a frame (W2, W3); a round is a fresh
// session that does all of them.
//
//   taskset -c 1 bazel run -c opt //benchmarks:connection -- --benchmark_repetitions=9
//       --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
//
// Instructions where the kernel does not count them: benchmarks/instructions, which runs
// --workload=ROW --rounds=N under valgrind.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "benchmarks/measure.h"
#include "benchmarks/round.h"
#include "benchmarks/server.h"
#include "benchmarks/workload.h"

namespace headrace::benchmarks {

// What valgrind counts: nothing else of the program. Not inlined, so that it has a name there.
__attribute__((noinline)) void run_rounds(TimedRounds* rounds, size_t count) {
  for (size_t i = 0; i < count; ++i) rounds->run();
}

namespace {

struct Row {
  std::string name;
  std::string workload;
  Server serve;
};

std::vector<Row> rows() {
  std::vector<Row> rows;
  for (const std::string& workload : workload_names()) {
    for (const NamedServer& server : kServers) {
      rows.push_back({workload + "/" + server.name, workload, server.serve});
    }
  }
  return rows;
}

// Made once, when the first row wants it.
const Workload& workload(const std::string& name, Size size) {
  static std::map<std::string, Workload> made;
  const auto [place, is_new] = made.try_emplace(name);
  if (is_new) place->second = make_workload(name, size);
  return place->second;
}

void check(const Row& row, const Workload& workload) {
  const std::string fault = find_fault(workload, row.serve);
  if (!fault.empty()) fail((row.name + " does not do its work: " + fault).c_str());
}

void measure_row(benchmark::State& state, const Row& row, Size size) {
  const Workload& work = workload(row.workload, size);
  static std::map<std::string, bool> checked;
  if (!std::exchange(checked[row.name], true)) check(row, work);
  TimedRounds rounds(&work, row.serve);
  Measure measure(&state);
  for (auto _ : state) rounds.run();
  const auto iterations = static_cast<double>(state.iterations());
  measure.report(static_cast<double>(work.operations) * iterations);
  // Without those of creation and warming up.
  state.counters["warm_allocs"] = static_cast<double>(rounds.warm_allocations()) / iterations;
}

int count_under_valgrind(std::string_view name, size_t count, Size size) {
  for (const Row& row : rows()) {
    if (row.name != name) continue;
    const Workload& work = workload(row.workload, size);
    TimedRounds rounds(&work, row.serve);
    run_rounds(&rounds, count);
    std::printf("operations %zu\n", work.operations * count);
    return 0;
  }
  std::fprintf(stderr, "there is no such row\n");
  return 1;
}

// The value of --`name`=..., which disappears from the arguments; null when it is not there.
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

int run(int argc, char** argv) {
  const char* size_name = take_flag("size", &argc, argv);
  const Size size =
      size_name != nullptr && std::string_view(size_name) == "tiny" ? Size::kTiny : Size::kFull;
  const char* const rounds = take_flag("rounds", &argc, argv);
  if (const char* name = take_flag("workload", &argc, argv)) {
    return count_under_valgrind(name, rounds == nullptr ? 1 : std::strtoul(rounds, nullptr, 10),
                                size);
  }
  for (const Row& row : rows()) {
    benchmark::RegisterBenchmark(
        row.name.c_str(), [row, size](benchmark::State& state) { measure_row(state, row, size); });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace headrace::benchmarks

int main(int argc, char** argv) { return headrace::benchmarks::run(argc, argv); }
