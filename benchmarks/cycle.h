#ifndef HEADRACE_BENCHMARKS_CYCLE_H_
#define HEADRACE_BENCHMARKS_CYCLE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/memory/allocation.h"

namespace headrace::benchmarks {

// Something that is done over and over, on readers or connections that stay: what each run() has
// cost before, the next one costs again.
class Cycle {
 public:
  virtual ~Cycle() = default;
  // Once. The program stops when it does not do what the row says.
  virtual void run() = 0;
};

struct CycleRow {
  std::string name;
  std::function<std::unique_ptr<Cycle>(Allocation)> make;
};

// Runs of a cycle that suffice to warm everything up: the caches are filled, the HPACK tables have
// been round once, the windows have been given back.
inline constexpr int kWarmUpRuns = 200;

// One frame (and HEADERS+CONTINUATION, decoded) a run, read without or with a connection.
std::vector<CycleRow> frame_cycles();
// A client and a server in one process: whole requests and responses.
std::vector<CycleRow> exchange_cycles();
// All of the above.
std::vector<CycleRow> all_cycles();

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_CYCLE_H_
