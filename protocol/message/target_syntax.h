#ifndef HEADRACE_PROTOCOL_MESSAGE_TARGET_SYNTAX_H_
#define HEADRACE_PROTOCOL_MESSAGE_TARGET_SYNTAX_H_

#include <string_view>

namespace headrace {

// The syntax of a request's pseudo-header fields (RFC 9113 §8.3.1) by RFC 9110 and RFC 3986, except
// :authority (authority.h).

// RFC 9110 §5.6.2: a token, in any case. For methods (§9.1) and :protocol (RFC 8441 §4).
bool is_token(std::string_view text);

// RFC 3986 §3.1
bool is_scheme(std::string_view text);
// "http" or "https", in any case (RFC 3986 §6.2.2.1).
bool is_http_scheme(std::string_view scheme);

// RFC 9113 §8.3.1: begins with "/" and has neither white space nor control characters, which would
// end it in an HTTP/1.x request line, nor a fragment, which is no part of a request's target
// (RFC 9110 §7.1). Other characters are accepted, because real clients do not escape all those that
// RFC 3986 §3.3 requires.
bool is_origin_path(std::string_view text);
// The same with a fragment ("#" and what follows it).
bool is_origin_path_with_fragment(std::string_view text);

// Whether the texts are equal without regard to the case of ASCII letters.
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_TARGET_SYNTAX_H_
