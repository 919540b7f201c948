#ifndef HEADRACE_PROTOCOL_STREAM_PRIORITY_FIELD_H_
#define HEADRACE_PROTOCOL_STREAM_PRIORITY_FIELD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "headrace/protocol/stream/priority.h"

namespace headrace {

// The parameters of a Priority field (§5) or a PRIORITY_UPDATE frame (§7). Empty if a parameter is
// absent, or if its value is out of range or of another type, which counts as absent (§4).
struct PriorityParameters {
  std::optional<uint8_t> urgency;
  std::optional<bool> incremental;

  // The priority of a request or a PRIORITY_UPDATE frame: absent parameters have their defaults
  // (§4, §7).
  Priority priority() const { return merged_into({}); }
  // The priority of a response, whose parameters override those of its request (§8).
  Priority merged_into(const Priority& request) const {
    return {urgency.value_or(request.urgency), incremental.value_or(request.incremental)};
  }
};

// Parses a Priority field value, a Structured Fields Dictionary (RFC 9218 §5), into `parameters`.
// If a field section has several lines, they are parsed in their order, because the last value
// counts. False if it is not a Dictionary; `parameters` is unchanged then, and the whole field is
// ignored.
[[nodiscard]] bool parse_priority_field(std::string_view value, PriorityParameters* parameters);

// The same for a single value, with the defaults for absent parameters: the only line of a request,
// or the value of a frame.
[[nodiscard]] bool parse_priority_field(std::string_view value, Priority* priority);

// Writes the shortest Priority field value ("u=5, i") at `out`, which must have room for
// kMaxPriorityField octets, and returns it. Empty for the defaults.
inline constexpr size_t kMaxPriorityField = 6;
std::string_view write_priority_field(const Priority& priority, char* out);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_PRIORITY_FIELD_H_
