#ifndef HEADRACE_PROTOCOL_MESSAGE_EXCHANGE_H_
#define HEADRACE_PROTOCOL_MESSAGE_EXCHANGE_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/protocol/message/content_length.h"
#include "headrace/protocol/message/message_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// RFC 9110 §9.3.6: any 2xx to CONNECT opens a tunnel, in which no octet is content of a response.
inline bool opens_tunnel(const RequestHead& request, uint16_t status) {
  return request.is_connect && status >= 200 && status < 300;
}
// RFC 9110 §6.4.1: whether a final response can have content, whatever its fields say.
inline bool may_have_content(const RequestHead& request, uint16_t status) {
  return !request.is_head && status != 204 && status != 304;
}

// A request and its response (RFC 9110 §3.4), as far as both directions have progressed. One
// direction is received, the other one is sent; which is which depends on the role.
class Exchange {
 public:
  const RequestHead& request() const { return request_; }
  // The request is one that we send, or that was promised (RFC 9113 §8.4).
  void set_request(const RequestHead& request) { request_ = request; }
  // CONNECT was answered with 2xx.
  bool is_tunnel() const { return tunnel_; }

  // --- The message that is received.

  // Each returns whether the length of the content may be 0 if the message ends with its head.
  [[nodiscard]] bool receive_request(const RequestHead& request, bool ends) {
    request_ = request;
    head_received_ = true;
    received_.announce(request.content_length);
    return received_.allows(0, ends);
  }
  [[nodiscard]] bool receive_response(const ResponseHead& response, bool ends) {
    head_received_ = true;
    tunnel_ = opens_tunnel(request_, response.status);
    ends_with_head_ = !tunnel_ && (response.status == 204 || response.status == 304);
    if (!tunnel_) {
      const bool content = may_have_content(request_, response.status);
      received_.announce(content ? response.content_length : 0);
    }
    return received_.allows(0, ends);
  }
  // A response that has neither content nor trailers (RFC 9110 §15.3.5, §15.4.5).
  bool ends_with_head() const { return ends_with_head_; }
  void receive_informational() { ++informational_; }
  uint16_t informational_received() const { return informational_; }
  // Whether the head of the request or final response was received. A promised request counts.
  bool head_received() const { return head_received_; }
  void note_head_received() { head_received_ = true; }
  const ContentLength& received() const { return received_; }
  void receive_content(uint32_t size) { received_.count(size); }

  // --- The message that is sent.

  // The body is set. `content`: the length that the head announces, if it is to be kept.
  void begin_sending(const ContentLength& content, bool tunnel) {
    sent_ = content;
    tunnel_ = tunnel_ || tunnel;
  }
  // Octets that the application has given, sent or not.
  const ContentLength& sent() const { return sent_; }
  void send_content(uint64_t size) { sent_.count(size); }

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
  RequestHead request_;
  ContentLength received_;
  ContentLength sent_;
  uint64_t head_end_ = 0;
  uint16_t informational_ = 0;
  bool head_received_ = false;
  bool ends_with_head_ = false;
  bool tunnel_ = false;
  bool head_sent_ = false;
  bool sending_ended_ = false;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_EXCHANGE_H_
