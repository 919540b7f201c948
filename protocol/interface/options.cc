#include "headrace/protocol/interface/options.h"

#include "headrace/protocol/frame/settings.h"
#include "headrace/protocol/stream/flow_window.h"

namespace headrace {
namespace {

// Our first SETTINGS, exactly as they will be sent.
const Rule* check_first_settings(const std::vector<Setting>& settings, Role role) {
  static constexpr Rule kOneFrame = {
      "RFC 9113 §4.2", "our first SETTINGS fit into one frame of 2^14 octets, 2,730 of them"};
  if (settings.size() > kMinMaxFrameSize / 6) return &kOneFrame;
  SettingValues in_force;
  for (const Setting& setting : settings) {
    ErrorCode code;
    if (const Rule* rule = check_setting(setting, in_force, &code)) return rule;
    const bool push = setting.id == SettingId::kEnablePush && setting.value != 0;
    if (push && role == Role::kServer) return &kServersDoNotEnablePush;
    in_force.apply(setting);
  }
  return nullptr;
}

}  // namespace

const Rule* Options::check(Role role) const {
  static constexpr Rule kFirstStream = {
      "RFC 9113 §5.1.1", "first_stream_id is 31 bits, odd for a client and even for a server"};
  static constexpr Rule kConnectionWindow = {"RFC 9113 §6.9.1",
                                             "connection_window_size is at most 2^31-1"};
  static constexpr Rule kMaxWindowSize = {"RFC 9113 §6.9.1", "max_window_size is at most 2^31-1"};
  static constexpr Rule kSendBuffer = {"options.h send_buffer_size",
                                       "a stream's send buffer holds at least one octet"};
  static constexpr Rule kServerOnly = {"options.h protocol",
                                       "the version is detected in the server role"};
  static constexpr Rule kPipelining = {"limits.h pipelined_requests",
                                       "at least one request at a time is answered"};
  if (protocol == ProtocolVersion::kDetect && role == Role::kClient) return &kServerOnly;
  if (limits.pipelined_requests == 0) return &kPipelining;
  const SettingValues initial;
  ErrorCode code;
  for (const Setting& setting : {Setting{SettingId::kInitialWindowSize, initial_window_size},
                                 Setting{SettingId::kMaxFrameSize, max_frame_size}}) {
    if (const Rule* rule = check_setting(setting, initial, &code)) return rule;
  }
  if (const Rule* rule = check_first_settings(settings, role)) return rule;
  const bool odd = first_stream_id % 2 == 1;
  const bool ours = odd == (role == Role::kClient) && first_stream_id <= kMaxStreamId;
  if (first_stream_id != 0 && !ours) return &kFirstStream;
  if (connection_window_size > kMaxWindow) return &kConnectionWindow;
  if (window_policy == WindowPolicy::kAutoTuned && max_window_size > kMaxWindow) {
    return &kMaxWindowSize;
  }
  return send_buffer_size == 0 ? &kSendBuffer : nullptr;
}

}  // namespace headrace
