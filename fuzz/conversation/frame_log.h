#ifndef HEADRACE_FUZZ_CONVERSATION_FRAME_LOG_H_
#define HEADRACE_FUZZ_CONVERSATION_FRAME_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <gsl/span>
#include <span>
#include <string>

#include "fuzz/story.h"
#include "headrace/protocol/interface/frame_observer.h"
#include "tests/transcript/frame_text.h"

namespace headrace::fuzz {

// In which order a connection took the peer's frames and queued its own: what it could know when it
// wrote a frame. Output is read later than it is queued, so the bytes alone do not say.
class FrameLog : public FrameObserver {
 public:
  struct Sent {
    FrameHeader header;
    uint64_t received;  // frames of the peer's that had come in by then
  };

  void on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) override {
    if (is_told()) tell_of('<', header, payload);
    received_.push_back(header);
    ++received_count_;
  }
  void on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) override {
    if (is_told()) tell_of('>', header, payload);
    sent_.push_back({header, received_count_});
    ++sent_count_;
  }

  uint64_t received_count() const { return received_count_; }
  uint64_t sent_count() const { return sent_count_; }
  // Those that have not been looked at, the oldest first.
  std::deque<FrameHeader>& received() { return received_; }
  std::deque<Sent>& sent() { return sent_; }

 private:
  static void tell_of(char kind, const FrameHeader& header, gsl::span<const uint8_t> payload) {
    reference::Frame frame;
    frame.type = static_cast<uint8_t>(header.type);
    frame.flags = header.flags;
    frame.stream_id = header.stream_id;
    frame.payload.assign(payload.begin(), payload.end());
    tell(kind, transcript::format_item(transcript::describe_frame(frame)));
  }

  std::deque<FrameHeader> received_;
  std::deque<Sent> sent_;
  uint64_t received_count_ = 0;
  uint64_t sent_count_ = 0;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_FRAME_LOG_H_
