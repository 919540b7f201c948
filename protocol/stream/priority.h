#ifndef HEADRACE_PROTOCOL_STREAM_PRIORITY_H_
#define HEADRACE_PROTOCOL_STREAM_PRIORITY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace headrace {

// How urgent a response is to its client (RFC 9218 §4); the defaults are those of the RFC.
struct Priority {
  static constexpr uint8_t kLevels = 8;

  uint8_t urgency = 3;       // 0 to 7; the smaller, the sooner (§4.1)
  bool incremental = false;  // of use to the client while it is incomplete (§4.2)

  friend bool operator==(const Priority&, const Priority&) = default;
};

// The parameters that a Priority field (§5) or a PRIORITY_UPDATE frame (§7) gives. Empty: it is
// absent, or its value is out of range or of another type, which counts as absent (§4).
struct PriorityParameters {
  std::optional<uint8_t> urgency;
  std::optional<bool> incremental;

  // A request or a PRIORITY_UPDATE frame says all: what is absent has its default value (§4, §7).
  Priority priority() const { return merged_into({}); }
  // A response changes what its request said, where it says something (§8).
  Priority merged_into(const Priority& request) const {
    return {urgency.value_or(request.urgency), incremental.value_or(request.incremental)};
  }
};

// Reads a Priority field value, a Dictionary of the Structured Fields (RFC 9218 §5), and adds what
// it says to `parameters`: several lines of one field section are read in their order, the last one
// counts. False: it is not a Dictionary, `parameters` is as it was, and the field (all its lines)
// is to be ignored.
[[nodiscard]] bool parse_priority_field(std::string_view value, PriorityParameters* parameters);

// The same for a value by itself that says all: a request's only line, or a frame's.
[[nodiscard]] bool parse_priority_field(std::string_view value, Priority* priority);

// Writes the shortest Priority field value ("u=5, i") at `out`, which has room for
// kMaxPriorityField characters, and returns it. It is empty for the defaults.
inline constexpr size_t kMaxPriorityField = 6;
std::string_view write_priority_field(const Priority& priority, char* out);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_PRIORITY_H_
