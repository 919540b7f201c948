#include "headrace/adapters/get/progress.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "headrace/adapters/get/units.h"

namespace headrace::get {
namespace {

constexpr size_t kBarSize = 24;

// "[=====>     ]  43 %"
std::string render_bar(double share) {
  const auto filled = static_cast<size_t>(share * kBarSize);
  std::string bar(filled, '=');
  if (filled < kBarSize) bar.append(">").append(kBarSize - filled - 1, ' ');
  char percent[16];
  std::snprintf(percent, sizeof(percent), "] %3d %%", static_cast<int>(share * 100));
  return "[" + bar + percent;
}

}  // namespace

std::string render_progress(const ProgressState& state, size_t width) {
  const double seconds = std::chrono::duration<double>(state.elapsed).count();
  const double rate = seconds > 0 ? static_cast<double>(state.octets) / seconds : 0;
  const bool one = state.total == 1;
  // The share of octets of a single transfer, or that of finished transfers.
  std::optional<double> share;
  if (one && state.expected && *state.expected > 0) {
    share = static_cast<double>(state.octets) / static_cast<double>(*state.expected);
  } else if (state.total > 1) {
    share = static_cast<double>(state.done) / static_cast<double>(state.total);
  }
  if (share) share = std::min(*share, 1.0);  // a server may send more than it announced

  std::array<std::string, 4> parts;
  if (share) parts[0] = render_bar(*share);
  if (one) {
    parts[1] = format_size(state.octets);
    if (state.expected) parts[1].append(" of ").append(format_size(*state.expected));
  } else {
    parts[1] = std::to_string(state.done);
    if (state.total > 0) parts[1].append(" of ").append(std::to_string(state.total));
    parts[1] += " requests";
  }
  parts[2] = format_size(static_cast<uint64_t>(rate)) + "/s";
  if (share && *share > 0) {
    const std::chrono::duration<double> left(seconds * (1 - *share) / *share);
    parts[3] =
        format_duration(std::chrono::duration_cast<std::chrono::nanoseconds>(left)) + " left";
  } else {
    parts[3] = format_duration(state.elapsed);
  }

  std::string line;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    const size_t gap = line.empty() ? 0 : 2;
    if (line.size() + gap + part.size() > width) break;
    line.append(gap, ' ').append(part);
  }
  return line;
}

bool ProgressClock::is_due(TimePoint now) {
  if (now < next_) return false;
  next_ = now + kInterval;
  return true;
}

}  // namespace headrace::get
