#ifndef HEADRACE_PROTOCOL_STREAM_SCHEDULER_H_
#define HEADRACE_PROTOCOL_STREAM_SCHEDULER_H_

#include <cstdint>

#include "headrace/memory/linked_list.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/priority.h"

namespace headrace {

// Which of the schedulers that come with the library decides.
enum class Scheduling : uint8_t {
  kPriority,    // RFC 9218 §10: PriorityScheduler
  kRoundRobin,  // every stream alike: RoundRobinScheduler
};

// What a scheduler knows of a stream.
struct ScheduledStream {
  StreamId id = 0;
  uintptr_t user_data = 0;  // the application's, as in events
  Priority priority;
  ListLink<ScheduledStream> schedule;  // for a list of the scheduler's own
};
using ScheduleList = LinkedList<&ScheduledStream::schedule>;

// Decides whose DATA frame is next. It orders the streams that could send one at once: they have
// octets at hand and window of their own. (Frames without a window, PING, HEADERS and the like, go
// out before it is asked, so no policy can hold them up.)
//
// A scheduler is one connection's. It is called inside the connection's functions, so it must not
// call the connection. A stream's place in memory, its id and its priority do not change from add()
// to remove(). When the connection is destroyed, what is left here goes without a remove().
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  // The stream, not here before, can send from now on.
  virtual void add(ScheduledStream* stream) = 0;
  // The stream, here until now, cannot send, or has to be added again with another priority.
  virtual void remove(ScheduledStream* stream) = 0;
  // Who is next. Asked only while somebody is here; must name one of them, and the same one until
  // one of the other functions is called.
  virtual ScheduledStream* next() const = 0;
  // The stream that next() named has sent a frame. It stays; remove() follows when that was its
  // last.
  virtual void took_turn(ScheduledStream* stream) = 0;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_SCHEDULER_H_
