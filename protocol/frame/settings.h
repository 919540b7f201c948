#ifndef HEADRACE_PROTOCOL_FRAME_SETTINGS_H_
#define HEADRACE_PROTOCOL_FRAME_SETTINGS_H_

#include <cstdint>

#include "headrace/field/rule.h"
#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {

// The settings of one endpoint that are in force (RFC 9113 §6.5.2, RFC 8441, RFC 9218). Constructed
// with the initial values of the RFCs.
struct SettingValues {
  static constexpr uint32_t kUnlimited = 0xffffffff;

  uint32_t header_table_size = 4096;
  uint32_t enable_push = 1;
  uint32_t max_concurrent_streams = kUnlimited;
  uint32_t initial_window_size = 65535;
  uint32_t max_frame_size = kMinMaxFrameSize;
  uint32_t max_header_list_size = kUnlimited;
  uint32_t enable_connect_protocol = 0;
  uint32_t no_rfc7540_priorities = 0;

  // The value of a setting, or null for an unknown identifier.
  uint32_t* find(SettingId id);
  // Ignores unknown identifiers (RFC 9113 §6.5.2).
  void apply(const Setting& setting) {
    if (uint32_t* value = find(setting.id)) *value = setting.value;
  }
};

// RFC 9218 §2.1, for both sides: the first SETTINGS frame decides, even if it lacks the setting.
inline constexpr Rule kPrioritiesStay = {
    "RFC 9218 §2.1",
    "SETTINGS_NO_RFC7540_PRIORITIES does not change after the first SETTINGS frame"};

// For a server's SETTINGS, ours or the peer's.
inline constexpr Rule kServersDoNotEnablePush = {"RFC 9113 §6.5.2",
                                                 "a server does not enable push"};
// For both sides.
inline constexpr Rule kWindowsInBounds = {
    "RFC 9113 §6.9.2", "a change of INITIAL_WINDOW_SIZE leaves every window at 2^31-1 or below"};

// Checks a setting's value; `in_force` are the sender's values so far. Returns null, or the broken
// rule with the `code` of the connection error.
const Rule* check_setting(const Setting& setting, const SettingValues& in_force, ErrorCode* code);
// The legal value closest to an illegal one, which messages give as the limit. 0 if there is none.
uint32_t nearest_legal_value(const Setting& setting);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_FRAME_SETTINGS_H_
