#include "headrace/protocol/frame/settings.h"

#include "headrace/protocol/stream/flow_window.h"

namespace headrace {

uint32_t* SettingValues::find(SettingId id) {
  switch (id) {
    case SettingId::kHeaderTableSize:
      return &header_table_size;
    case SettingId::kEnablePush:
      return &enable_push;
    case SettingId::kMaxConcurrentStreams:
      return &max_concurrent_streams;
    case SettingId::kInitialWindowSize:
      return &initial_window_size;
    case SettingId::kMaxFrameSize:
      return &max_frame_size;
    case SettingId::kMaxHeaderListSize:
      return &max_header_list_size;
    case SettingId::kEnableConnectProtocol:
      return &enable_connect_protocol;
    case SettingId::kNoRfc7540Priorities:
      return &no_rfc7540_priorities;
  }
  return nullptr;
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

  *code = ErrorCode::kProtocolError;
  switch (setting.id) {
    case SettingId::kEnablePush:
      return setting.value > 1 ? &kPushIsBoolean : nullptr;
    case SettingId::kInitialWindowSize:
      *code = ErrorCode::kFlowControlError;
      return setting.value > kMaxWindow ? &kWindowBound : nullptr;
    case SettingId::kMaxFrameSize:
      return setting.value < kMinMaxFrameSize || setting.value > kMaxMaxFrameSize ? &kFrameSizeBound
                                                                                  : nullptr;
    case SettingId::kEnableConnectProtocol:
      if (setting.value > 1) return &kConnectIsBoolean;
      return setting.value < in_force.enable_connect_protocol ? &kConnectStays : nullptr;
    case SettingId::kNoRfc7540Priorities:
      return setting.value > 1 ? &kPrioritiesIsBoolean : nullptr;
    default:
      return nullptr;  // any value, or unknown: ignored (§6.5.2)
  }
}

uint32_t nearest_legal_value(const Setting& setting) {
  switch (setting.id) {
    case SettingId::kInitialWindowSize:
      return kMaxWindow;
    case SettingId::kMaxFrameSize:
      return setting.value < kMinMaxFrameSize ? kMinMaxFrameSize : kMaxMaxFrameSize;
    case SettingId::kEnablePush:
    case SettingId::kEnableConnectProtocol:
    case SettingId::kNoRfc7540Priorities:
      return 1;
    default:
      return 0;
  }
}

}  // namespace headrace
