#ifndef HEADRACE_WEBSOCKET_ENDPOINT_H_
#define HEADRACE_WEBSOCKET_ENDPOINT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"
#include "headrace/memory/recycler.h"
#include "headrace/websocket/event.h"
#include "headrace/websocket/reader.h"
#include "headrace/websocket/utf8.h"
#include "headrace/websocket/writer.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

class Endpoint;

// The reason why nothing was sent. A command that is refused has no effect.
enum class SendError : uint8_t {
  kNone,
  kClosed,       // a Close frame was queued or received, or the input has ended (no mistake)
  kWrongState,   // a message of the other kind has not ended
  kInvalidText,  // the text, or reason, is not UTF-8 (RFC 6455 §8.1)
  kInvalidCode,  // a code that no Close frame may have (RFC 6455 §7.4)
  kTooLarge,     // a Ping, a Pong of more than 125 octets, a reason of more than 123 (§5.5)
};

const char* to_string(SendError error);

struct [[nodiscard]] SendResult {
  SendError error = SendError::kNone;

  bool ok() const { return error == SendError::kNone; }
};

// The events of one input, made one at a time while a range-for iterates over them. An event and
// what it refers to are valid until the next step; sanitized and hardened builds stop a program
// that uses them later. What was masked is unmasked in the range itself, so that an endpoint holds
// no buffer for it. The loop's body may use or destroy the endpoint.
class EventRange {
 public:
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = Event;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(EventRange* range) : range_(range) {}
    const Event& operator*() const { return *range_->event_; }
    const Event* operator->() const { return range_->event_.get(); }
    Iterator& operator++() {
      range_->advance();
      return *this;
    }
    void operator++(int) { range_->advance(); }
    bool operator==(std::default_sentinel_t) const { return range_->event_ == nullptr; }

   private:
    EventRange* range_;
  };

  // Input that is left is copied, and read first by the next receive().
  ~EventRange() { finish(); }
  EventRange(const EventRange&) = delete;
  EventRange& operator=(const EventRange&) = delete;

  // Makes the first event. To be called once.
  Iterator begin() & HEADRACE_LIFETIME_BOUND {
    advance();
    return Iterator(this);
  }
  std::default_sentinel_t end() const { return std::default_sentinel; }

 private:
  friend class Endpoint;
  EventRange(Endpoint* endpoint, ByteView octets);

  void advance();
  std::optional<Event> read();
  void finish();

  Endpoint* endpoint_;              // null after the end
  std::vector<uint8_t> held_back_;  // by the range before
  ByteView octets_;                 // of held_back_, if there are any
  ByteView behind_;                 // the input, as long as octets_ are others
  Recycled<Event> event_;
  std::array<uint8_t, 4096> room_;  // what one piece is unmasked into
};

// One end of a WebSocket (RFC 6455) without I/O, over any tunnel of octets: octets go in, events
// and octets come out. It begins behind the opening handshake (ClientHandshake, ServerHandshake).
// Pings are answered, and so is a Close frame; frames are masked and unmasked; all rules of the RFC
// are checked, and the first that is broken ends the WebSocket. There are no extensions
// (permessage-deflate).
//
//   for (const websocket::Event& event : endpoint.receive(data.bytes)) { ... }
//   if (data.end_stream) endpoint.end_of_input();
//   ...
//   if (endpoint.wants_output()) {    // behind commands, receive(), and StreamWritable
//     auto result = connection.send_data(id, endpoint.pending_output(), endpoint.output_ends());
//     if (result.ok()) endpoint.sent(result.accepted);
//   }
//
// In the steady state it allocates nothing: there is one event object, and its buffer for output
// grows to the most that ever waited there. What a peer makes it hold, beside, is a control frame
// in each direction. Used by one thread at a time.
class Endpoint {
 public:
  // The server's end.
  explicit Endpoint(const Limits& limits = Limits());
  // The client's end, whose frames are masked. `masks` must outlive it.
  explicit Endpoint(MaskSource& masks, const Limits& limits = Limits());
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // --- Input.

