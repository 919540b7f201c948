#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "headrace/field/owned_fields.h"
#include "headrace/headrace.h"
#include "headrace/protocol/frame/frame_writer.h"
#include "headrace/protocol/interface/padding_policy.h"
#include "headrace/protocol/stream/priority_scheduler.h"
#include "headrace/protocol/stream/scheduler.h"
#include "headrace/websocket.h"
#include "tests/connection/connection_fixture.h"

// What a caller's mistake says before the program stops: docs/contracts.md, row by row.
namespace headrace {
namespace {

using testing::drain;
using testing::kNow;
using testing::octets;

using CallersMistakeDeathTest = testing::ConnectionFixture;

INSTANTIATE_TEST_SUITE_P(Modes, CallersMistakeDeathTest, ::testing::Values(Allocation::kReuse),
                         testing::mode_name);

// Output of `size` octets at least is waiting.
size_t unsent(Connection& connection) {
  size_t size = 0;
  for (const ConstBuffer& buffer : connection.pending_output()) size += buffer.size;
  return size;
}

// --- Output

TEST_P(CallersMistakeDeathTest, MoreIsSentThanWasShown) {
  auto connection = connected(options());
  ASSERT_TRUE(connection->ping(1).ok());
  ASSERT_EQ(unsent(*connection), 17u);
  EXPECT_DEATH(connection->sent(18),
               "^headrace: Connection::sent\\(\\): no more than pending_output\\(\\) gave and was "
               "not sent yet; size=18 unsent=17 \\(docs/contracts.md\\)\n$");
}

TEST_P(CallersMistakeDeathTest, WhatAFailedWriteReturnsIsTakenForASize) {
  auto connection = connected(options());
  EXPECT_DEATH(connection->sent(static_cast<size_t>(-1)),
               "^headrace: Connection::sent\\(\\): .*; size=18446744073709551615 \\(-1\\) "
               "unsent=0 \\(docs/contracts.md\\)\n$");
}

TEST_P(CallersMistakeDeathTest, OutputIsReleasedWithoutTheOption) {
  auto connection = connected(options());
  EXPECT_DEATH(connection->released(1),
               "^headrace: Connection::released\\(\\): only with Options::explicit_release; "
               "size=1 \\(docs/contracts.md\\)\n$");
}

TEST_P(CallersMistakeDeathTest, MoreIsReleasedThanWasSent) {
  Options zero_copy = options();
  zero_copy.explicit_release = true;
  auto connection = connected(zero_copy);
  EXPECT_DEATH(connection->released(100),
               "^headrace: Connection::released\\(\\): no more than was sent\\(\\) and not "
               "released yet; size=100 unreleased=[0-9]+ \\(docs/contracts.md\\)\n$");
}

// --- Options

TEST_P(CallersMistakeDeathTest, OptionsAreNotLegal) {
  Options even = options();
  even.first_stream_id = 4;
  EXPECT_DEATH(Connection(Role::kClient, even, kNow),
               "^headrace: Connection::Connection\\(\\): .*; .* \\(docs/contracts.md\\)\n$");
  Options small = options();
  small.settings = {{SettingId::kMaxFrameSize, 10}};
  EXPECT_DEATH(Connection(Role::kServer, small, kNow),
               "^headrace: Connection::Connection\\(\\): .*; rule=.* \\(docs/contracts.md\\)\n$");
  EXPECT_DEATH(Connection(std::shared_ptr<const Options>(), Role::kServer, kNow),
               "^headrace: Connection::Connection\\(\\): the options are not null "
               "\\(docs/contracts.md\\)\n$");
}

// --- Input

TEST_P(CallersMistakeDeathTest, WhatAFailedReadReturnsIsTakenForASize) {
  auto connection = connected(options());
  const char buffer[16] = {};
  EXPECT_DEATH(static_cast<void>(connection->receive({buffer, static_cast<size_t>(-1)}, kNow)),
               "^headrace: ByteView::ByteView\\(\\): a size that memory can have; "
               "size=18446744073709551615 \\(-1\\) \\(docs/contracts.md\\)\n$");
}

TEST_P(CallersMistakeDeathTest, ANullPointerIsSentWithASize) {
  auto connection = connected(options(), 1);
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::stream()).ok());
  EXPECT_DEATH(
      static_cast<void>(connection->send_data(1, {static_cast<const char*>(nullptr), 5}, true)),
      "^headrace: ByteView::ByteView\\(\\): a null pointer has no octets; size=5 "
      "\\(docs/contracts.md\\)\n$");
}

