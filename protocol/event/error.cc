#include "headrace/protocol/event/error.h"

namespace headrace {
namespace {

// The name of a code, or the number of one without a name.
std::string code_text(ErrorCode code) {
  std::string text = to_string(code);
  if (text != "UNKNOWN") return text;
  constexpr char kDigits[] = "0123456789abcdef";
  const auto value = static_cast<uint32_t>(code);
  std::string hexadecimal;
  for (uint32_t left = value; left > 0; left >>= 4) {
    hexadecimal.insert(hexadecimal.begin(), kDigits[left & 15]);
  }
  return "error " + std::to_string(value) + " (0x" + hexadecimal + ")";
}

}  // namespace

std::string describe(const ErrorDetail& error) {
  std::string text = code_text(error.code);
  if (error.rule == nullptr) return text;
  text.append(": ").append(error.rule->text).append(" (").append(error.rule->section).append(")");
  if (error.frame) {
    text.append("; ").append(to_string(*error.frame)).append(" frame on stream ");
    text.append(std::to_string(error.stream_id));
  } else if (error.stream_id != 0) {
    text.append("; stream ").append(std::to_string(error.stream_id));
  }
  if (error.observed != 0 || error.limit != 0) {
    text.append("; ").append(std::to_string(error.observed));
  }
  if (error.limit != 0 || error.bound) {
    text.append(", limit ").append(std::to_string(error.limit));
  }
  if (error.bound) {
    text.append(" (").append(to_string(*error.bound)).append("; ");
    text.append(std::to_string(error.suggested())).append(" would let it pass)");
  }
  return text;
}

}  // namespace headrace
