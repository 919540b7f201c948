#ifndef HEADRACE_FUZZ_CONVERSATION_OUTPUT_RULES_H_
#define HEADRACE_FUZZ_CONVERSATION_OUTPUT_RULES_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/conversation/frame_log.h"
#include "headrace/protocol/interface/options.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::fuzz {

// The octets that every body is made of, so that the reader knows what must come.
inline uint8_t body_octet(uint32_t stream_id, uint64_t offset) {
  return static_cast<uint8_t>(stream_id * 31 + offset * 7 + offset / 256);
}

// The type of the frames that applications send by submit_frame().
inline constexpr uint8_t kOwnFrameType = 0xf7;

// What a strict peer sees of a conversation: reads both directions with the reference codecs and
// stops the program when what we send breaks RFC 9113. Each frame of ours is judged by those of the
// peer's that had come in when it was queued.
class OutputRules {
 public:
  // Of the peer's side, as far as it was read.
  struct Seen {
    std::vector<uint32_t> requests;  // that were opened by HEADERS of ours
    std::deque<std::string> pings;   // that were not answered
    bool push_allowed = true;
  };

  OutputRules(Role role, const Options& options, FrameLog* log)
      : role_(role),
        options_(options),
        log_(log),
        // Those below the first one count as used.
        last_own_(options.first_stream_id < 2 ? 0 : options.first_stream_id - 2) {}

  // The peer sent this; to be told before the connection is.
  void sent_by_peer(std::string_view bytes);
  // The connection sent this.
  void received(std::string_view bytes);

  const Seen& seen() const { return seen_; }

  // Everything that came in was answered and everything that could go out has gone.
  void require_all_answered();
  // What the connection says of itself, when nothing is on its way.
  void require_open_streams(uint32_t count) const;
  void require_receive_window(uint32_t stream_id, int64_t window) const;
  // No stream is open: of the connection's window, `full`, less than half waits to be given back.
  void require_connection_credit(int64_t full) const;
  // The application consumes what comes on this open stream: the peer is never starved.
  void require_stream_credit(uint32_t stream_id) const;
  // The stream waits for this, whatever else there is.
  void require_blocked_by_stream_window(uint32_t stream_id) const;
  void require_blocked_by_connection_window() const;
  void require_blocked_by_concurrency() const;
  // Whether the peer has said, or must have seen, that it did nothing with this request of ours.
  void require_retry_safe(uint32_t stream_id, bool retry_safe) const;

  // Frames that were read.
  uint64_t frames() const { return frames_; }
  // A frame of the peer's has not come in whole.
  bool receiving() const { return log_->received_count() > applied_; }

 private:
  struct Stream {
    bool opened = false;  // by HEADERS or PUSH_PROMISE of either side
    bool local_ended = false;
    bool remote_ended = false;
    bool reset = false;  // by us
    bool reset_by_peer = false;
    bool refused = false;  // by the peer's GOAWAY
    bool refused_by_code = false;
    bool provoked = false;    // something came that may cost the stream
    bool final_head = false;  // of our message
    bool is_connect = false;
    uint64_t body = 0;  // octets that we sent
    uint64_t sent = 0;  // of flow-controlled payload
    uint64_t granted = 0;
    uint64_t received = 0;
    uint64_t credited = 0;

    bool active() const {
      return opened && !reset && !reset_by_peer && !refused && !(local_ended && remote_ended);
    }
  };
  struct Block {
    uint32_t stream_id = 0;  // 0: none is open
    uint32_t promised_id = 0;
    bool end_stream = false;
    std::string octets;
  };
  using Fields = std::vector<reference::HeaderField>;

  bool is_own(uint32_t id) const { return (id % 2 == 1) == (role_ == Role::kClient); }

  // taken_frames.cc: what the connection is told.
  void apply_up_to(uint64_t count);
  void on_peer_frame(const reference::Frame& frame);
  void on_peer_data(const reference::Frame& frame);
  void on_peer_block();
  void on_peer_settings(const reference::Frame& frame);
  void on_peer_goaway(const reference::Frame& frame);

  // output_rules.cc: what it sends.
  void on_frame(const reference::Frame& frame);
  void check_stream(const reference::Frame& frame);
  void on_data(const reference::Frame& frame);
  void on_headers(const reference::Frame& frame);
  void on_push_promise(const reference::Frame& frame);
  void open_own_stream(uint32_t id);
  void on_block_fragment(const reference::Frame& frame, const std::string& fragment);
  void on_field_block();
  void on_message(Stream* stream, const Fields& fields);
  void on_request(Stream* stream, const Fields& fields);
  void on_trailers(const Fields& fields) const;
  void on_rst_stream(const reference::Frame& frame);
  void on_settings(const reference::Frame& frame);
  void check_first_settings(const reference::Frame& frame);
  void on_ping(const reference::Frame& frame);
  void on_goaway(const reference::Frame& frame);
  void on_window_update(const reference::Frame& frame);
  void on_priority_update(const reference::Frame& frame);

  uint32_t own_active() const;
  uint64_t own_limit() const {
    return peer_settings_seen_ ? max_concurrent_ : options_.assumed_concurrent_streams;
  }

  const Role role_;
  const Options options_;
  FrameLog* log_;
  Seen seen_;

  // The peer's frames: the bytes of one that is not whole, and those that are, until their turn.
  std::string input_;
  bool preface_read_ = false;
  std::deque<reference::Frame> pending_;
  uint64_t applied_ = 0;
  Block peer_block_;
  uint32_t last_peer_ = 0;  // the highest stream that the peer used
  bool goaway_received_ = false;

  // The peer's settings: those in flight, and what those say that we took.
  std::deque<reference::Settings> unanswered_settings_;
  bool peer_settings_seen_ = false;
  uint64_t initial_window_ = 65535;
  uint64_t max_frame_size_ = 16384;
  uint64_t max_concurrent_ = 0xffffffff;
  uint64_t table_limit_ = 4096;   // of the field blocks that are read
  uint64_t lowest_limit_ = 4096;  // since the last of them
  bool push_enabled_ = true;
  bool connect_protocol_ = false;
  bool no_rfc7540_priorities_ = false;

  // Our frames.
  std::string output_;
  bool own_preface_read_ = false;
  bool any_frame_ = false;
  uint64_t frames_ = 0;
  Block block_;
  reference::HpackDecoder decoder_;
  uint32_t last_own_;  // the highest stream that we opened
  uint32_t goaway_last_ = 0x7fffffff;
  bool ended_by_error_ = false;
  std::deque<reference::Settings> own_settings_;  // in flight
  uint64_t own_initial_window_ = 65535;

  std::deque<std::string> pings_;  // of the peer's that wait for an answer
  std::map<uint32_t, Stream> streams_;
  Stream connection_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_OUTPUT_RULES_H_
