#ifndef HEADRACE_FUZZ_OUTBOUND_OURS_H_
#define HEADRACE_FUZZ_OUTBOUND_OURS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/draws.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::fuzz {

// What the peer has done, for whoever plays the same peer beside it.
struct PeerAct {
  enum class Kind : uint8_t { kNothing, kRequest, kReset, kSettings };
  Kind kind = Kind::kNothing;
  StreamId stream_id = 0;
  std::vector<Field> fields = {};  // of static storage
  bool end_stream = false;
  std::vector<Setting> settings = {};
};

// A connection of ours as the receiver, whose limits are wide and whose rules are not: what it
// refuses ends the case. Its application does a little of everything, so that whoever is looked at
// has somebody to talk to.
class Ours : public FrameObserver {
 public:
  Ours(Role role, const std::vector<Setting>& settings, TimePoint now);

  void feed(std::string_view octets, TimePoint now);
  std::string take_output();
  PeerAct act(Draws* draws);

  void on_frame_received(const FrameHeader&, std::span<const uint8_t>) override {}
  void on_frame_sent(const FrameHeader&, std::span<const uint8_t>) override {}
  void on_refused(const ErrorDetail& error, std::string_view field_name) override;

 private:
  static Options options(const std::vector<Setting>& settings, FrameObserver* observer);
  PeerAct request(Draws* draws);
  PeerAct change_settings(Draws* draws);
  void on_event(const Event& event);

  const Role role_;
  std::vector<StreamId> streams_;
  Connection connection_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_OUTBOUND_OURS_H_
