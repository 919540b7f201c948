#ifndef HEADRACE_BENCHMARKS_ROWS_H_
#define HEADRACE_BENCHMARKS_ROWS_H_

#include <benchmark/benchmark.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace headrace::benchmarks {

// What a row does, over and over.
class Rounds {
 public:
  virtual ~Rounds() = default;
  virtual void run() = 0;
  // Of one run().
  virtual size_t operations() const = 0;
  // Counters beside instructions and allocations, after `runs` runs.
  virtual void report(benchmark::UserCounters*, double /*runs*/) const {}
};

struct Row {
  std::string name;  // WORKLOAD/SERVER
  // The program stops when the row does not do its work.
  std::function<std::unique_ptr<Rounds>()> make;
};

// The main() of a benchmark: Google Benchmark's flags, or --workload=ROW --rounds=N, which runs a
// row without measuring it (benchmarks/instructions counts it under valgrind). --planted_slowdown
// makes every run() dearer, for the test of tools/check_performance.
int run_rows(int argc, char** argv, const std::vector<Row>& rows);

// The value of --`name`=..., which disappears from the arguments; null when it is not there.
const char* take_flag(const char* name, int* argc, char** argv);

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_ROWS_H_
