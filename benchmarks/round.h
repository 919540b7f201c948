#ifndef HEADRACE_BENCHMARKS_ROUND_H_
#define HEADRACE_BENCHMARKS_ROUND_H_

#include <cstdint>
#include <string>

#include "benchmarks/server.h"
#include "benchmarks/workload.h"

namespace headrace::benchmarks {

// Runs a round with its epilogue and reads its output with the codecs of tests/reference. Returns
// what was not done as the workload says, or nothing.
std::string find_fault(const Workload& workload, Server serve);

// What of it can be seen in the output alone.
std::string find_fault_in_output(const Workload& workload, const std::string& output);

// Rounds as they are timed, of one workload and server. The program stops when one does not show
// the application what the workload says, or does not write what the first has written.
class TimedRounds {
 public:
  // Runs the first one.
  TimedRounds(const Workload* workload, Server serve);

  void run();

  // heap_allocations() of all run()s, but for creation and the first chunk.
  uint64_t warm_allocations() const { return warm_allocations_; }

 private:
  const Workload* workload_;
  Server serve_;
  FlatOutput output_;
  uint64_t octets_;  // a round
  uint64_t warm_allocations_ = 0;
};

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_ROUND_H_
