#ifndef HEADRACE_PROTOCOL_INTERFACE_SHOWN_FIELDS_H_
#define HEADRACE_PROTOCOL_INTERFACE_SHOWN_FIELDS_H_

#include <cstdint>

namespace headrace {

// What an observer writes of the fields of messages in HTTP/2. Values have passwords and cookies in
// them.
enum class ShownFields : uint8_t { kNone, kNames, kWithValues };

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_SHOWN_FIELDS_H_
