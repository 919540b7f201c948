#ifndef HEADRACE_TESTS_REFERENCE_AUTHORITY_H_
#define HEADRACE_TESTS_REFERENCE_AUTHORITY_H_

#include <string>

namespace reference {

// RFC 3986 §3.2 without userinfo, with a host that is not empty: tries every place at which the
// text may be divided, and leaves IPv6 addresses to the system's inet_pton().
bool is_authority(const std::string& text);

}  // namespace reference

#endif  // HEADRACE_TESTS_REFERENCE_AUTHORITY_H_
