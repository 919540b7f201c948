#ifndef HEADRACE_PROTOCOL_STREAM_STREAM_H_
#define HEADRACE_PROTOCOL_STREAM_STREAM_H_

#include "headrace/memory/abi.h"
#include "headrace/memory/linked_list.h"
#include "headrace/protocol/message/exchange.h"
#include "headrace/protocol/stream/credit_state.h"
#include "headrace/protocol/stream/held_fields.h"
#include "headrace/protocol/stream/life_state.h"
#include "headrace/protocol/stream/notice_state.h"
#include "headrace/protocol/stream/priority_state.h"
#include "headrace/protocol/stream/scheduler.h"
#include "headrace/protocol/stream/send_body.h"
#include "headrace/protocol/stream/send_state.h"

namespace headrace {
HEADRACE_ABI_BEGIN

struct Stream;
using StreamLink = ListLink<Stream>;

// Everything known about one stream; StreamTable owns it. What a part keeps about it is in a class
// that has this part as its only friend (..State).
struct Stream : ScheduledStream {
  LifeState life;
  NoticeState notice;
  PriorityState signals;
  WaitingState waiting;
  Exchange exchange;
  CreditState credit;
  SendState send;
  SendBody body;

  StreamLink live;          // all streams, in the order of their creation
  StreamLink notice_link;   // those with a notice that is due
  StreamLink waiting_link;  // those whose head is not written yet

  // The final response has been submitted, whether its head is written or still waits.
  bool answered() const { return exchange.head_sent() || waiting.waits(); }
  // A request that the peer knows nothing of.
  bool waits_to_open() const { return waiting.waits() && life.state() == StreamState::kIdle; }
};

template <auto kLink>
using StreamList = LinkedList<kLink>;

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_STREAM_H_