  // The tunnel delivered `octets`, which must outlive the range. A new range ends the one before
  // it.
  [[nodiscard]] EventRange receive(ByteView octets HEADRACE_LIFETIME_BOUND) HEADRACE_LIFETIME_BOUND;
  // A container passed by value would be destroyed before the first event is made.
  template <TemporaryOwner T>
  EventRange receive(T&& dies_before_it_is_read) = delete;
  // The tunnel delivers no more: its stream was ended or reset. is_clean() and close_code() say how
  // the WebSocket ended; the output ends behind what is queued.
  void end_of_input();

  // --- Commands. Octets are copied.

  // Sends a message, or a piece of one: it ends with the first call for which `ends` is true. Each
  // call is a frame. Pieces of a text may end within a character.
  SendResult send(MessageKind kind, ByteView octets, bool ends = true);
  SendResult send_text(std::string_view text, bool ends = true) {
    return send(MessageKind::kText, text, ends);
  }
  SendResult send_binary(ByteView octets, bool ends = true) {
    return send(MessageKind::kBinary, octets, ends);
  }
  // Sends a Ping (RFC 6455 §5.5.2) with at most 125 octets, which Pong returns.
  SendResult ping(ByteView payload = {});
  // Sends a Pong that nobody asked for (RFC 6455 §5.5.3). (Pings are answered without it.)
  SendResult pong(ByteView payload = {});
  // Begins the closing handshake (RFC 6455 §7.1.2): nothing can be sent behind it, and what still
  // comes is told, up to Close. kNoStatus sends no code. A message that has not ended is cut off.
  // There is no deadline: if the answer does not come, the application resets the stream.
  SendResult close(CloseCode code = CloseCode::kNormal, std::string_view reason = {});

  // --- Output.

  // The octets to be sent, valid until the next call of another function; those that were not
  // sent() come again. How many may wait is the application's to decide: it stops to give credit,
  // or to send.
  std::span<const uint8_t> pending_output() const HEADRACE_LIFETIME_BOUND;
  // The tunnel took the first `size` of them.
  void sent(size_t size);
  // Whether there is anything to send: octets, or the end.
  bool wants_output() const;
  // Whether the tunnel ends behind pending_output(). A server ends it when both have closed, a
  // client when the server has ended it (RFC 6455 §7.1.1); both when the peer has broken a rule.
  bool output_ends() const;

  // --- State.

  // Whether send(), ping(), pong() and close() are possible.
  bool is_open() const { return !close_queued_ && !close_received_ && !input_ended_; }
  // RFC 6455 §7.1.5: the code of the peer's Close frame; kNoStatus if it had none, kAbnormal if
  // there was none (yet).
  CloseCode close_code() const { return close_code_; }
  // RFC 6455 §7.1.4: whether both have closed, so that nothing was lost.
  bool is_clean() const { return close_queued_ && close_received_; }

  // The capacity of its buffers in octets.
  size_t memory() const { return writer_.memory() + held_back_.capacity(); }
  // Frees what is not in use, behind a large message, say.
  void trim();

 private:
  friend class EventRange;
  struct ControlPayload {
    std::array<uint8_t, kMaxControlPayload> octets;
    uint8_t size;
  };

  Endpoint(MaskSource* masks, const Limits& limits);

  void follow(const Event& event);
  void answer_ping();
  SendResult send_control(Opcode opcode, ByteView payload);
  void queue_close(CloseCode code, std::string_view reason);

  const bool is_client_;
  Reader reader_;
  Writer writer_;
  Recycler<Event> events_{Allocation::kReuse};  // behind reader_, to which an event refers
  EventRange* range_ = nullptr;                 // the live one
  std::vector<uint8_t> held_back_;              // input that the last range has left

  std::optional<MessageKind> sending_;  // the message that has not ended
  Utf8Checker sending_text_;

  std::optional<ControlPayload> ping_;  // the last one that was not answered
  uint64_t pong_end_ = 0;               // of the last Pong, in Writer::total_sent()

  CloseCode close_code_ = CloseCode::kAbnormal;
  bool close_queued_ = false;
  bool close_received_ = false;
  bool failed_ = false;
  bool input_ended_ = false;
  bool output_ended_ = false;
};

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_ENDPOINT_H_