TEST_P(CallersMistakeDeathTest, ARangeIsWalkedOverTwice) {
  auto connection = connected(options());
  auto range = connection->advance(kNow);
  for (EventPtr event : range) static_cast<void>(event);
  EXPECT_DEATH(
      static_cast<void>(range.begin()),
      "^headrace: EventRange::begin\\(\\): a range is walked over once \\(docs/contracts.md\\)\n$");
}

// --- What the connection calls

// Writes nothing and says that it wrote `says`.
struct Liar : BodySource {
  Filled fill(std::span<uint8_t> room) override { return {room.size() + 1}; }
};

TEST_P(CallersMistakeDeathTest, ASourceWritesMoreThanItsRoom) {
  auto connection = connected(options(), 1);
  Liar liar;
  ASSERT_TRUE(
      connection
          ->submit_response(
              1,
              {{":status", "200"}, {"content-length", "1000000"}, {"content-type", "text/plain"}},
              Body::source(&liar))
          .ok());
  EXPECT_DEATH(static_cast<void>(connection->pending_output()),
               "^headrace: BodySource::fill\\(\\): no more octets than its room has; "
               "size=[0-9]+ room=[0-9]+ \\(docs/contracts.md\\)\n$");
}

TEST_P(CallersMistakeDeathTest, ASourceThatIsReadAheadWritesMoreThanItsRoom) {
  auto connection = connected(options(), 1);
  Liar liar;  // the head depends on how much there is
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::source(&liar)).ok());
  EXPECT_DEATH(static_cast<void>(connection->pending_output()),
               "^headrace: BodySource::fill\\(\\): no more octets than its room has; "
               "size=[0-9]+ room=[0-9]+ \\(docs/contracts.md\\)\n$");
}

struct TooMuchPadding : PaddingPolicy {
  size_t padding(const FrameHeader&, size_t room) override { return room + 1; }
};

// Its room is what the padding leaves of the frame.
TEST_P(CallersMistakeDeathTest, ASourceWritesWhereThePaddingGoes) {
  struct NoPadding : PaddingPolicy {
    size_t padding(const FrameHeader&, size_t) override { return 0; }
  } none;
  Options padded = options();
  padded.padding = &none;
  auto connection = connected(padded, 1);
  Liar liar;
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::source(&liar)).ok());
  EXPECT_DEATH(static_cast<void>(connection->pending_output()),
               "^headrace: BodySource::fill\\(\\): no more octets than its room has;");
}

TEST_P(CallersMistakeDeathTest, APolicyPadsMoreThanItsRoom) {
  TooMuchPadding policy;
  Options padded = options();
  padded.padding = &policy;
  auto connection = connected(padded, 1);
  EXPECT_DEATH(
      static_cast<void>(
          connection->submit_response(1, {{":status", "200"}}, Body::owned(std::string(500, 'x')))
              .ok() &&
          !connection->pending_output().empty()),
      "^headrace: PaddingPolicy::padding\\(\\): no more than its room; padding=[0-9]+ "
      "room=[0-9]+ \\(docs/contracts.md\\)\n$");
}

// Names nobody, or a stream that is not there.
struct LostScheduler : Scheduler {
  void add(ScheduledStream* stream) override { added = stream; }
  void remove(ScheduledStream*) override {}
  ScheduledStream* next() const override { return keeps ? added : nullptr; }
  void took_turn(ScheduledStream*) override {}
  ScheduledStream* added = nullptr;
  bool keeps = false;
};

