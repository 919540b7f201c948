#ifndef HEADRACE_PROTOCOL_MESSAGE_EXCHANGE_H_
#define HEADRACE_PROTOCOL_MESSAGE_EXCHANGE_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/protocol/message/message_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The properties of a request that decide how its response is framed, and its priority.
struct RequestTraits {
  RequestTraits() = default;
  RequestTraits(const RequestHead& head)  // NOLINT: they are properties of the head
      : is_head(head.is_head), is_connect(head.is_connect), has_priority(head.has_priority) {}

  bool is_head : 1 = false;
  bool is_connect : 1 = false;
  bool has_priority : 1 = false;
};

// RFC 9110 §9.3.6: any 2xx to CONNECT opens a tunnel, in which no octet is content of a response.
inline bool opens_tunnel(const RequestTraits& request, uint16_t status) {
  return request.is_connect && status >= 200 && status < 300;
}
// RFC 9110 §6.4.1: whether a final response can have content, whatever its fields say.
inline bool may_have_content(const RequestTraits& request, uint16_t status) {
  return !request.is_head && status != 204 && status != 304;
}

// A request and its response (RFC 9110 §3.4), as far as both directions have progressed. One
// direction is received, the other one is sent; which is which depends on the role. (How much of
// their content has come or gone: ContentLength.)
class Exchange {
 public:
  const RequestTraits& request() const { return request_; }
  // The request is one that we send, or that was promised (RFC 9113 §8.4).
  void set_request(const RequestTraits& request) { request_ = request; }
  // CONNECT was answered with 2xx.
  bool is_tunnel() const { return tunnel_; }

  // --- The message that is received.

  void receive_request(const RequestTraits& request) {
    request_ = request;
    head_received_ = true;
  }
  // Returns the length of the content that follows, or kNoContentLength.
  [[nodiscard]] int64_t receive_response(const ResponseHead& response) {
    head_received_ = true;
    tunnel_ = opens_tunnel(request_, response.status);
    ends_with_head_ = !tunnel_ && (response.status == 204 || response.status == 304);
    if (tunnel_) return kNoContentLength;
    return may_have_content(request_, response.status) ? response.content_length : 0;
  }
  // A response that has neither content nor trailers (RFC 9110 §15.3.5, §15.4.5).
  bool ends_with_head() const { return ends_with_head_; }
  void receive_informational() { ++informational_; }
  uint16_t informational_received() const { return informational_; }
  // Whether the head of the request or final response was received. A promised request counts.
  bool head_received() const { return head_received_; }
  void note_head_received() { head_received_ = true; }

  // --- The message that is sent.

  // CONNECT is answered with 2xx.
  void open_tunnel() { tunnel_ = true; }
  // Whether the head of the request or final response is written.
  bool head_sent() const { return head_sent_; }
  // It ends at that offset of the output.
  void note_head_sent(uint64_t end_offset) {
    head_sent_ = true;
    head_end_ = end_offset;
  }
  // Whether the peer may have seen the head. A reset before that means wasted work.
  // `shown_offset`: up to where the output was shown.
  bool head_shown(uint64_t shown_offset) const { return head_sent_ && head_end_ <= shown_offset; }
  // Whether the last frame of the message is written.
  bool sending_ended() const { return sending_ended_; }
  void note_sending_ended() { sending_ended_ = true; }

 private:
  uint64_t head_end_ = 0;
  uint16_t informational_ = 0;
  RequestTraits request_;
  bool head_received_ : 1 = false;
  bool ends_with_head_ : 1 = false;
  bool tunnel_ : 1 = false;
  bool head_sent_ : 1 = false;
  bool sending_ended_ : 1 = false;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_EXCHANGE_H_
