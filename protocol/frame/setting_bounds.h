#ifndef HEADRACE_PROTOCOL_FRAME_SETTING_BOUNDS_H_
#define HEADRACE_PROTOCOL_FRAME_SETTING_BOUNDS_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/frame/settings.h"
#include "headrace/protocol/stream/flow_window.h"

namespace headrace {

// The values that a setting may have (RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1), and its place
// in SettingValues; null for an identifier that is not known.
struct SettingBounds {
  uint32_t least;
  uint32_t most;
  uint32_t SettingValues::*value;
  bool changes_freely;  // no other rule is about it
};
// By identifier.
inline constexpr SettingBounds kSettingBounds[] = {
    {0, UINT32_MAX, nullptr, false},
    {0, UINT32_MAX, &SettingValues::header_table_size, true},
    {0, 1, &SettingValues::enable_push, false},
    {0, UINT32_MAX, &SettingValues::max_concurrent_streams, true},
    {0, static_cast<uint32_t>(kMaxWindow), &SettingValues::initial_window_size, true},
    {kMinMaxFrameSize, kMaxMaxFrameSize, &SettingValues::max_frame_size, true},
    {0, UINT32_MAX, &SettingValues::max_header_list_size, true},
    {0, UINT32_MAX, nullptr, false},
    {0, 1, &SettingValues::enable_connect_protocol, false},
    {0, 1, &SettingValues::no_rfc7540_priorities, false},
};

constexpr const SettingBounds& bounds_of(SettingId id) {
  const auto i = static_cast<size_t>(id);
  return kSettingBounds[i < std::size(kSettingBounds) ? i : 0];
}
constexpr bool is_within(const SettingBounds& bounds, uint32_t value) {
  return bounds.least <= value && value <= bounds.most;
}

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_SETTING_BOUNDS_H_
