#ifndef HEADRACE_TESTS_SELF_PLAY_REPORT_H_
#define HEADRACE_TESTS_SELF_PLAY_REPORT_H_

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/protocol/event/event.h"
#include "tests/self_play/recorded.h"

namespace headrace::self_play {

using EventCounts = std::array<uint64_t, std::variant_size_v<Event>>;

// Where a run is, what it has found, and what it prints of what happens.
class Report {
 public:
  // `records`: null, or where connections are recorded.
  explicit Report(bool tracing, Records* records = nullptr)
      : tracing_(tracing), records_(records) {}

  // What must hold. The first that does not is the run's result.
  void require(bool condition, std::string_view what) {
    if (!condition) fail(std::string(what));
  }
  template <typename What>
  requires requires(What what) { std::string(what()); }
  void require(bool condition, What what) {
    if (!condition) fail(what());
  }
  void fail(std::string what) {
    if (failed()) return;
    failure_ = std::move(what);
    if (tracing_) std::printf("  FAILED: %s\n", failure_.c_str());
  }
  bool failed() const { return !failure_.empty(); }
  const std::string& failure() const { return failure_; }

  // A line of the trace, which `line()` makes.
  template <typename Line>
  void trace(Line line) const {
    if (tracing_) std::printf("  %s\n", std::string(line()).c_str());
  }

  uint64_t step() const { return step_; }
  void begin_step() {
    digests_.push_back(digest_);
    ++step_;
    if (tracing_) std::printf("step %llu\n", static_cast<unsigned long long>(step_));
  }

  // What both allocation modes must have in common, a number for what happened up to each step.
  void digest(uint64_t value) {
    digest_ = (digest_ ^ value) * 0x9fb21c651e98df25;
    digest_ ^= digest_ >> 29;
  }
  void digest(std::string_view octets) {
    digest(octets.size());
    for (; octets.size() >= 8; octets.remove_prefix(8)) {
      uint64_t word;
      std::memcpy(&word, octets.data(), 8);
      digest(word);
    }
    for (char octet : octets) digest(static_cast<uint8_t>(octet));
  }
  const std::vector<uint64_t>& digests() const { return digests_; }

  // An event of the variant's alternative `index` was told.
  void count_event(size_t index) { ++events_[index]; }
  const EventCounts& events() const { return events_; }

  // Of a new connection; null if it is not recorded.
  Recorded* begin_record() {
    if (records_ == nullptr) return nullptr;
    return records_->emplace_back(std::make_unique<Recorded>()).get();
  }

 private:
  bool tracing_;
  Records* const records_;
  std::string failure_;
  uint64_t step_ = 0;
  uint64_t digest_ = 0;
  std::vector<uint64_t> digests_;
  EventCounts events_{};
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_REPORT_H_
