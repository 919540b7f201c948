#include "headrace/protocol/http2/settings_sync.h"

namespace headrace {

SettingsSync::Verdict SettingsSync::judge(Setting entry) const {
  ErrorCode code;
  if (const Rule* rule = check_setting(entry, peer_, &code)) {
    return {rule, code, nearest_legal_value(entry)};
  }
  if (client_ && entry.id == SettingId::kEnablePush && entry.value != 0) {
    return {&kServersDoNotEnablePush, ErrorCode::kProtocolError, 0};
  }
  if (peer_known_ && entry.id == SettingId::kNoRfc7540Priorities &&
      entry.value != peer_.no_rfc7540_priorities) {
    return {&kPrioritiesStay, ErrorCode::kProtocolError, 0};
  }
  return {};
}

const Rule* SettingsSync::check_sent(gsl::span<const Setting> entries,
                                     SettingValues announced) const {
  for (const Setting& entry : entries) {
    ErrorCode code;
    if (const Rule* rule = check_setting(entry, announced, &code)) return rule;
    if (!client_ && entry.id == SettingId::kEnablePush && entry.value != 0) {
      return &kServersDoNotEnablePush;
    }
    if (entry.id == SettingId::kNoRfc7540Priorities &&
        entry.value != announced.no_rfc7540_priorities) {
      return &kPrioritiesStay;
    }
    announced.apply(entry);
  }
  return nullptr;
}

void SettingsSync::sent(gsl::span<const Setting> entries) {
  for (const Setting& entry : entries) {
    announced_.apply(entry);
    if (entry.id == SettingId::kMaxConcurrentStreams) enforced_.concurrent_streams = entry.value;
  }
  frames_.push_back(entries.size());
  in_flight_.insert(in_flight_.end(), entries.begin(), entries.end());
}

void SettingsSync::drop_frame() {
  const auto count = static_cast<ptrdiff_t>(frames_.front());
  frames_.erase(frames_.begin());
  in_flight_.erase(in_flight_.begin(), in_flight_.begin() + count);
  if (!frames_.empty()) return;
  frames_ = {};
  in_flight_ = {};
}

}  // namespace headrace
