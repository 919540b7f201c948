#ifndef HEADRACE_PROTOCOL_MESSAGE_REASON_PHRASE_H_
#define HEADRACE_PROTOCOL_MESSAGE_REASON_PHRASE_H_

#include <cstdint>
#include <string_view>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The reason phrase of a status code in IANA's registry ("Not Found"); empty for other codes.
// Static storage.
std::string_view reason_phrase(uint16_t status);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_REASON_PHRASE_H_
