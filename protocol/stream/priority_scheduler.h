#ifndef HEADRACE_PROTOCOL_STREAM_PRIORITY_SCHEDULER_H_
#define HEADRACE_PROTOCOL_STREAM_PRIORITY_SCHEDULER_H_

#include <array>
#include <bit>
#include <cstdint>

#include "headrace/protocol/stream/scheduler.h"

namespace headrace {

// RFC 9218 §10: lower urgency values come first. Within one urgency, responses that are not
// incremental are sent one after the other, in the order of their ids, and incremental ones take
// turns, a frame each.
//
// The RFC leaves it to the server how the two kinds share one urgency, and recommends to starve
// neither. Here they alternate, a frame each: the first sequential response, then the incremental
// one whose turn it is. So one kind slows down a response of the other to half its speed at most,
// whatever its number: a large script does not delay all images, nor does an endless download (or a
// hundred images) delay the script behind it.
//
// All operations are O(1), except that a sequential stream that is added again is inserted by a
// walk from the front, near which its place usually is.
class PriorityScheduler final : public Scheduler {
 public:
  void add(ScheduledStream* stream) override;
  void remove(ScheduledStream* stream) override;
  ScheduledStream* next() const override {
    if (occupied_ == 0) return nullptr;
    const int urgency = std::countr_zero(occupied_);
    const Level& level = levels_[static_cast<size_t>(urgency)];
    if (level.sequential.empty()) return level.incremental.front();
    if (level.incremental.empty()) return level.sequential.front();
    const bool incremental = (incrementals_turn_ >> urgency & 1) != 0;
    return (incremental ? level.incremental : level.sequential).front();
  }
  void took_turn(ScheduledStream* stream) override {
    if (!stream->priority.incremental) {
      incrementals_turn_ |= bit_of(stream);
    } else {
      incrementals_turn_ &= static_cast<uint8_t>(~bit_of(stream));
      move_behind(stream);
    }
  }

 private:
  void move_behind(ScheduledStream* stream) {
    ScheduleList& list = levels_[stream->priority.urgency].incremental;
    list.remove(stream);
    list.push_back(stream);
  }

  struct Level {
    ScheduleList sequential;
    ScheduleList incremental;
  };
  static uint8_t bit_of(const ScheduledStream* stream) {
    return static_cast<uint8_t>(1u << stream->priority.urgency);
  }

  std::array<Level, Priority::kLevels> levels_;
  uint8_t occupied_ = 0;           // a bit for each level that has streams
  uint8_t incrementals_turn_ = 0;  // a bit for each level whose last turn was a sequential stream's
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_PRIORITY_SCHEDULER_H_
