#ifndef HEADRACE_PROTOCOL_MESSAGE_TARGET_SYNTAX_H_
#define HEADRACE_PROTOCOL_MESSAGE_TARGET_SYNTAX_H_

#include <string_view>

namespace headrace {

// The syntax of the values that make up a request's target (RFC 9113 §8.3.1), but for :authority,
// which is in authority.h: what RFC 9110 and RFC 3986 say about their characters.

// RFC 9110 §5.6.2: a token, in any case. Methods (§9.1) and :protocol (RFC 8441 §4).
bool is_token(std::string_view text);

// RFC 3986 §3.1
bool is_scheme(std::string_view text);
// "http" or "https", in any case (RFC 3986 §6.2.2.1).
bool is_http_scheme(std::string_view scheme);

// RFC 9113 §8.3.1: begins with "/" and has nothing that would end it where it is written into a
// request line: neither white space nor control characters. Beyond that it is taken as it comes;
// real clients do not escape all that RFC 3986 §3.3 would have them escape.
bool is_origin_path(std::string_view text);

// Equal but for the case of ASCII letters.
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_TARGET_SYNTAX_H_
