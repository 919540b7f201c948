#ifndef HEADRACE_PROTOCOL_STREAM_STATE_TABLE_H_
#define HEADRACE_PROTOCOL_STREAM_STATE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "headrace/protocol/event/error_code.h"

namespace headrace {

// The stream states of RFC 9113 §5.1: the effect of each frame in each state, in one table. The
// state of a stream changes only by this table. HPACK decoding and the connection's window come
// before the look-up, so that they apply in all states.

// The closed state is divided by the cause of closing, because the meaning of a late frame depends
// on it.
enum class StreamState : uint8_t {
  kIdle,
  kReservedLocal,
  kReservedRemote,
  kOpen,
  kHalfClosedLocal,
  kHalfClosedRemote,
  kClosedEnded,          // both sides sent END_STREAM
  kClosedResetSent,      // we sent RST_STREAM, which the peer may not have received yet
  kClosedResetReceived,  // the peer sent RST_STREAM
  kClosedUnused,         // never used, but a higher id of the same side was (§5.1.1)
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
// §5.1: whether DATA may come.
constexpr bool is_receiving(StreamState state) {
  return state == StreamState::kOpen || state == StreamState::kHalfClosedLocal;
}

struct Transition {
  enum class Kind : uint8_t {
    kAccept,           // the new state is `next`
    kDiscard,          // no effect and no answer
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

// Received frames: a row for each state, a column for each input. kEndStream, kPushPromise and
// kPromised are those of the peer.
//
// On a closed stream, WINDOW_UPDATE and RST_STREAM may be late, so they are discarded. DATA and
// HEADERS after END_STREAM of both sides are certainly errors of the peer (connection error). After
// our RST_STREAM they were in flight (discarded); after the peer's own RST_STREAM they are a stream
// error. A PUSH_PROMISE on a stream that we reset was in flight, too, and still reserves the
// promised stream (§6.6).
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
  /* closed, unused */    {{kWrong,               kWrong,               kWrong,                 kWrong,               kWrong,               kDiscarded,               kDiscarded}},
}};
// clang-format on

// The state of the same stream at the other endpoint.
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

// The effect of a received frame.
constexpr Transition on_receive(StreamState state, StreamInput input) {
  return state_table::kReceive[static_cast<size_t>(state)][static_cast<size_t>(input)];
}

// The effect of a frame of ours, by the same table from the peer's side. It must not be sent unless
// the result is kAccept.
constexpr Transition on_send(StreamState state, StreamInput input) {
  // §5.1: only PRIORITY may be sent on a closed stream. The peer tolerates other frames only
  // because they may have been in flight.
  if (is_closed(state)) return state_table::kAfterEnd;
  Transition seen_by_peer = on_receive(state_table::mirror(state), input);
  if (seen_by_peer.accepted()) seen_by_peer.next = state_table::mirror(seen_by_peer.next);
  return seen_by_peer;
}

// A name for messages: "half-closed (remote)". Static storage.
const char* to_string(StreamState state);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_STATE_TABLE_H_
