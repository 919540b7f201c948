#ifndef HEADRACE_PROTOCOL_STREAM_MESSAGE_PARTS_H_
#define HEADRACE_PROTOCOL_STREAM_MESSAGE_PARTS_H_

#include "headrace/memory/abi.h"
#include "headrace/memory/linked_list.h"
#include "headrace/protocol/message/content_length.h"
#include "headrace/protocol/stream/credit_state.h"
#include "headrace/protocol/stream/held_fields.h"
#include "headrace/protocol/stream/send_body.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The parts of a stream's record for the content of its messages. Streams makes them when they are
// needed (protocol/http2/streams.h): most requests have no content, and a response is sent for a
// short time only.

struct Stream;

// A message with content that is received, or may be.
struct IncomingMessage {
  ContentLength content;
  CreditState credit;
};

// A message that is sent and does not end with its head, or whose head has to wait.
struct OutgoingMessage {
  explicit OutgoingMessage(Stream* stream) : stream(stream) {}

  Stream* const stream;
  ContentLength content;
  WaitingState waiting;
  ListLink<OutgoingMessage> waiting_link;  // those whose head is not written yet
  SendBody body;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_MESSAGE_PARTS_H_
