#ifndef HEADRACE_FUZZ_CONVERSATION_OUTPUT_RULES_H_
#define HEADRACE_FUZZ_CONVERSATION_OUTPUT_RULES_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::fuzz {

// The octets that every body is made of, so that the reader knows what must come.
inline uint8_t body_octet(uint32_t stream_id, uint64_t offset) {
  return static_cast<uint8_t>(stream_id * 31 + offset * 7 + offset / 256);
}

// What a strict client sees of a conversation: reads both directions with the reference codecs and
// stops the program when what we send breaks RFC 9113.
class OutputRules {
 public:
  // The client sent this; to be told before the connection is.
  void sent_by_client(std::string_view bytes);
  // The connection sent this.
  void received(std::string_view bytes);

  // Everything that came in was answered and everything that could go out has gone.
  void require_all_answered() const;
  // No stream is open: less than half of `connection_window` waits to be given back.
  void require_connection_credit(uint32_t connection_window) const;
  // The application consumes what comes on this open stream: the client is never starved.
  void require_stream_credit(uint32_t stream_id) const;
  // The octets of a frame that is not complete.
  size_t unread() const { return output_.size(); }

 private:
  struct Stream {
    bool final_head = false;
    bool ended = false;
    bool reset = false;
    uint64_t body = 0;     // octets of DATA that we sent
    uint64_t granted = 0;  // by the client's WINDOW_UPDATE
    uint64_t received = 0;
    uint64_t credited = 0;
  };
  struct Block {
    uint32_t stream_id = 0;  // 0: none is open
    bool end_stream = false;
    std::string octets;
  };

  void apply_own_settings();
  void on_client_frame(const reference::Frame& frame);
  void on_frame(const reference::Frame& frame);
  void on_data(const reference::Frame& frame);
  void on_block_fragment(const reference::Frame& frame, const std::string& fragment);
  void on_field_block();
  void on_settings(const reference::Frame& frame);
  void on_goaway(const reference::Frame& frame);
  void on_window_update(const reference::Frame& frame);

  std::string input_;
  bool preface_read_ = false;
  std::string output_;
  bool any_frame_ = false;

  // The client's settings: those in flight, and those that we acknowledged.
  std::deque<reference::Settings> client_settings_;
  uint64_t initial_window_ = 65535;
  uint64_t max_frame_size_ = 16384;
  uint64_t table_limit_ = 4096;
  // Ours.
  std::deque<reference::Settings> own_settings_;
  uint32_t acknowledgements_ = 0;  // of settings that were not seen yet
  uint64_t own_initial_window_ = 65535;

  std::deque<std::string> pings_;  // that wait for an answer
  std::map<uint32_t, Stream> streams_;
  Stream connection_;
  uint32_t highest_stream_ = 0;  // that the client used
  Block block_;
  reference::HpackDecoder decoder_;
  uint32_t goaway_last_ = 0x7fffffff;
  bool ended_by_error_ = false;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_OUTPUT_RULES_H_
