// The two allocation modes where their difference would be felt: downloads in frames of 16 KiB to
// 512 KiB, messages of up to 1,000 fields, and a page that the client inflates, over a TCP
// connection through the loopback interface. One thread is client and server in turn, so that the
// time is what both and the kernel need, without any waiting.
//
//   taskset -c 1 bazel run -c opt //benchmarks:modes_over_tcp
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "benchmarks/exchange.h"
#include "benchmarks/measure.h"
#include "benchmarks/rows.h"
#include "benchmarks/wire.h"

namespace headrace::benchmarks {
namespace {

void measure_row(benchmark::State& state, const Exchange& exchange, Allocation allocation,
                 int warm_up_runs) {
  const std::unique_ptr<Cycle> cycle = make_exchange_cycle(allocation, exchange, make_tcp_wires());
  for (int i = 0; i < warm_up_runs; ++i) cycle->run();
  Measure measure(&state);
  for (auto _ : state) cycle->run();
  measure.report(static_cast<double>(state.iterations()));
}

void register_rows(int warm_up_runs) {
  std::vector<NamedExchange> exchanges = exchanges_of_sizes();
  exchanges.push_back({"Gzipped_page_of_1MiB", {.gzipped = true}});
  for (const NamedExchange& row : exchanges) {
    for (const auto& [mode, allocation] :
         {std::pair{"reuse", Allocation::kReuse}, std::pair{"fresh", Allocation::kFresh}}) {
      benchmark::RegisterBenchmark(
          (row.name + "/" + mode).c_str(),
          [exchange = row.exchange, allocation = allocation, warm_up_runs](
              benchmark::State& state) { measure_row(state, exchange, allocation, warm_up_runs); });
    }
  }
}

}  // namespace
}  // namespace headrace::benchmarks

int main(int argc, char** argv) {
  using namespace headrace::benchmarks;
  const char* const warm_up = take_flag("warm_up", &argc, argv);
  register_rows(warm_up == nullptr ? kWarmUpRuns : std::atoi(warm_up));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
