#ifndef HEADRACE_PROTOCOL_MESSAGE_MESSAGE_RULES_H_
#define HEADRACE_PROTOCOL_MESSAGE_MESSAGE_RULES_H_

#include <cstdint>
#include <gsl/span>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/field/field_names.h"
#include "headrace/field/named_fields.h"
#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// RFC 9113 §8: checks that a field section is a well-formed request, response or trailer section.
// Each check returns null, or the first rule that is broken. It sets the known_name and syntax of
// fields that do not have them; names never change, and values only by trimming. `head` is valid
// if the result is null. Otherwise `field_name`, if not null, is set to the name of the field that
// breaks the rule or is missing.

struct MessageOptions {
  bool trim_field_values = false;        // white space at the edges of values is removed
  bool enable_connect_protocol = false;  // RFC 8441: :protocol is defined
  bool accept_local_authority = false;   // :authority may be empty, or the path of a UNIX socket
  bool accept_path_fragment = false;     // :path may have a fragment
};

inline constexpr int64_t kNoContentLength = -1;

// The value of 1*DIGIT (RFC 9110 §8.6), or kNoContentLength if the text is not a number or does not
// fit into an int64_t.
int64_t parse_content_length(std::string_view text);
// A number from 100 to 999, or 0 if the text is not one.
uint16_t parse_status(std::string_view text);

// Enforced by ContentLength, in both directions.
inline constexpr Rule kContentLength = {"RFC 9110 §8.6", "content-length is one number"};
inline constexpr Rule kContentLengthKept = {"RFC 9113 §8.1.1",
                                            "the DATA of a message sums up to its content-length"};

// The properties of a request's head that the connection uses.
struct RequestHead {
  bool is_head = false;        // :method HEAD: the response has no body
  bool is_safe = false;        // :method GET or HEAD
  bool is_connect = false;     // :method CONNECT, extended or not: a tunnel, without content-length
  bool has_authority = false;  // an :authority that is not empty
  bool has_split_cookie = false;  // more than one cookie field (RFC 9113 §8.2.3)
  bool has_priority = false;      // a priority field (RFC 9218 §5)
  bool expects_continue = false;  // it waits for 100 before its content (RFC 9110 §10.1.1)
  int64_t content_length = kNoContentLength;
};

// RFC 9113 §8.2, §8.3.1, §8.5, §8.1.1; RFC 8441 §4.
const Rule* check_request(gsl::span<Field> fields, const MessageOptions& options, RequestHead* head,
                          std::string_view* field_name = nullptr);

// RFC 9113 §8.4: checks that a server may promise this request, which is well-formed.
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

// The same for fields of the application, which are never changed. `enable_connect_protocol`: the
// peer has announced RFC 8441. `left_out`: names of fields that are not checked, because they will
// not be sent, or not in HTTP/2.
const Rule* check_outbound_request(const NamedFields& fields, bool enable_connect_protocol,
                                   RequestHead* head, FieldNames left_out = {});
const Rule* check_outbound_response(const NamedFields& fields, ResponseHead* head,
                                    FieldNames left_out = {});
const Rule* check_outbound_trailers(const NamedFields& fields);
// Fields of which a head is a part: the rules about single fields. It is a response's if it has
// :status.
const Rule* check_outbound_part(const NamedFields& fields);

// Read the head without checking the fields, for callers that trust them. An invalid status is 0.
void read_outbound_request(FieldsView fields, RequestHead* head);
void read_outbound_response(FieldsView fields, ResponseHead* head);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_MESSAGE_RULES_H_
