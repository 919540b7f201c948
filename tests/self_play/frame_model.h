#ifndef HEADRACE_TESTS_SELF_PLAY_FRAME_MODEL_H_
#define HEADRACE_TESTS_SELF_PLAY_FRAME_MODEL_H_

#include <cstdint>
#include <deque>
#include <gsl/span>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/frame/settings.h"
#include "headrace/protocol/interface/frame_observer.h"
#include "headrace/protocol/interface/options.h"
#include "tests/reference/hpack.h"
#include "tests/self_play/report.h"

namespace headrace::self_play {

// Asked about frames that only an application, or the passing of time, can justify.
class FrameListener {
 public:
  virtual ~FrameListener() = default;
  virtual void on_reset_sent(StreamId id, ErrorCode code) = 0;
  virtual void on_goaway_sent(StreamId last, ErrorCode code, std::string_view debug_data) = 0;
  virtual void on_settings_sent(const std::vector<Setting>& settings) = 0;
  virtual void on_ping_sent(uint64_t opaque) = 0;
};

// One endpoint as its frames tell it: windows, settings, streams and the HPACK table that follow
// from what has passed by RFC 9113, without a look at the connection. Frames that an honest
// endpoint does not send are failures.
class FrameModel final : public FrameObserver {
 public:
  struct Stream {
    bool own = false;
    bool opened = false;     // HEADERS of a request, or PUSH_PROMISE, have passed
    bool counted = false;    // it went into the concurrency count (RFC 9113 §5.1.2)
    bool head_sent = false;  // the final one
    bool end_sent = false;
    bool end_received = false;
    bool reset_sent = false;
    bool reset_received = false;
    bool refused = false;         // not looked at: above a limit, or behind our GOAWAY
    bool abandoned = false;       // ours, behind the peer's GOAWAY
    uint64_t last_frame_end = 0;  // where in our output END_STREAM or RST_STREAM ends
    // Octets of flow-controlled payload, and of credit for it (RFC 9113 §6.9).
    int64_t data_sent = 0;
    int64_t data_received = 0;
    int64_t credit_sent = 0;
    int64_t credit_received = 0;
  };

  FrameModel(Role role, const Options& options, std::string name, Report* report);
  void set_peer(FrameModel* peer) { peer_ = peer; }
  void set_listener(FrameListener* listener) { listener_ = listener; }

  void on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) override;
  void on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) override;
  void on_limit_hit(const LimitHit& hit) override { limits_hit_.add(hit); }

  // So much of the output was shown to the transport since the connection began.
  void set_shown(uint64_t offset) { shown_ = offset; }
  // Of the DATA frame that came last all data has come, or all octets.
  void end_open_data();
  void finish_open_data();

  const Stream& stream(StreamId id) const;
  // Octets that may be sent, and that the peer may send, by what has passed.
  int64_t send_window() const;
  int64_t send_window(StreamId id) const;
  int64_t receive_window() const;
  int64_t receive_window(StreamId id) const;
  uint32_t open_data_length() const { return open_data_.length; }
  StreamId open_data_stream() const { return open_data_.stream_id; }

  // Streams of one side in the concurrency count.
  uint32_t count(bool own) const;
  // Streams of its own that are open when the peer has read all that is queued.
  uint32_t count_on_wire() const;
  // How many streams of ours the peer lets be open.
  uint32_t own_limit() const;
  const SettingValues& peer_settings() const { return peer_settings_; }
  // Ours: what was announced last.
  const SettingValues& announced() const { return announced_; }
  bool settings_unacknowledged() const { return !own_in_flight_.empty(); }
  bool all_answered() const;
  bool goaway_received() const { return peer_goaway_last_.has_value(); }
  StreamId peer_goaway_last() const { return peer_goaway_last_.value_or(kMaxStreamId); }

  // Frames that the other side has not received yet.
  size_t frames_in_flight() const { return in_flight_.size(); }
  // Field blocks, whole ones.
  uint64_t blocks_sent() const { return blocks_sent_; }
  uint64_t blocks_received() const { return blocks_received_; }
  const reference::HpackTable& table() const { return sent_blocks_.table(); }
  uint64_t end_offset() const { return end_offset_; }

  const LimitCounts& limits_hit() const { return limits_hit_; }

 private:
  struct Passed {
    FrameHeader header;
    uint64_t digest;
  };
  struct Block {
    bool open = false;
    StreamId stream_id = 0;
    StreamId promised_id = 0;
    bool end_stream = false;
    std::string octets;
  };
  struct OpenData {
    StreamId stream_id = 0;  // 0: none
    uint32_t length = 0;
    bool end_stream = false;
  };

  static bool is_over(const Stream& s) {
    return s.reset_sent || s.reset_received || s.abandoned || (s.end_sent && s.end_received);
  }
  bool is_own(StreamId id) const { return (id % 2 == 1) == (role_ == Role::kClient); }
  Stream& at(StreamId id);
  void require(bool condition, const FrameHeader& header, const char* what);
  void check_sendable(const FrameHeader& header);
  void data_sent(const FrameHeader& header);
  void data_received(const FrameHeader& header);
  static void add_fragment(const FrameHeader& header, gsl::span<const uint8_t> payload,
                           Block* block);
  void block_sent(const FrameHeader& header);
  void block_received();
  void end_sent(Stream* stream);
  void settings_received(const FrameHeader& header, gsl::span<const uint8_t> payload);
  void settings_sent(const FrameHeader& header, gsl::span<const uint8_t> payload);

  Role role_;
  std::string name_;
  Report* report_;
  FrameModel* peer_ = nullptr;
  FrameListener* listener_ = nullptr;
  uint32_t assumed_limit_;

  std::deque<Passed> in_flight_;
  uint64_t end_offset_;
  uint64_t shown_ = 0;
  bool any_sent_ = false;

  SettingValues peer_settings_;
  bool peer_settings_known_ = false;
  uint32_t settings_to_acknowledge_ = 0;
  std::deque<std::string> pings_to_answer_;
  SettingValues announced_;     // sent
  SettingValues own_settings_;  // acknowledged
  std::deque<std::vector<Setting>> own_in_flight_;

  std::map<StreamId, Stream> streams_;
  mutable std::vector<StreamId> counted_;  // all that count are among them
  Stream connection_;                      // its windows
  StreamId highest_own_ = 0;
  OpenData open_data_;
  std::optional<StreamId> own_goaway_last_;
  std::optional<StreamId> peer_goaway_last_;

  Block sending_;
  Block receiving_;
  reference::HpackDecoder sent_blocks_;
  uint64_t blocks_sent_ = 0;
  uint64_t blocks_received_ = 0;
  LimitCounts limits_hit_;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_FRAME_MODEL_H_
