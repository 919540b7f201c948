// A connection beside libnghttp2's, in one run and doing the same work: docs/performance.md says
// what the workloads are. An op is a request (W1) or a frame (W2, W3); a round is a fresh session
// that does all of them.
//
//   taskset -c 1 bazel run -c opt //benchmarks:connection -- --benchmark_repetitions=9
//       --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
//
// Instructions where the kernel does not count them: benchmarks/instructions.
#include "benchmarks/connection_rows.h"

int main(int argc, char** argv) {
  using namespace headrace::benchmarks;
  const Size size = take_size(&argc, argv);
  return run_rows(argc, argv, connection_rows(protocol_workloads(), size));
}
