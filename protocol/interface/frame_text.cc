#include "headrace/protocol/interface/frame_text.h"

#include <array>
#include <cstdio>
#include <gsl/span>
#include <string_view>

#include "headrace/protocol/event/error.h"
#include "headrace/protocol/frame/settings_entries.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

struct FlagName {
  FrameType type;
  uint8_t flag;
  const char* name;
};

constexpr auto kFlagNames = std::to_array<FlagName>({
    {FrameType::kData, flags::kEndStream, " END_STREAM"},
    {FrameType::kData, flags::kPadded, " PADDED"},
    {FrameType::kHeaders, flags::kEndStream, " END_STREAM"},
    {FrameType::kHeaders, flags::kEndHeaders, " END_HEADERS"},
    {FrameType::kHeaders, flags::kPadded, " PADDED"},
    {FrameType::kHeaders, flags::kPriority, " PRIORITY"},
    {FrameType::kSettings, flags::kAck, " ACK"},
    {FrameType::kPushPromise, flags::kEndHeaders, " END_HEADERS"},
    {FrameType::kPushPromise, flags::kPadded, " PADDED"},
    {FrameType::kPing, flags::kAck, " ACK"},
    {FrameType::kContinuation, flags::kEndHeaders, " END_HEADERS"},
});

uint32_t number(gsl::span<const uint8_t> octets) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | octets[i];
  return value;
}

// A peer must not control a terminal.
std::string printable(gsl::span<const uint8_t> octets) {
  std::string text;
  for (const uint8_t octet : octets) {
    char escape[8] = {static_cast<char>(octet)};
    if (octet < 0x20 || octet > 0x7e) std::snprintf(escape, sizeof(escape), "\\x%02x", octet);
    text += escape;
  }
  return text;
}

std::string error_text(uint32_t code) {
  return describe(ErrorDetail{.code = static_cast<ErrorCode>(code)});
}

std::string setting_text(const Setting& setting) {
  std::string name = to_string(setting.id);
  if (name == "UNKNOWN") name = std::to_string(static_cast<uint16_t>(setting.id));
  return " " + name + "=" + std::to_string(setting.value);
}

}  // namespace

std::string describe_frame(const FrameHeader& header, std::span<const uint8_t> octets) {
  const gsl::span<const uint8_t> payload(octets.data(), octets.size());
  std::string text = to_string(header.type);
  if (text == "UNKNOWN") text = "frame type " + std::to_string(static_cast<int>(header.type));
  if (header.stream_id != 0) text.append(" ").append(std::to_string(header.stream_id));
  for (const FlagName& known : kFlagNames) {
    if (known.type == header.type && header.has(known.flag)) text.append(known.name);
  }
  constexpr uint32_t kReservedBit = 0x80000000;
  const bool whole = payload.size() == header.length;
  if (header.type == FrameType::kSettings && whole && payload.size() % 6 == 0) {
    for (const Setting& setting : SettingsEntries(payload)) text.append(setting_text(setting));
    return text;
  }
  if (header.type == FrameType::kWindowUpdate && whole && payload.size() == 4) {
    return text + " +" + std::to_string(number(payload) & ~kReservedBit);
  }
  if (header.type == FrameType::kRstStream && whole && payload.size() == 4) {
    return text + " " + error_text(number(payload));
  }
  if (header.type == FrameType::kGoaway && whole && payload.size() >= 8) {
    text.append(" last=").append(std::to_string(number(payload) & ~kReservedBit));
    text.append(" ").append(error_text(number(payload.subspan(4))));
    const auto debug = payload.subspan(8);
    if (debug.empty()) return text;
    return text + " \"" + printable(debug) + "\"";
  }
  if (header.type == FrameType::kPing && whole && payload.size() == 8) {
    char opaque[20];
    std::snprintf(opaque, sizeof(opaque), " %08x%08x", number(payload), number(payload.subspan(4)));
    return text + opaque;
  }
  return text + " (" + std::to_string(header.length) + ")";
}

HEADRACE_ABI_END
}  // namespace headrace
