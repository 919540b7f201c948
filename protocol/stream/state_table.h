#ifndef HEADRACE_PROTOCOL_STREAM_STATE_TABLE_H_
#define HEADRACE_PROTOCOL_STREAM_STATE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "headrace/protocol/event/error_code.h"

namespace headrace {

// RFC 9113 §5.1, written down once: what a frame does to a stream in each state. Nothing else moves
// a stream. HPACK decoding and the connection's window are accounted for before the look-up, so no
// cell can forget them.

// "Closed" is told apart by how it closed, because what a late frame means depends on it.
enum class StreamState : uint8_t {
  kIdle,
  kReservedLocal,
  kReservedRemote,
  kOpen,
  kHalfClosedLocal,
  kHalfClosedRemote,
  kClosedEnded,          // both sides sent END_STREAM
  kClosedResetSent,      // we sent RST_STREAM; the peer may not know yet
  kClosedResetReceived,  // the peer sent RST_STREAM
  kClosedSkipped,        // never used, and a higher id of the same side has been (§5.1.1)
};
inline constexpr int kStreamStates = 10;

enum class StreamInput : uint8_t {
  kHeaders,
  kData,
  kEndStream,    // the flag, after the frame that carries it was accepted
  kPushPromise,  // a PUSH_PROMISE sent on this stream
  kPromised,     // a PUSH_PROMISE that reserves this stream
  kRstStream,
  kWindowUpdate,
};
inline constexpr int kStreamInputs = 7;

constexpr bool is_closed(StreamState state) { return state >= StreamState::kClosedEnded; }

struct Transition {
  enum class Kind : uint8_t {
    kAccept,           // the stream is in `next` now
    kDiscard,          // no effect on the stream, no answer
    kStreamError,      // RST_STREAM with `error`
    kConnectionError,  // GOAWAY with `error`
  };
  Kind kind;
  StreamState next;  // kAccept only
  ErrorCode error;   // errors only

  constexpr bool accepted() const { return kind == Kind::kAccept; }
  friend bool operator==(const Transition&, const Transition&) = default;
};

namespace state_table {

using enum StreamState;

consteval Transition to(StreamState next) {
  return {Transition::Kind::kAccept, next, ErrorCode::kNoError};
}
consteval Transition discard() { return {Transition::Kind::kDiscard, kIdle, ErrorCode::kNoError}; }
consteval Transition stream_error(ErrorCode error) {
  return {Transition::Kind::kStreamError, kIdle, error};
}
consteval Transition connection_error(ErrorCode error) {
  return {Transition::Kind::kConnectionError, kIdle, error};
}

inline constexpr Transition kDiscarded = discard();
inline constexpr Transition kLate = stream_error(ErrorCode::kStreamClosed);          // §5.1
inline constexpr Transition kAfterEnd = connection_error(ErrorCode::kStreamClosed);  // §5.1
inline constexpr Transition kWrong = connection_error(ErrorCode::kProtocolError);  // §5.1, §5.1.1

// Received frames. A row a state, a column an input; kEndStream, kPushPromise and kPromised of the
// peer's, that is.
//
// On a closed stream WINDOW_UPDATE and RST_STREAM are late, not wrong. DATA and HEADERS after both
// END_STREAMs are the peer's fault beyond doubt (connection error); after our RST_STREAM they were
// in flight (discarded); after the peer's own RST_STREAM they cost the stream. A PUSH_PROMISE on a
// stream that we reset was in flight too: it still reserves the promised stream (§6.6).
// clang-format off
inline constexpr std::array<std::array<Transition, kStreamInputs>, kStreamStates> kReceive = {{
  //                        HEADERS               DATA                  END_STREAM              PUSH_PROMISE          promised              RST_STREAM                WINDOW_UPDATE
  /* idle */              {{to(kOpen),            kWrong,               kWrong,                 kWrong,               to(kReservedRemote),  kWrong,                   kWrong}},
  /* reserved (local) */  {{kWrong,               kWrong,               kWrong,                 kWrong,               kWrong,               to(kClosedResetReceived), to(kReservedLocal)}},
  /* reserved (remote) */ {{to(kHalfClosedLocal), kWrong,               kWrong,                 kWrong,               kWrong,               to(kClosedResetReceived), kWrong}},
  /* open */              {{to(kOpen),            to(kOpen),            to(kHalfClosedRemote),  to(kOpen),            kWrong,               to(kClosedResetReceived), to(kOpen)}},
  /* half-closed local */ {{to(kHalfClosedLocal), to(kHalfClosedLocal), to(kClosedEnded),       to(kHalfClosedLocal), kWrong,               to(kClosedResetReceived), to(kHalfClosedLocal)}},
  /* half-closed remote */{{kLate,                kLate,                kWrong,                 kWrong,               kWrong,               to(kClosedResetReceived), to(kHalfClosedRemote)}},
  /* closed, ended */     {{kAfterEnd,            kAfterEnd,            kWrong,                 kWrong,               kWrong,               kDiscarded,               kDiscarded}},
  /* closed, reset sent */{{kDiscarded,           kDiscarded,           kDiscarded,             to(kClosedResetSent), kWrong,               kDiscarded,               kDiscarded}},
  /* closed, reset rcvd */{{kLate,                kLate,                kWrong,                 kWrong,               kWrong,               kDiscarded,               kDiscarded}},
  /* closed, skipped */   {{kWrong,               kWrong,               kWrong,                 kWrong,               kWrong,               kDiscarded,               kDiscarded}},
}};
// clang-format on

// The same stream seen from the other side.
constexpr StreamState mirror(StreamState state) {
  switch (state) {
    case kReservedLocal:
      return kReservedRemote;
    case kReservedRemote:
      return kReservedLocal;
    case kHalfClosedLocal:
      return kHalfClosedRemote;
    case kHalfClosedRemote:
      return kHalfClosedLocal;
    case kClosedResetSent:
      return kClosedResetReceived;
    case kClosedResetReceived:
      return kClosedResetSent;
    default:
      return state;
  }
}

}  // namespace state_table

// What a received frame does.
constexpr Transition on_receive(StreamState state, StreamInput input) {
  return state_table::kReceive[static_cast<size_t>(state)][static_cast<size_t>(input)];
}

// What a frame of ours does: the same table from the peer's side. All but kAccept means that it may
// not be sent.
constexpr Transition on_send(StreamState state, StreamInput input) {
  // §5.1: nothing but PRIORITY is sent on a closed stream. What a peer lets pass there was in
  // flight.
  if (is_closed(state)) return state_table::kAfterEnd;
  Transition seen_by_peer = on_receive(state_table::mirror(state), input);
  if (seen_by_peer.accepted()) seen_by_peer.next = state_table::mirror(seen_by_peer.next);
  return seen_by_peer;
}

// For messages: "half-closed (remote)".
const char* to_string(StreamState state);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_STATE_TABLE_H_