TEST_P(CallersMistakeDeathTest, ASchedulerForgetsItsStreams) {
  LostScheduler scheduler;
  Options custom = options();
  custom.custom_scheduler = &scheduler;
  auto connection = connected(custom, 1);
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::owned("x")).ok());
  EXPECT_DEATH(static_cast<void>(connection->pending_output()),
               "^headrace: Scheduler::next\\(\\): one of the streams that were added and not "
               "removed since; stream_id=0 streams=1 \\(docs/contracts.md\\)\n$");
}

TEST_P(CallersMistakeDeathTest, ASchedulerNamesAStreamThatWasRemoved) {
  LostScheduler scheduler;
  Options custom = options();
  custom.custom_scheduler = &scheduler;
  // No stream's window lets an octet through: each is removed when its turn has come.
  auto connection = connected(custom, 2, {{reference::INITIAL_WINDOW_SIZE, 1}});
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::owned("xx")).ok());
  scheduler.keeps = true;
  drain(connection.get());
  ScheduledStream* const blocked = scheduler.added;
  ASSERT_TRUE(connection->submit_response(3, {{":status", "200"}}, Body::owned("xx")).ok());
  scheduler.added = blocked;
  EXPECT_DEATH(static_cast<void>(connection->pending_output()),
               "^headrace: Scheduler::next\\(\\): one of the streams that were added and not "
               "removed since; stream_id=1 streams=1 \\(docs/contracts.md\\)\n$");
}

TEST(CallersMistakeDeathTest2, AnUrgencyIsOutOfRange) {
  PriorityScheduler scheduler;
  ScheduledStream stream;
  stream.id = 5;
  stream.priority.urgency = 8;
  EXPECT_DEATH(scheduler.add(&stream),
               "^headrace: PriorityScheduler::add\\(\\): urgency is 0 to 7 \\(RFC 9218 §4.1\\); "
               "urgency=8 stream_id=5 \\(docs/contracts.md\\)\n$");
}

TEST(CallersMistakeDeathTest2, ABodyHasNoSource) {
  EXPECT_DEATH(static_cast<void>(Body::source(static_cast<BodySource*>(nullptr))),
               "^headrace: Body::source\\(\\): the source is not null \\(docs/contracts.md\\)\n$");
}

// --- Lists

TEST(CallersMistakeDeathTest2, AnIndexIsBehindTheEnd) {
  const OwnedFields owned = {{"name", "value"}};
  EXPECT_DEATH(static_cast<void>(owned[1]),
               "^headrace: OwnedFields::operator\\[\\]: the index is below size\\(\\); index=1 "
               "size=1 \\(docs/contracts.md\\)\n$");
  const FieldsView view = owned;
  EXPECT_DEATH(static_cast<void>(view[2]),
               "^headrace: FieldsView::operator\\[\\]: the index is below size\\(\\); index=2 "
               "size=1 \\(docs/contracts.md\\)\n$");
  const FieldSection section;
  EXPECT_DEATH(static_cast<void>(section[0]),
               "^headrace: FieldSection::operator\\[\\]: the index is below size\\(\\); index=0 "
               "size=0 \\(docs/contracts.md\\)\n$");
  const SettingsEntries entries;
  EXPECT_DEATH(static_cast<void>(entries[0]),
               "^headrace: SettingsEntries::operator\\[\\]: the index is below size\\(\\); "
               "index=0 size=0 \\(docs/contracts.md\\)\n$");
}

// --- Frames without a connection

