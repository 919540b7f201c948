#ifndef HEADRACE_ADAPTERS_GET_SUMMARY_H_
#define HEADRACE_ADAPTERS_GET_SUMMARY_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "headrace/adapters/get/exit_code.h"

namespace headrace::get {

// The results of many requests.
class Summary {
 public:
  using Duration = std::chrono::steady_clock::duration;

  // A request has ended. `index`: its place in the order of the command line. `latency` is used
  // only if it was answered.
  void add(size_t index, const Outcome& outcome, int status, Duration latency);
  void add_traffic(uint64_t received, uint64_t sent);

  size_t ok() const { return latencies_.size(); }
  size_t failed() const { return failed_; }
  // The code of the first failed request in the order of the command line.
  ExitCode exit_code() const { return exit_code_; }

  // The text of the summary: counts, rates, octets of bodies, latency percentiles, with `plot` as
  // bars, too.
  std::string render(Duration elapsed, bool plot = false) const;

 private:
  std::vector<Duration> latencies_;
  std::map<int, size_t> statuses_;
  std::map<std::string, size_t> reasons_;
  size_t failed_ = 0;
  size_t first_failed_ = static_cast<size_t>(-1);
  ExitCode exit_code_ = ExitCode::kOk;
  uint64_t received_ = 0;
  uint64_t sent_ = 0;
};

// A percentile of `sorted` (ascending, not empty) by the nearest-rank method.
std::chrono::steady_clock::duration percentile(
    const std::vector<std::chrono::steady_clock::duration>& sorted, double percent);

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_SUMMARY_H_
