#ifndef HEADRACE_PROTOCOL_HTTP1_REQUEST_HEAD_H_
#define HEADRACE_PROTOCOL_HTTP1_REQUEST_HEAD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "headrace/field/named_fields.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/message/response_head.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The circumstances that a request's head depends on, in addition to its fields.
struct RequestCircumstances {
  std::optional<uint64_t> body_size = {};  // of the whole body, if it is known
  bool trailers_follow = false;
  bool may_tunnel = false;  // CONNECT, or an offered upgrade: what follows is no content
  bool is_last = false;     // the connection ends behind the response
};

// The head of a request to send, in the format of HTTP/1.1 (RFC 9112 §3, §5). The application's
// fields are those of HTTP/2, and are neither copied nor changed; this decides what is written in
// addition, and what is not:
//
// - Host comes first, with the value of :authority (§3.2), and the application's host is left out.
// - content-length or transfer-encoding says where the content ends (§6); a transfer-encoding of
//   the application's is left out. Without content there is neither, but a method that usually has
//   content gets a length of 0 (RFC 9110 §8.6).
// - The cookie fields become one (RFC 9113 §8.2.3).
// - connection names te and upgrade where these are sent (RFC 9110 §7.8, §10.1.4), and close in the
//   last request (§9.6).
//
// A view: the fields must outlive it.
class OutgoingRequest {
 public:
  OutgoingRequest(const NamedFields& fields, const RequestCircumstances& circumstances);

  // kNoBody, kLength, kChunked or kTunnel.
  Framing framing() const { return framing_; }
  // The application has asked for the end of the connection.
  bool says_close() const { return says_close_; }

  // An upper bound of the octets of write().
  size_t max_size() const;
  // Returns the end of the text. Names and values cannot break its syntax (put_field_line()); the
  // request line must have been checked (check_request_line()).
  [[nodiscard]] char* write(char* out) const;

 private:
  void take(FieldName name, std::string_view value);
  void decide_framing(const RequestCircumstances& circumstances);
  char* write_line(char* out) const;
  char* write_cookies(char* out) const;
  char* write_connection(char* out) const;

  NamedFields fields_;
  Framing framing_ = Framing::kNoBody;
  std::string_view method_;
  std::string_view host_;
  ExtraFields extra_;
  bool is_last_ = false;
  bool has_authority_ = false;
  bool has_length_ = false;
  bool has_te_ = false;
  bool has_upgrade_ = false;
  bool says_close_ = false;
  bool says_te_ = false;
  bool says_upgrade_ = false;
};

// RFC 9110 §9.2.2: a request with this method has the same effect if it is sent twice.
bool is_idempotent(std::string_view method);

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_REQUEST_HEAD_H_
