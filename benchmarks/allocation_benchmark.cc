// What each kind of frame and exchange asks of the heap, in both allocation modes, in the steady
// state: the table in docs/performance.md.
//
//   bazel run -c opt //benchmarks:allocation
#include <benchmark/benchmark.h>

#include <string>

#include "benchmarks/cycle.h"
#include "benchmarks/measure.h"

namespace headrace::benchmarks {
namespace {

void measure_row(benchmark::State& state, const CycleRow& row, Allocation allocation) {
  const std::unique_ptr<Cycle> cycle = row.make(allocation);
  for (int i = 0; i < kWarmUpRuns; ++i) cycle->run();
  Measure measure(&state);
  for (auto _ : state) cycle->run();
  measure.report(static_cast<double>(state.iterations()));
}

int run(int argc, char** argv) {
  for (const CycleRow& row : all_cycles()) {
    for (const auto& [mode, allocation] :
         {std::pair{"reuse", Allocation::kReuse}, std::pair{"fresh", Allocation::kFresh}}) {
      benchmark::RegisterBenchmark((row.name + "/" + mode).c_str(),
                                   [row, allocation = allocation](benchmark::State& state) {
                                     measure_row(state, row, allocation);
                                   });
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace headrace::benchmarks

int main(int argc, char** argv) { return headrace::benchmarks::run(argc, argv); }
