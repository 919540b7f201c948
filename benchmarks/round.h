#ifndef HEADRACE_BENCHMARKS_ROUND_H_
#define HEADRACE_BENCHMARKS_ROUND_H_

#include <cstdint>
#include <string>

#include "benchmarks/peer.h"
#include "benchmarks/rows.h"
#include "benchmarks/workload.h"

namespace headrace::benchmarks {

// Runs a round with its epilogue and reads its output with the codecs of tests/reference. Returns
// what was not done as the workload says, or nothing.
std::string find_fault(const Workload& workload, Peer peer);

// What of it can be seen in the output alone.
std::string find_fault_in_output(const Workload& workload, const std::string& output);

// Rounds as they are timed, of one workload and peer. The program stops when one does not show
// the application what the workload says, or does not write what the first has written.
class TimedRounds : public Rounds {
 public:
  // Runs the first one.
  TimedRounds(const Workload* workload, Peer peer);

  void run() override;
  size_t operations() const override { return workload_->operations; }
  // Allocations but for those of creation and the first chunk.
  void report(benchmark::UserCounters* counters, double runs) const override;

 private:
  const Workload* workload_;
  Peer peer_;
  FlatOutput output_;
  uint64_t octets_;  // a round
  uint64_t warm_allocations_ = 0;
};

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_ROUND_H_
