#include "headrace/adapters/get/summary.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "headrace/adapters/get/units.h"
#include "headrace/adapters/program/printable.h"

namespace headrace::get {
namespace {

// "          p99       1.2 ms  ########": as long as its share of the longest.
std::string bars(const std::vector<Summary::Duration>& sorted) {
  constexpr size_t kLongestBar = 50;
  std::string text;
  const double longest = std::max<double>(static_cast<double>(sorted.back().count()), 1);
  for (const auto& [name, percent] :
       {std::pair{"p10", 10.0}, std::pair{"p50", 50.0}, std::pair{"p75", 75.0},
        std::pair{"p90", 90.0}, std::pair{"p95", 95.0}, std::pair{"p99", 99.0},
        std::pair{"p99.9", 99.9}, std::pair{"max", 100.0}}) {
    const Summary::Duration latency = percentile(sorted, percent);
    const double share = static_cast<double>(latency.count()) / longest;
    const auto size = static_cast<size_t>(std::lround(share * kLongestBar));
    char line[64];
    std::snprintf(line, sizeof(line), "          %-6s %10s  ", name,
                  format_duration(latency).c_str());
    text.append(line).append(std::max<size_t>(size, 1), '#').append("\n");
  }
  return text;
}

}  // namespace

void Summary::add(size_t index, const Outcome& outcome, int status, Duration latency) {
  if (status != 0) ++statuses_[status];
  if (outcome.ok()) {
    latencies_.push_back(latency);
    return;
  }
  ++failed_;
  ++reasons_[outcome.reason];
  if (index < first_failed_) {
    first_failed_ = index;
    exit_code_ = outcome.code;
  }
}

void Summary::add_traffic(uint64_t received, uint64_t sent) {
  received_ += received;
  sent_ += sent;
}

std::string Summary::render(Duration elapsed, bool plot) const {
  const double seconds = std::max(std::chrono::duration<double>(elapsed).count(), 1e-9);
  std::string text = "requests  " + std::to_string(ok() + failed_) + ": " + std::to_string(ok()) +
                     " ok, " + std::to_string(failed_) + " failed\n";
  char line[128];
  std::snprintf(line, sizeof(line), "time      %s, %.1f requests/s\n",
                format_duration(elapsed).c_str(), static_cast<double>(ok() + failed_) / seconds);
  text.append(line);
  text.append("received  ").append(format_size(received_)).append(", ");
  text.append(format_size(static_cast<uint64_t>(static_cast<double>(received_) / seconds)));
  text.append("/s\n");
  if (sent_ > 0) {
    text.append("sent      ").append(format_size(sent_)).append(", ");
    text.append(format_size(static_cast<uint64_t>(static_cast<double>(sent_) / seconds)));
    text.append("/s\n");
  }
  if (!statuses_.empty()) {
    text.append("status    ");
    const char* separator = "";
    for (const auto& [status, count] : statuses_) {
      text.append(separator).append(std::to_string(count)).append(" x ");
      text.append(std::to_string(status));
      separator = ", ";
    }
    text.append("\n");
  }
  if (!latencies_.empty()) {
    std::vector<Duration> sorted = latencies_;
    std::ranges::sort(sorted);
    text.append("latency   min ").append(format_duration(sorted.front()));
    for (const auto& [name, percent] : {std::pair{"p50", 50.0}, std::pair{"p90", 90.0},
                                        std::pair{"p99", 99.0}, std::pair{"p99.9", 99.9}}) {
      text.append(", ").append(name).append(" ");
      text.append(format_duration(percentile(sorted, percent)));
    }
    text.append(", max ").append(format_duration(sorted.back())).append("\n");
    if (plot) text += bars(sorted);
  }
  for (const auto& [reason, count] : reasons_) {
    text.append("failed    ").append(std::to_string(count)).append(" x ");
    text.append(program::escape_controls(reason));
    text.append("\n");
  }
  return text;
}

std::chrono::steady_clock::duration percentile(
    const std::vector<std::chrono::steady_clock::duration>& sorted, double percent) {
  const double rank = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
  return sorted[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace headrace::get
