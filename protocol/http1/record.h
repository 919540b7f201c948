#ifndef HEADRACE_PROTOCOL_HTTP1_RECORD_H_
#define HEADRACE_PROTOCOL_HTTP1_RECORD_H_

#include <algorithm>
#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/http1/request_reader.h"
#include "headrace/protocol/message/content_length.h"
#include "headrace/protocol/message/exchange.h"
#include "headrace/protocol/message/response_head.h"
#include "headrace/protocol/stream/held_fields.h"
#include "headrace/protocol/stream/send_body.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The events of an exchange that the application is still to be told, in this order.
enum class Notice : uint8_t { kWritable, kResponseSent, kClosed, kBodyReleased };

// The octets of a received message's content that the application holds, when it gives credit
// itself. They are bounded by the window: beyond it the input is not read.
struct ContentCredit {
  uint32_t window = 0;
  uint32_t held = 0;
  bool automatic = true;

  uint64_t left() const { return automatic ? UINT64_MAX : window - std::min(window, held); }
};

// One request and its response. `exchange` has how far they have come, as in HTTP/2.
struct Record {
  StreamId id = 0;
  uintptr_t user_data = 0;
  RequestFacts request;
  Exchange exchange;
  ContentCredit credit;

  // --- The message that is received

  bool received = false;       // whole, or as far as it will be
  bool continue_due = false;   // 100 is to be sent, when it is this response's turn
  bool continue_sent = false;  // by us or the application
  uint64_t continue_end = 0;   // its end in the output; max() while it waits for its turn
  bool content_came = false;   // an octet of it

  // --- The message that is sent

  bool submitted = false;      // submit_response() or submit_request() was called
  bool body_is_whole = false;  // the body was submitted whole
  bool bodiless = false;       // no content is sent, whatever the body is
  bool closes = false;         // the connection ends behind it
  bool trailers_expected = false;
  Framing framing = Framing::kNoBody;
  HeldFields held;              // the head, when it is not written yet
  BlockPool::BlockPtr interim;  // interim responses that wait for their turn, as text
  ContentLength content;
  SendBody body;
  uint64_t begin_offset = 0;  // of the message in the output, once it is written
  uint64_t end_offset = 0;
  bool end_shown = false;
  bool response_told = false;  // ResponseSent

  // --- Client

  bool idempotent = false;        // the method (RFC 9110 §9.2.2)
  bool waits_for_switch = false;  // the body is for a tunnel that has not been opened
  bool response_began = false;    // an octet of a response has come

  // --- The end

  bool closed = false;  // for the application
  ErrorCode error = ErrorCode::kNoError;
  ClosedBy closed_by = ClosedBy::kEnd;
  bool retry_safe = false;
  bool retry_idempotent = false;
  StreamError reason;
  uint8_t notices = 0;  // a bit for each

  Record* next = nullptr;

  // Server: whether the client may wait for 100 before it sends content. `sent_offset`: up to where
  // the output has left.
  bool awaits_continue(uint64_t sent_offset) const {
    const bool left = continue_sent && continue_end <= sent_offset;
    return request.expects_continue && !left && !content_came && !exchange.head_sent();
  }
  bool has(Notice notice) const { return (notices & 1u << static_cast<unsigned>(notice)) != 0; }
  // Whether octets of the message may have left. `shown_offset`: up to where the output was shown.
  bool has_left(uint64_t shown_offset) const {
    return exchange.head_sent() && begin_offset < shown_offset;
  }
  bool sending_ended() const { return exchange.sending_ended(); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_RECORD_H_
