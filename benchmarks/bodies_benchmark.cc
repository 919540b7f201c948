// What the body of a response costs beside libnghttp2's, by how the application gives it: W1's
// requests, answered without a body, by a view that is copied, by send_data(), by a source. An op
// is a request; what a body costs is a row less Bodies_none.
//
//   taskset -c 1 bazel run -c opt //benchmarks:bodies
//   benchmarks/instructions --program=bodies
#include "benchmarks/connection_rows.h"

int main(int argc, char** argv) {
  using namespace headrace::benchmarks;
  const Size size = take_size(&argc, argv);
  return run_rows(argc, argv, connection_rows(body_workloads(), size));
}
