#ifndef HEADRACE_WEBSOCKET_READER_H_
#define HEADRACE_WEBSOCKET_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"
#include "headrace/websocket/event.h"
#include "headrace/websocket/frame.h"
#include "headrace/websocket/utf8.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// Bounds on what a peer may send. A frame says its size in front, so one that is too big is refused
// before its payload is there. They cost no memory: messages are told in pieces. They are for
// applications that put these together again.
struct Limits {
  uint64_t message_size = 1024 * 1024;  // octets of a message's frames together; 1009 above
  uint64_t frame_size = 1024 * 1024;    // octets of one frame's payload; 1009 above
};

// The octets of a peer as events. An Endpoint has one.
class Reader {
 public:
  // `masked`: whether the peer masks, as clients do.
  Reader(bool masked, const Limits& limits) : masked_(masked), limits_(limits) {}

  // Consumes octets of `octets` up to the next event. Nothing if all are consumed and more are
  // needed. An event refers to the octets, to `room` (which must not be empty; what was masked is
  // unmasked there), or to the reader, and is valid until any of the three changes.
  std::optional<Event> next(ByteView* octets, std::span<uint8_t> room);

  // Whether a Close or a Failure was told: all octets are consumed, and no more events follow.
  bool is_done() const { return done_; }

 private:
  std::optional<Failure> check(const FrameHeader& header) const;
  std::optional<Failure> check_size(const FrameHeader& header) const;
  void begin_frame();
  std::optional<Event> take_control(ByteView* octets);
  std::optional<Event> take_piece(ByteView* octets, std::span<uint8_t> room);
  Event end_of_close(ByteView payload);
  void check_text(ByteView* piece, bool* ends);
  Event fail(const Failure& failure);

  const bool masked_;
  bool done_ = false;
  bool begins_ = false;  // no piece of the message was told
  bool text_is_wrong_ = false;
  const Limits limits_;
  FrameHeaderReader header_reader_;
  std::optional<FrameHeader> frame_;  // the frame whose payload is being received
  uint64_t position_ = 0;             // in its payload
  std::optional<MessageKind> message_;
  uint64_t message_size_ = 0;  // of its frames so far, with all of the one being received
  Utf8Checker text_;           // of the message; complete between two
  std::array<uint8_t, kMaxControlPayload> control_{};
};

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_READER_H_
