#ifndef HEADRACE_PROTOCOL_MESSAGE_MESSAGE_RULES_H_
#define HEADRACE_PROTOCOL_MESSAGE_MESSAGE_RULES_H_

#include <cstdint>
#include <gsl/span>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/field_names.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// RFC 9113 §8: what makes a field section a well-formed request, response or trailer section. Each
// check returns null, or the first rule that is broken. What the decoder has not filled in of a
// field is filled in; names never change, and values only by trimming. `head` counts only after
// null; `field_name`, where it is asked for, only with a rule: the field that breaks it, or that is
// missing.

struct MessageOptions {
  bool trim_field_values = false;        // white space at the edges of values is cut, not refused
  bool enable_connect_protocol = false;  // RFC 8441: :protocol is known
  bool accept_local_authority = false;   // :authority may be empty, or a UNIX socket's path
};

inline constexpr int64_t kNoContentLength = -1;

// 1*DIGIT that an int64_t holds, or kNoContentLength.
int64_t parse_content_length(std::string_view text);
// 100 to 999, or 0.
uint16_t parse_status(std::string_view text);

// Kept by whoever counts the DATA, in both directions.
inline constexpr Rule kContentLength = {"RFC 9110 §8.6", "content-length is one number"};
inline constexpr Rule kContentLengthKept = {"RFC 9113 §8.1.1",
                                            "the DATA of a message sums up to its content-length"};

// What the connection needs to know of a request's head.
struct RequestHead {
  bool is_head = false;     // :method HEAD: the response has no body
  bool is_safe = false;     // :method GET or HEAD
  bool is_connect = false;  // :method CONNECT, extended or not: no content-length rules, a tunnel
  bool has_authority = false;  // :authority, and not an empty one
  bool has_crumbs = false;     // more than one cookie field (RFC 9113 §8.2.3)
  bool has_priority = false;   // a priority field (RFC 9218 §5)
  int64_t content_length = kNoContentLength;
};

// RFC 9113 §8.2, §8.3.1, §8.5, §8.1.1; RFC 8441 §4.
const Rule* check_request(gsl::span<Field> fields, const MessageOptions& options, RequestHead* head,
                          std::string_view* field_name = nullptr);

// RFC 9113 §8.4: whether a server may promise this request, a well-formed one.
const Rule* check_promise(const RequestHead& head, std::string_view* field_name = nullptr);

struct ResponseHead {
  uint16_t status = 0;
  bool has_priority = false;  // a priority field (RFC 9218 §5)
  int64_t content_length = kNoContentLength;
};

// RFC 9113 §8.2, §8.3.2, §8.6.
const Rule* check_response(gsl::span<Field> fields, const MessageOptions& options,
                           ResponseHead* head, std::string_view* field_name = nullptr);

// RFC 9113 §8.1: no pseudo-header fields.
const Rule* check_trailers(gsl::span<Field> fields, const MessageOptions& options,
                           std::string_view* field_name = nullptr);

// The same for fields of the application's own, which are looked up here and never changed.
// `enable_connect_protocol`: the peer has announced RFC 8441.
const Rule* check_outbound_request(FieldsView fields, bool enable_connect_protocol,
                                   RequestHead* head);
// `left_out`: names of fields that will not be sent, and are not looked at.
const Rule* check_outbound_response(FieldsView fields, ResponseHead* head,
                                    FieldNames left_out = {});
const Rule* check_outbound_trailers(FieldsView fields);

// The heads alone, without any check, for who trusts the fields. A status that is none reads 0.
void read_outbound_request(FieldsView fields, RequestHead* head);
void read_outbound_response(FieldsView fields, ResponseHead* head);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_MESSAGE_RULES_H_
