#include "headrace/protocol/frame/settings.h"

#include "headrace/protocol/frame/setting_bounds.h"

namespace headrace {

uint32_t* SettingValues::find(SettingId id) {
  uint32_t SettingValues::*const value = bounds_of(id).value;
  return value == nullptr ? nullptr : &(this->*value);
}

const Rule* check_setting(const Setting& setting, const SettingValues& in_force, ErrorCode* code) {
  static constexpr Rule kPushIsBoolean = {"RFC 9113 §6.5.2", "SETTINGS_ENABLE_PUSH is 0 or 1"};
  static constexpr Rule kWindowBound = {"RFC 9113 §6.5.2",
                                        "SETTINGS_INITIAL_WINDOW_SIZE is at most 2^31-1"};
  static constexpr Rule kFrameSizeBound = {"RFC 9113 §6.5.2",
                                           "SETTINGS_MAX_FRAME_SIZE is between 2^14 and 2^24-1"};
  static constexpr Rule kConnectIsBoolean = {"RFC 8441 §3",
                                             "SETTINGS_ENABLE_CONNECT_PROTOCOL is 0 or 1"};
  static constexpr Rule kConnectStays = {
      "RFC 8441 §3", "SETTINGS_ENABLE_CONNECT_PROTOCOL does not go back to 0 after 1"};
  static constexpr Rule kPrioritiesIsBoolean = {"RFC 9218 §2.1",
                                                "SETTINGS_NO_RFC7540_PRIORITIES is 0 or 1"};

  *code = setting.id == SettingId::kInitialWindowSize ? ErrorCode::kFlowControlError
                                                      : ErrorCode::kProtocolError;
  const bool sound = is_within(bounds_of(setting.id), setting.value);
  switch (setting.id) {
    case SettingId::kEnablePush:
      return sound ? nullptr : &kPushIsBoolean;
    case SettingId::kInitialWindowSize:
      return sound ? nullptr : &kWindowBound;
    case SettingId::kMaxFrameSize:
      return sound ? nullptr : &kFrameSizeBound;
    case SettingId::kEnableConnectProtocol:
      if (!sound) return &kConnectIsBoolean;
      return setting.value < in_force.enable_connect_protocol ? &kConnectStays : nullptr;
    case SettingId::kNoRfc7540Priorities:
      return sound ? nullptr : &kPrioritiesIsBoolean;
    default:
      return nullptr;  // any value, or unknown: ignored (§6.5.2)
  }
}

uint32_t nearest_legal_value(const Setting& setting) {
  const SettingBounds& bounds = bounds_of(setting.id);
  if (setting.value < bounds.least) return bounds.least;
  return bounds.most == UINT32_MAX ? 0 : bounds.most;
}

}  // namespace headrace
