#ifndef HEADRACE_PROTOCOL_HTTP1_REFUSAL_H_
#define HEADRACE_PROTOCOL_HTTP1_REFUSAL_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "headrace/field/rule.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/guard/limits.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Why a message is not read any further, and the status code that a server answers it with.
struct Refusal {
  uint16_t status = 0;
  const Rule* rule = nullptr;        // of static storage; null: nothing is refused
  std::string_view field = {};       // the name of the field that breaks it; empty: not one field
  std::optional<LimitHit> hit = {};  // the limit that was reached, if it was one

  explicit operator bool() const { return rule != nullptr; }
};

inline constexpr uint16_t kSwitchingProtocols = 101;
inline constexpr uint16_t kBadRequest = 400;
inline constexpr uint16_t kRequestTimeout = 408;
inline constexpr uint16_t kContentTooLarge = 413;
inline constexpr uint16_t kTargetTooLongStatus = 414;
inline constexpr uint16_t kFieldsTooLarge = 431;
inline constexpr uint16_t kNotImplemented = 501;
inline constexpr uint16_t kVersionNotSupported = 505;

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_REFUSAL_H_
