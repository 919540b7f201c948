#ifndef HEADRACE_PROTOCOL_STREAM_ROUND_ROBIN_SCHEDULER_H_
#define HEADRACE_PROTOCOL_STREAM_ROUND_ROBIN_SCHEDULER_H_

#include "headrace/protocol/stream/scheduler.h"

namespace headrace {

// Streams take turns, a frame each.
class RoundRobinScheduler final : public Scheduler {
 public:
  void add(ScheduledStream* stream) override { streams_.push_back(stream); }
  void remove(ScheduledStream* stream) override { streams_.remove(stream); }
  ScheduledStream* next() const override { return streams_.front(); }
  void took_turn(ScheduledStream* stream) override {
    streams_.remove(stream);
    streams_.push_back(stream);
  }

 private:
  ScheduleList streams_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_ROUND_ROBIN_SCHEDULER_H_
