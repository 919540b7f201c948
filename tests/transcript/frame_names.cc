#include "tests/transcript/frame_names.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <gsl/span>

#include "tests/reference/frames.h"
#include "tests/transcript/words.h"

namespace headrace::transcript {
namespace {

// RFC 9113 §6, RFC 7838 §4, RFC 8336 §2, RFC 9218 §7.1, by type code.
constexpr std::array<std::string_view, 17> kFrameTypes = {
    "DATA",
    "HEADERS",
    "PRIORITY",
    "RST_STREAM",
    "SETTINGS",
    "PUSH_PROMISE",
    "PING",
    "GOAWAY",
    "WINDOW_UPDATE",
    "CONTINUATION",
    "ALTSVC",
    "",
    "ORIGIN",
    "",
    "",
    "",
    "PRIORITY_UPDATE",
};

// RFC 9113 §7, in the order of the codes.
constexpr std::array<std::string_view, 14> kErrorCodes = {
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
};

// RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1, by identifier.
constexpr std::array<std::string_view, 10> kSettingNames = {
    "",
    "HEADER_TABLE_SIZE",
    "ENABLE_PUSH",
    "MAX_CONCURRENT_STREAMS",
    "INITIAL_WINDOW_SIZE",
    "MAX_FRAME_SIZE",
    "MAX_HEADER_LIST_SIZE",
    "",
    "ENABLE_CONNECT_PROTOCOL",
    "NO_RFC7540_PRIORITIES",
};

constexpr Flag kFlags[] = {
    {"ACK", reference::ACK, 1 << reference::SETTINGS | 1 << reference::PING},
    {"END_STREAM", reference::END_STREAM, 1 << reference::DATA | 1 << reference::HEADERS},
    {"END_HEADERS", reference::END_HEADERS,
     1 << reference::HEADERS | 1 << reference::PUSH_PROMISE | 1 << reference::CONTINUATION},
    {"PADDED", reference::PADDED,
     1 << reference::DATA | 1 << reference::HEADERS | 1 << reference::PUSH_PROMISE},
    {"PRIORITY", reference::HAS_PRIORITY, 1 << reference::HEADERS},
};

// The place of `name` in a table, or the number that it is.
template <size_t kSize>
std::optional<uint64_t> find(const std::array<std::string_view, kSize>& names,
                             std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end() && !name.empty()) return found - names.begin();
  return parse_number(name);
}

template <size_t kSize>
std::string name_of(const std::array<std::string_view, kSize>& names, uint64_t number) {
  return number < kSize && !names[number].empty() ? std::string(names[number]) : hex_number(number);
}

}  // namespace

std::optional<uint8_t> frame_type_of(std::string_view name) {
  const auto found = std::find(kFrameTypes.begin(), kFrameTypes.end(), name);
  if (found == kFrameTypes.end() || name.empty()) return {};
  return static_cast<uint8_t>(found - kFrameTypes.begin());
}

bool belongs_to_connection(uint8_t type) {
  return type == reference::SETTINGS || type == reference::PING || type == reference::GOAWAY ||
         type == reference::ORIGIN || type == reference::PRIORITY_UPDATE;
}

std::string_view frame_type_name(uint8_t type) {
  return type < kFrameTypes.size() && !kFrameTypes[type].empty() ? kFrameTypes[type] : "FRAME";
}

std::optional<uint32_t> error_code_of(std::string_view name_or_number) {
  return find(kErrorCodes, name_or_number);
}

std::string error_code_name(uint32_t code) { return name_of(kErrorCodes, code); }

std::optional<uint16_t> setting_id_of(std::string_view name_or_number) {
  return find(kSettingNames, name_or_number);
}

std::string setting_name(uint16_t id) { return name_of(kSettingNames, id); }

std::string hex_number(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%02llx", static_cast<unsigned long long>(value));
  return text;
}

gsl::span<const Flag> all_flags() { return kFlags; }

}  // namespace headrace::transcript
