#ifndef HEADRACE_PROTOCOL_STREAM_STREAM_H_
#define HEADRACE_PROTOCOL_STREAM_STREAM_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/memory/linked_list.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/message/content_length.h"
#include "headrace/protocol/message/message_rules.h"
#include "headrace/protocol/stream/credit_state.h"
#include "headrace/protocol/stream/flow_window.h"
#include "headrace/protocol/stream/held_fields.h"
#include "headrace/protocol/stream/life_state.h"
#include "headrace/protocol/stream/notice_state.h"
#include "headrace/protocol/stream/scheduler.h"
#include "headrace/protocol/stream/send_body.h"

namespace headrace {
HEADRACE_ABI_BEGIN

struct Stream;
using StreamLink = ListLink<Stream>;

// Everything known about one stream: StreamTable owns it. What a part keeps about it is in a class
// that has that part as its only friend (..State); the rest is the connection's.
struct Stream : ScheduledStream {
  LifeState life;
  NoticeState notice;

  RequestHead request;  // whichever way it went

  // The message that comes in.
  bool head_received = false;   // the request's, or that of the final response
  bool ends_with_head = false;  // a response that has neither content nor trailers: 204, 304
  uint16_t informational_received = 0;
  ContentLength content_received;  // beside the length that it announced, or that it must have
  CreditState credit;              // its receive window

  // The message that goes out.
  bool head_sent = false;  // the request's, or that of the final response, is written
  // The peer can have seen the head. Of one that is only queued it knows nothing, so what it resets
  // then was work for nothing.
  bool head_shown = false;
  bool tunnel = false;         // CONNECT, answered 2xx (RFC 9113 §8.5)
  bool sending_ended = false;  // the last frame of the message is queued
  // Of a request that waits for the peer's limit of streams, or a response whose body decides.
  HeldFields held_head;
  ContentLength content_sent;  // what the application has given, on its way or not yet
  FlowWindow send_window;
  // Has had something to send since then, and sent none, or what it sent last had not left.
  TimePoint waiting_since;
  uint32_t unsent_marks = 0;    // DATA that used up its window and that the transport has not taken
  bool priority_given = false;  // `priority` was signalled, or set by the application
  bool priority_update_due = false;  // to be sent with the request, which waits
  uint8_t priority_updates = 0;      // PRIORITY_UPDATE frames that have come
  bool ready = false;                // it is with the scheduler (SendQueue)
  bool window_blocked = false;       // it would be, but for send_window (SendQueue)
  SendBody body;

  // Beside ScheduledStream::schedule, which is that of the requests that wait, too.
  StreamLink live;         // StreamTable: all streams, in the order of their creation
  StreamLink notice_link;  // Notices

  // The final response has been submitted, whether its head is written or still waits.
  bool answered() const { return head_sent || held_head.there(); }
  // A request that the peer knows nothing of.
  bool waits_to_open() const { return held_head.there() && life.state() == StreamState::kIdle; }
};

template <auto kLink>
using StreamList = LinkedList<kLink>;

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_STREAM_H_
