#ifndef HEADRACE_PROTOCOL_STREAM_SCHEDULER_H_
#define HEADRACE_PROTOCOL_STREAM_SCHEDULER_H_

#include <cstdint>

#include "headrace/memory/linked_list.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/priority.h"

namespace headrace {

// The properties of a stream that a scheduler uses.
struct ScheduledStream {
  StreamId id = 0;
  Priority priority;
  uintptr_t user_data = 0;             // as in events
  ListLink<ScheduledStream> schedule;  // for a list of the scheduler
};
using ScheduleList = LinkedList<&ScheduledStream::schedule>;

// Decides which stream sends the next DATA frame. It has the streams that can send one at once,
// because they have data and a window. (Frames without flow control, PING or HEADERS for example,
// are sent before, so that a scheduler cannot delay them.)
//
// A scheduler serves one connection. It is called inside the connection's functions, so it must not
// call the connection. A stream's address, id and priority do not change from add() to remove().
// The destructor of the connection does not call remove() for the streams that are left.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  // Adds a stream that can send. It has not been added before, or was removed.
  virtual void add(ScheduledStream* stream) = 0;
  // Removes a stream that cannot send any more, or whose priority is going to change.
  virtual void remove(ScheduledStream* stream) = 0;
  // The stream to send next. Called only while there are streams. It must return the same stream
  // until another function is called.
  virtual ScheduledStream* next() const = 0;
  // The stream that next() returned has sent a frame. If that was its last, remove() follows.
  virtual void took_turn(ScheduledStream* stream) = 0;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_SCHEDULER_H_
