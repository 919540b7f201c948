// Walks every cell of the stream state table, received and sent. What is expected is written down
// here a second time, from the text of RFC 9113 §5.1 (states), §5.1.1 (identifiers), §6.4 and §6.6,
// not from the table. Where the RFC leaves a choice the row says which was taken, and why.

#include "headrace/protocol/stream/state_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace headrace {
namespace {

using enum StreamState;
using enum StreamInput;

// What a cell says, in words: a state, "ignored", "stream CODE", "connection CODE".
std::string describe(const Transition& transition) {
  switch (transition.kind) {
    case Transition::Kind::kAccept:
      return to_string(transition.next);
    case Transition::Kind::kDiscard:
      return "ignored";
    case Transition::Kind::kStreamError:
      return std::string("stream ") + to_string(transition.error);
    case Transition::Kind::kConnectionError:
      return std::string("connection ") + to_string(transition.error);
  }
  return "?";
}

constexpr StreamInput kInputs[kStreamInputs] = {kHeaders,  kData,      kEndStream,   kPushPromise,
                                                kPromised, kRstStream, kWindowUpdate};

struct Row {
  StreamState state;
  const char* cells[kStreamInputs];  // in the order of kInputs
};

// A frame that is refused carries no flag that could be looked up: any error will do.
constexpr char kNever[] = "never";
constexpr char kProtocol[] = "connection PROTOCOL_ERROR";
constexpr char kClosedConnection[] = "connection STREAM_CLOSED";
constexpr char kClosedStream[] = "stream STREAM_CLOSED";
constexpr char kIgnored[] = "ignored";
constexpr char kResetReceived[] = "closed (reset received)";
constexpr char kResetSent[] = "closed (reset sent)";

const Row kReceived[] = {
    // "Receiving any frame other than HEADERS or PRIORITY on a stream in this state MUST be treated
    // as a connection error of type PROTOCOL_ERROR." A PUSH_PROMISE elsewhere reserves it.
    {kIdle, {"open", kProtocol, kNever, kProtocol, "reserved (remote)", kProtocol, kProtocol}},
    // "Receiving any type of frame other than RST_STREAM, PRIORITY, or WINDOW_UPDATE": connection
    // PROTOCOL_ERROR. §6.6: a promised stream that is not idle, the same.
    {kReservedLocal,
     {kProtocol, kProtocol, kNever, kProtocol, kProtocol, kResetReceived, "reserved (local)"}},
    // "Receiving any type of frame other than HEADERS, RST_STREAM, or PRIORITY": the same.
    {kReservedRemote,
     {"half-closed (local)", kProtocol, kNever, kProtocol, kProtocol, kResetReceived, kProtocol}},
    // "may be used by both peers to send frames of any type".
    {kOpen, {"open", "open", "half-closed (remote)", "open", kProtocol, kResetReceived, "open"}},
    // "An endpoint can receive any type of frame in this state." END_STREAM closes it.
    {kHalfClosedLocal,
     {"half-closed (local)", "half-closed (local)", "closed (ended)", "half-closed (local)",
      kProtocol, kResetReceived, "half-closed (local)"}},
    // "additional frames, other than WINDOW_UPDATE, PRIORITY, or RST_STREAM": stream STREAM_CLOSED.
    // §6.6 is stricter about PUSH_PROMISE.
    {kHalfClosedRemote,
     {kClosedStream, kClosedStream, kNever, kProtocol, kProtocol, kResetReceived,
      "half-closed (remote)"}},
    // "MAY treat receipt of any other type of frame on a closed stream as a connection error of
    // type
    // STREAM_CLOSED": taken where both ends said END_STREAM. WINDOW_UPDATE and RST_STREAM "might"
    // still come.
    {kClosedEnded,
     {kClosedConnection, kClosedConnection, kNever, kProtocol, kProtocol, kIgnored, kIgnored}},
    // "An endpoint that sends a RST_STREAM ... MUST minimally process and then discard any frames".
    // A PUSH_PROMISE still reserves its promised stream; this one stays as it is.
    {kClosedResetSent, {kIgnored, kIgnored, kIgnored, kResetSent, kProtocol, kIgnored, kIgnored}},
    // The peer itself reset it, and sends on: that costs the stream (§6.1: STREAM_CLOSED).
    {kClosedResetReceived,
     {kClosedStream, kClosedStream, kNever, kProtocol, kProtocol, kIgnored, kIgnored}},
    // §5.1.1: "An endpoint that receives an unexpected stream identifier": connection
    // PROTOCOL_ERROR. Late WINDOW_UPDATE and RST_STREAM do no harm.
    {kClosedUnused, {kProtocol, kProtocol, kNever, kProtocol, kProtocol, kIgnored, kIgnored}},
};

// For what we send there is one question: may it be, and what is the stream then.
constexpr char kNo[] = "may not be sent";

const Row kSent[] = {
    // "Sending a HEADERS frame as a client": open. "Sending a PUSH_PROMISE frame on another stream
    // reserves the idle stream". §6.4: RST_STREAM MUST NOT be sent for an idle stream.
    {kIdle, {"open", kNo, kNo, kNo, "reserved (local)", kNo, kNo}},
    // "MUST NOT send any type of frame other than HEADERS, RST_STREAM, or PRIORITY". HEADERS open
    // it
    // "in a half-closed (remote) state".
    {kReservedLocal, {"half-closed (remote)", kNo, kNo, kNo, kNo, kResetSent, kNo}},
    // "MUST NOT send any type of frame other than RST_STREAM, WINDOW_UPDATE, or PRIORITY".
    {kReservedRemote, {kNo, kNo, kNo, kNo, kNo, kResetSent, "reserved (remote)"}},
    {kOpen, {"open", "open", "half-closed (local)", "open", kNo, kResetSent, "open"}},
    // "cannot be used for sending frames other than WINDOW_UPDATE, PRIORITY, and RST_STREAM".
    {kHalfClosedLocal, {kNo, kNo, kNo, kNo, kNo, kResetSent, "half-closed (local)"}},
    // "can be used by the endpoint to send frames of any type". END_STREAM closes it.
    {kHalfClosedRemote,
     {"half-closed (remote)", "half-closed (remote)", "closed (ended)", "half-closed (remote)", kNo,
      kResetSent, "half-closed (remote)"}},
    // "An endpoint MUST NOT send frames other than PRIORITY on a closed stream."
    {kClosedEnded, {kNo, kNo, kNo, kNo, kNo, kNo, kNo}},
    {kClosedResetSent, {kNo, kNo, kNo, kNo, kNo, kNo, kNo}},
    {kClosedResetReceived, {kNo, kNo, kNo, kNo, kNo, kNo, kNo}},
    {kClosedUnused, {kNo, kNo, kNo, kNo, kNo, kNo, kNo}},
};

template <size_t kRows>
void expect_every_state_once(const Row (&rows)[kRows]) {
  std::set<StreamState> states;
  for (const Row& row : rows) states.insert(row.state);
  EXPECT_EQ(states.size(), static_cast<size_t>(kStreamStates));
  EXPECT_EQ(kRows, static_cast<size_t>(kStreamStates));
}

TEST(StateTable, ReceivesAsTheRfcSays) {
  expect_every_state_once(kReceived);
  for (const Row& row : kReceived) {
    for (int i = 0; i < kStreamInputs; ++i) {
      const Transition transition = on_receive(row.state, kInputs[i]);
      if (row.cells[i] == kNever) {
        EXPECT_FALSE(transition.accepted()) << to_string(row.state) << ", input " << i;
      } else {
        EXPECT_EQ(describe(transition), row.cells[i]) << to_string(row.state) << ", input " << i;
      }
    }
  }
}

TEST(StateTable, SendsAsTheRfcSays) {
  expect_every_state_once(kSent);
  for (const Row& row : kSent) {
    for (int i = 0; i < kStreamInputs; ++i) {
      const Transition transition = on_send(row.state, kInputs[i]);
      EXPECT_EQ(transition.accepted() ? describe(transition) : kNo, row.cells[i])
          << to_string(row.state) << ", input " << i;
    }
  }
}

// §5.1: "closed" is the terminal state, by whatever frame.
TEST(StateTable, NothingLeavesClosed) {
  for (const Row& row : kReceived) {
    for (const StreamInput input : kInputs) {
      if (!is_closed(row.state)) continue;
      const Transition transition = on_receive(row.state, input);
      EXPECT_TRUE(!transition.accepted() || transition.next == row.state) << to_string(row.state);
    }
  }
}

// The figure of §5.1, walked as a request and its response walk it on the server.
TEST(StateTable, CarriesARequestAndItsResponse) {
  StreamState state = kIdle;
  for (const StreamInput input : {kHeaders, kData, kEndStream}) {
    const Transition transition = on_receive(state, input);
    ASSERT_TRUE(transition.accepted());
    state = transition.next;
  }
  EXPECT_EQ(state, kHalfClosedRemote);
  for (const StreamInput input : {kHeaders, kData, kHeaders, kEndStream}) {
    const Transition transition = on_send(state, input);
    ASSERT_TRUE(transition.accepted());
    state = transition.next;
  }
  EXPECT_EQ(state, kClosedEnded);
}

}  // namespace
}  // namespace headrace