TEST(CallersMistakeDeathTest2, AFrameCannotBeWritten) {
  uint8_t out[64];
  const std::vector<uint8_t> huge(size_t{1} << 24);
  EXPECT_DEATH(write_padded_data(1, {}, 257, false, out),
               "^headrace: write_padded_data\\(\\): padding is 1 to 256 octets, Pad Length "
               "included \\(RFC 9113 §6.1\\); padding=257 \\(docs/contracts.md\\)\n$");
  EXPECT_DEATH(write_frame(FrameType::kPing, 0, 0, huge, out),
               "^headrace: write_frame\\(\\): a payload of at most 16,777,215 octets \\(RFC 9113 "
               "§4.1\\); size=16777216 \\(docs/contracts.md\\)\n$");
  const std::string origin(65536, 'x');
  EXPECT_DEATH(write_altsvc(0, origin, "", out),
               "^headrace: write_origin\\(\\): an origin of at most 65,535 octets \\(RFC 8336 "
               "§2.1\\); size=65536 \\(docs/contracts.md\\)\n$");
  EXPECT_DEATH(write_headers(1, {}, false, 0, out),
               "^headrace: write_headers\\(\\): max_frame_size is 5 to 16,777,215 octets; "
               "max_frame_size=0 \\(docs/contracts.md\\)\n$");
  EXPECT_DEATH(static_cast<void>(field_block_frames_size(1, 0)),
               "^headrace: field_block_frames_size\\(\\): max_frame_size is not 0; "
               "max_frame_size=0 \\(docs/contracts.md\\)\n$");
}

// --- Calls from where none may come (hardened builds)

#if HEADRACE_HARDENED
constexpr bool kHardened = true;
#else
constexpr bool kHardened = false;
#endif

// Calls the connection from wherever it is called itself.
struct Intruder : BodySource, FrameObserver, PaddingPolicy, Scheduler {
  Filled fill(std::span<uint8_t>) override {
    call("source");
    return {0, true};
  }
  void on_frame_received(const FrameHeader&, std::span<const uint8_t>) override {
    call("received");
  }
  void on_frame_sent(const FrameHeader&, std::span<const uint8_t>) override { call("sent"); }
  void on_refused(const ErrorDetail&, std::string_view) override { call("refused"); }
  size_t padding(const FrameHeader&, size_t) override {
    call("padding");
    return 0;
  }
  void add(ScheduledStream* stream) override {
    call("scheduler");
    streams.add(stream);
  }
  void remove(ScheduledStream* stream) override { streams.remove(stream); }
  ScheduledStream* next() const override { return streams.next(); }
  void took_turn(ScheduledStream* stream) override { streams.took_turn(stream); }
  void call(std::string_view from) {
    if (connection != nullptr && from == calls_from) static_cast<void>(connection->wants_output());
  }
  Connection* connection = nullptr;
  std::string_view calls_from;
  PriorityScheduler streams;
};

void intrude(Intruder* intruder, Connection* connection, std::string_view from) {
  intruder->connection = connection;
  intruder->calls_from = from;
  static_cast<void>(
      connection->submit_response(1, {{":status", "200"}}, Body::source(intruder)).ok());
  drain(connection);
  for (EventPtr event : connection->receive(octets(reference::encode(6, 0, 0, "12345678")), kNow)) {
    static_cast<void>(event);
  }
  // RFC 9113 §8.3.1: a request without :path is malformed, and refused.
  const std::string request = reference::encode(1, 5, 3, "\x82\x86");
  for (EventPtr event : connection->receive(octets(request), kNow)) static_cast<void>(event);
}

