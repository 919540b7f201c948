#ifndef HEADRACE_PROTOCOL_STREAM_PRIORITY_SCHEDULER_H_
#define HEADRACE_PROTOCOL_STREAM_PRIORITY_SCHEDULER_H_

#include <array>
#include <cstdint>

#include "headrace/protocol/stream/scheduler.h"

namespace headrace {

// RFC 9218 §10: the smaller urgency first, whatever waits behind it. Within one urgency the
// responses that are of no use in parts come one after the other, in the order of their ids, and
// the incremental ones share, a frame a turn.
//
// How the two kinds share one urgency is left to the server, with the advice to starve neither.
// Here they take turns, a frame each: the sequential response that is first, then the incremental
// one whose turn it is. So a response of either kind is slowed down to half its speed at most by
// the other kind, however many there are of it: neither does a large script keep every image
// waiting, nor does a download that never ends (or a hundred images) hold up the script behind it.
// The other obvious rules do one of the two.
//
// Every operation is a few steps; only a sequential stream that comes back is put into its place by
// walking from the front, where it mostly belongs.
class PriorityScheduler final : public Scheduler {
 public:
  void add(ScheduledStream* stream) override;
  void remove(ScheduledStream* stream) override;
  ScheduledStream* next() const override;
  void took_turn(ScheduledStream* stream) override;

 private:
  struct Level {
    ScheduleList sequential;
    ScheduleList incremental;
  };
  static uint8_t bit_of(const ScheduledStream* stream) {
    return static_cast<uint8_t>(1u << stream->priority.urgency);
  }

  std::array<Level, Priority::kLevels> levels_;
  uint8_t occupied_ = 0;           // a bit a level: somebody is there
  uint8_t incrementals_turn_ = 0;  // a bit a level: a sequential stream had the last turn
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_PRIORITY_SCHEDULER_H_
