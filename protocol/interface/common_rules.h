#ifndef HEADRACE_PROTOCOL_INTERFACE_COMMON_RULES_H_
#define HEADRACE_PROTOCOL_INTERFACE_COMMON_RULES_H_

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The rules about commands, and about input that is kept, in every version of HTTP.

inline constexpr Rule kFinalStatus = {"RFC 9110 §15",
                                      "the final response has a status of 200 or more"};
inline constexpr Rule kCreditHeld = {"connection.h credit()",
                                     "no more is given back than the application holds"};
inline constexpr Rule kOwnedChunk = {"connection.h send_data()",
                                     "a chunk is a Body::owned(), without expect_trailers()"};
inline constexpr Rule kWindowSize = {"RFC 9113 §6.9.1", "a receive window is 1 to 2^31-1 octets"};
inline constexpr Rule kKeptInput = {"limits.h connection_memory",
                                    "input is kept only within the connection's memory budget"};
inline constexpr Rule kSourceFailed = {"BodySource", "the application's body source has failed"};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_COMMON_RULES_H_
