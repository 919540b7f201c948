#ifndef HEADRACE_PROTOCOL_STREAM_STREAM_H_
#define HEADRACE_PROTOCOL_STREAM_STREAM_H_

#include "headrace/memory/abi.h"
#include "headrace/memory/linked_list.h"
#include "headrace/protocol/message/exchange.h"
#include "headrace/protocol/stream/life_state.h"
#include "headrace/protocol/stream/message_parts.h"
#include "headrace/protocol/stream/notice_state.h"
#include "headrace/protocol/stream/priority_state.h"
#include "headrace/protocol/stream/scheduler.h"
#include "headrace/protocol/stream/send_state.h"

namespace headrace {
HEADRACE_ABI_BEGIN

using StreamLink = ListLink<Stream>;

// Everything known about one stream; StreamTable owns it. What a part keeps about it is in a class
// that has this part as its only friend (..State). The order leaves no gaps: small states lie
// behind the last octets of larger ones.
struct Stream : ScheduledStream {
  [[no_unique_address]] Exchange exchange;
  [[no_unique_address]] LifeState life;
  [[no_unique_address]] NoticeState notice;
  [[no_unique_address]] SendState send;
  [[no_unique_address]] PriorityState signals;
  EndState end;

  // Null as long as they are not needed. Only Streams makes them; they go with the record.
  IncomingMessage* incoming = nullptr;
  OutgoingMessage* outgoing = nullptr;

  StreamLink live;         // all streams, in the order of their creation
  StreamLink notice_link;  // those with a notice that is due

  // The head of our message is not written yet.
  bool waits() const { return outgoing != nullptr && outgoing->waiting.waits(); }
  // The final response has been submitted, whether its head is written or still waits.
  bool answered() const { return exchange.head_sent() || waits(); }
  // A request that the peer knows nothing of.
  bool waits_to_open() const { return waits() && life.state() == StreamState::kIdle; }
};
static_assert(sizeof(Stream) <= 2 * 64, "a stream without content takes two cache lines");

template <auto kLink>
using StreamList = LinkedList<kLink>;

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_STREAM_H_