class IntruderDeathTest : public CallersMistakeDeathTest {
 public:
  // `inside`: the function in which the connection is then.
  void dies_when_called(std::string_view from, const std::string& inside) {
    if (!kHardened) GTEST_SKIP() << "only hardened builds look";
    Intruder intruder;
    Options watched = options();
    watched.observer = &intruder;
    watched.padding = &intruder;
    watched.custom_scheduler = &intruder;
    auto connection = connected(watched, 1);
    EXPECT_DEATH(intrude(&intruder, connection.get(), from),
                 "^headrace: Connection::wants_output\\(\\): not from inside another function of "
                 "the same connection \\(as from a BodySource, FrameObserver, PaddingPolicy or "
                 "Scheduler\\); inside=" +
                     inside + " \\(docs/contracts.md\\)\n$");
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, IntruderDeathTest, ::testing::Values(Allocation::kReuse),
                         testing::mode_name);

TEST_P(IntruderDeathTest, CallsFromASource) {
  dies_when_called("source", "Connection::pending_output\\(\\)");
}
TEST_P(IntruderDeathTest, CallsFromAnObserverOfWhatIsSent) {
  dies_when_called("sent", "Connection::submit_response\\(\\)");
}
TEST_P(IntruderDeathTest, CallsFromAnObserverOfWhatIsReceived) {
  dies_when_called("received", "EventRange, its next step");
}
TEST_P(IntruderDeathTest, CallsFromAPaddingPolicy) {
  dies_when_called("padding", "Connection::submit_response\\(\\)");
}

TEST_P(IntruderDeathTest, CallsFromAScheduler) {
  dies_when_called("scheduler", "Connection::submit_response\\(\\)");
}
TEST_P(IntruderDeathTest, CallsFromAnObserverOfWhatIsRefused) {
  dies_when_called("refused", "EventRange, its next step");
}

// --- WebSockets

TEST(WebSocketDeathTest, MoreIsSentThanWaits) {
  websocket::Endpoint endpoint;
  ASSERT_TRUE(endpoint.send_text("Hello").ok());
  EXPECT_DEATH(endpoint.sent(8),
               "^headrace: websocket::Endpoint::sent\\(\\): no more than pending_output\\(\\) has; "
               "size=8 pending=7 \\(docs/contracts.md\\)\n$");
}

TEST(WebSocketDeathTest, WhatIsNoOpeningHandshakeIsAccepted) {
  const std::vector<Field> fields = {{":method", "GET"}, {":path", "/"}};
  const websocket::ServerHandshake handshake(fields);
  EXPECT_DEATH((void)handshake.accept(),
               "^headrace: websocket::ServerHandshake::accept\\(\\): the request is valid "
               "\\(docs/contracts.md\\)\n$");
}

TEST(WebSocketDeathTest, ASubprotocolIsChosenThatNobodyOffers) {
  const std::vector<Field> fields = {
      {":method", "CONNECT"}, {":protocol", "websocket"}, {"sec-websocket-version", "13"}};
  const websocket::ServerHandshake handshake(fields);
  EXPECT_DEATH((void)handshake.accept("chat"),
               "^headrace: websocket::ServerHandshake::accept\\(\\): the client offers the "
               "subprotocol \\(docs/contracts.md\\)\n$");
}

// Stays inside until it is told to go, so that two threads are there at the same time.
struct Waiting : BodySource {
  Filled fill(std::span<uint8_t>) override {
    inside.store(true);
    inside.notify_all();
    for (;;) std::this_thread::yield();  // the other thread's call ends the program
  }
  std::atomic<bool> inside = false;
};

TEST_P(CallersMistakeDeathTest, TwoThreadsAreInsideAtTheSameTime) {
  if (!kHardened) GTEST_SKIP() << "only hardened builds look";
  auto connection = connected(options(), 1);
  Waiting waiting;
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::source(&waiting)).ok());
  EXPECT_DEATH(
      {
        std::thread writer([&] { static_cast<void>(connection->pending_output()); });
        waiting.inside.wait(false);
        static_cast<void>(connection->wants_output());
        writer.join();
      },
      "^headrace: Connection::wants_output\\(\\): not by two threads at the same time; "
      "inside=Connection::pending_output\\(\\) \\(docs/contracts.md\\)\n$");
}

// A hand-over between two calls, or two steps, is none of these.
TEST_P(CallersMistakeDeathTest, AConnectionMayChangeThreads) {
  auto connection = connected(options());
  const std::string input = client_.request(1, true);
  for (EventPtr event : connection->receive(octets(input), kNow)) {
    std::thread([&] { static_cast<void>(connection->wants_output()); }).join();
    event.reset();
  }
  std::thread([&] {
    for (EventPtr event : connection->advance(kNow)) event.reset();
  }).join();
  EXPECT_FALSE(connection->has_events());
}

}  // namespace
}  // namespace headrace
