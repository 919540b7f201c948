#ifndef HEADRACE_PROTOCOL_HTTP2_SETTINGS_SYNC_H_
#define HEADRACE_PROTOCOL_HTTP2_SETTINGS_SYNC_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <vector>

#include "headrace/field/rule.h"
#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/frame/setting_bounds.h"
#include "headrace/protocol/frame/settings.h"

namespace headrace {

// The settings of both ends (RFC 9113 §6.5): the peer's as they are in force; ours as they were
// sent, which take effect when the peer acknowledges them. Entries are handed on one by one, in the
// order in which they stand: what an entry in the middle does is not undone by a later one.
class SettingsSync {
 public:
  // The limits that are enforced until a SETTINGS entry of ours changes them.
  struct Enforced {
    uint32_t concurrent_streams;  // Limits::concurrent_streams
    uint32_t field_list_size;     // Limits::field_list_size
  };
  SettingsSync(bool client, const Enforced& enforced) : client_(client), enforced_(enforced) {}

  // --- The peer's.

  const SettingValues& peer() const { return peer_; }
  // Its first SETTINGS frame has come (§3.4).
  bool peer_known() const { return peer_known_; }

  struct Verdict {
    const Rule* rule = nullptr;  // null: the value is legal
    ErrorCode code = ErrorCode::kNoError;
    uint32_t limit = 0;  // the legal value next to it; 0: the rule has none
  };
  // Checks the next entry of a frame.
  Verdict check_received(Setting entry) const {
    const SettingBounds& bounds = bounds_of(entry.id);
    if (bounds.changes_freely && is_within(bounds, entry.value)) [[likely]]
      return {};
    return judge(entry);
  }
  // Takes the next entry of a frame. False if it changes nothing, because its value is in force or
  // its identifier is unknown (§6.5.2).
  bool receive(Setting entry) {
    uint32_t SettingValues::*const value = bounds_of(entry.id).value;
    if (value == nullptr || peer_.*value == entry.value) return false;
    peer_.*value = entry.value;
    return true;
  }
  // The frame has been read to its end.
  void received_whole() { peer_known_ = true; }

  // --- Ours.

  // Our settings as the peer has acknowledged them.
  const SettingValues& own() const { return own_; }
  // Our settings as they were sent, because a value that may never be withdrawn may not be
  // withdrawn while it is in flight either (check_sent()).
  const SettingValues& announced() const { return announced_; }
  // The peer's streams above it are refused. It counts from when it is sent: the peer is not at
  // fault before it acknowledges it.
  uint32_t concurrent_streams() const { return enforced_.concurrent_streams; }
  // The largest field section that is accepted; a change applies when it is acknowledged.
  uint32_t field_list_size() const { return enforced_.field_list_size; }

  // Checks entries that we want to send. `announced`: our settings after all entries that are in
  // flight or will be sent before these. Null, or the rule that an entry breaks.
  const Rule* check_sent(gsl::span<const Setting> entries, SettingValues announced) const;
  // A frame of ours has been queued.
  void sent(gsl::span<const Setting> entries);
  size_t frames_in_flight() const { return frames_.size(); }
  // The peer has acknowledged the oldest frame in flight: each of its entries takes effect, and is
  // then handed to `look(const Setting&)`.
  template <typename Look>
  void acknowledge(Look look) {
    const size_t count = frames_.front();
    for (size_t i = 0; i < count; ++i) {
      take_effect(in_flight_[i]);
      look(in_flight_[i]);
    }
    drop_frame();
  }

 private:
  Verdict judge(Setting entry) const;
  void take_effect(const Setting& entry) {
    own_.apply(entry);
    if (entry.id == SettingId::kMaxHeaderListSize) enforced_.field_list_size = entry.value;
  }
  void drop_frame();

  const bool client_;
  SettingValues peer_;
  bool peer_known_ = false;
  SettingValues own_;
  SettingValues announced_;
  Enforced enforced_;
  std::vector<size_t> frames_;  // in flight: the number of entries of each
  std::vector<Setting> in_flight_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_SETTINGS_SYNC_H_
