#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "headrace/memory/ledger.h"
#include "headrace/protocol/connection/connection.h"
#include "tests/connection/connection_fixture.h"
#include "tests/connection/test_client.h"

// The contracts of Connection that a transcript cannot show: lifetimes, ranges, bodies, output
// spans.
namespace headrace {
namespace {

using testing::drain;
using testing::kind;
using testing::kNow;
using testing::octets;
using testing::TestClient;

// The pieces one after another. (A braced list is evaluated in order, operands of + are not, and
// the client's HPACK table has one.)
std::string in_order(std::initializer_list<std::string> pieces) {
  std::string joined;
  for (const std::string& piece : pieces) joined += piece;
  return joined;
}

std::string text(const Bytes& bytes) { return std::string(bytes.text()); }

using ContractTest = testing::ConnectionFixture;

INSTANTIATE_TEST_SUITE_P(Modes, ContractTest,
                         ::testing::Values(Allocation::kReuse, Allocation::kFresh),
                         testing::mode_name);

TEST_P(ContractTest, ALoopThatIsLeftEarlyLosesNothing) {
  auto connection = connected(options());
  std::string input =
      in_order({client_.request(1, true, "/one"), client_.request(3, true, "/three")});
  for (EventPtr event : connection->receive(octets(input), kNow)) {
    EXPECT_EQ(std::get<RequestReceived>(*event).fields.get(":path"), "/one");
    break;
  }
  input.assign(input.size(), '\0');  // the rest was copied
  EXPECT_TRUE(connection->has_events());
  std::vector<std::string> paths;
  for (EventPtr event : connection->receive({}, kNow)) {
    paths.emplace_back(std::get<RequestReceived>(*event).fields.get(":path"));
  }
  EXPECT_EQ(paths, std::vector<std::string>{"/three"});
  EXPECT_FALSE(connection->has_events());
}

TEST_P(ContractTest, ARangeThatIsNeverWalkedLosesNothing) {
  auto connection = connected(options());
  std::string input = client_.request(1, true);

  { EventRange range = connection->receive(octets(input), kNow); }
  input.assign(input.size(), '\0');
  EXPECT_EQ(quiet_events(*connection), std::vector<size_t>{kind<RequestReceived>()});
}

TEST_P(ContractTest, StartingAnotherRangeEndsTheOneBefore) {
  auto connection = connected(options());
  std::string input =
      in_order({client_.request(1, true, "/one"), client_.request(3, true, "/three")});
  int outer = 0;
  std::vector<std::string> inner;
  for (EventPtr event : connection->receive(octets(input), kNow)) {
    ++outer;
    for (EventPtr nested : connection->receive({}, kNow)) {
      inner.emplace_back(std::get<RequestReceived>(*nested).fields.get(":path"));
    }
  }
  EXPECT_EQ(outer, 1);
  EXPECT_EQ(inner, std::vector<std::string>{"/three"});
}

TEST_P(ContractTest, TheConnectionMayBeDestroyedInsideTheLoop) {
  auto connection = connected(options());
  std::string input = in_order({client_.request(1, true, "/one"), client_.request(3, true)});
  int events = 0;
  EventPtr kept;
  for (EventPtr event : connection->receive(octets(input), kNow)) {
    ++events;
    kept = std::move(event);
    connection.reset();
  }
  EXPECT_EQ(events, 1);
  // It was held when its connection went: it owns its bytes now.
  input.assign(input.size(), '\0');
  EXPECT_EQ(std::get<RequestReceived>(*kept).fields.get(":path"), "/one");
}

TEST_P(ContractTest, AnEventThatIsHeldPastItsTurnIsNotOverwritten) {
  auto connection = connected(options());
  std::string input =
      in_order({client_.request(1, false, "/upload", "POST"), TestClient::data(1, "first", false),
                TestClient::data(1, "second", true)});
  std::vector<EventPtr> held;
  for (EventPtr event : connection->receive(octets(input), kNow)) held.push_back(std::move(event));
  input.assign(input.size(), '\0');
  connection.reset();
  ASSERT_EQ(held.size(), 3u);
  EXPECT_EQ(std::get<RequestReceived>(*held[0]).fields.get(":path"), "/upload");
  EXPECT_EQ(text(std::get<DataReceived>(*held[1]).bytes), "first");
  EXPECT_EQ(text(std::get<DataReceived>(*held[2]).bytes), "second");
}

TEST_P(ContractTest, HeldEventsAreCountedInReuseOnly) {
  auto connection = connected(options());
  std::string input = in_order({client_.request(1, true), client_.request(3, true)});
  std::vector<EventPtr> held;
  for (EventPtr event : connection->receive(octets(input), kNow)) held.push_back(std::move(event));
  EXPECT_EQ(connection->statistics().implicit_keeps, GetParam() == Allocation::kReuse ? 2u : 0u);
}

TEST_P(ContractTest, KeptEventsOutliveEverythingOnAnyThread) {
  auto connection = connected(options());
  std::string input = in_order({client_.request(1, true, "/kept"), client_.request(3, true)});
  EventPtr kept;
  for (EventPtr event : connection->receive(octets(input), kNow)) {
    if (kept == nullptr) kept = keep(std::move(event));
  }
  EXPECT_EQ(connection->statistics().implicit_keeps, 0u);
  connection.reset();
  input.assign(input.size(), '\0');
  std::thread([kept = std::move(kept)] {
    EXPECT_EQ(std::get<RequestReceived>(*kept).fields.get(":path"), "/kept");
  }).join();
}

TEST_P(ContractTest, ReceivedFieldsCanBeSubmittedAsTheyAre) {
  auto connection = connected(options());
  std::string input =
      in_order({client_.headers(1, false,
                                {{":method", "POST"},
                                 {":scheme", "https"},
                                 {":authority", "example.org"},
                                 {":path", "/"}}),
                client_.headers(1, true, {{"checksum", "abc"}, {"secret", "s", true}})});
  for (EventPtr event : connection->receive(octets(input), kNow)) {
    if (auto* trailers = std::get_if<TrailersReceived>(&*event)) {
      ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::stream()).ok());
      ASSERT_TRUE(connection->send_trailers(1, trailers->fields).ok());
    }
  }
  std::vector<reference::Frame> frames = reference::parse_all(drain(connection.get()));
  ASSERT_EQ(frames.size(), 2u);
  reference::HpackDecoder decoder;
  decoder.decode(frames[0].payload);
  EXPECT_EQ(decoder.decode(frames[1].payload),
            (std::vector<reference::HeaderField>{{"checksum", "abc"}, {"secret", "s", true}}));
}

TEST_P(ContractTest, UserDataStandsInEveryEventOfItsStream) {
  auto connection = connected(options());
  std::string input =
      in_order({client_.request(1, false, "/", "POST"), TestClient::data(1, "x", true)});
  std::vector<uintptr_t> seen;
  auto note = [&](const Event& event) {
    std::visit(Overloaded{[&](const RequestReceived& request) {
                            seen.push_back(request.user_data);
                            ASSERT_TRUE(connection->set_user_data(1, 77).ok());
                          },
                          [&](const DataReceived& data) {
                            seen.push_back(data.user_data);
                            ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}).ok());
                          },
                          [&](const StreamClosed& closed) { seen.push_back(closed.user_data); },
                          [](const auto&) {}},
               event);
  };
  for (EventPtr event : connection->receive(octets(input), kNow)) note(*event);
  drain(connection.get());
  for (EventPtr event : connection->advance(kNow)) note(*event);
  EXPECT_EQ(seen, (std::vector<uintptr_t>{0, 77, 77}));
}

TEST_P(ContractTest, OutputStaysWhereItIsUntilItIsSentAndOnlyGrows) {
  auto connection = connected(options(), 2);
  std::string page(20000, 'x');
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::view(page)).ok());
  auto snapshot = [&](size_t max) {
    std::vector<std::pair<const uint8_t*, size_t>> spans;
    for (const ConstBuffer& b : connection->pending_output(max)) spans.emplace_back(b.data, b.size);
    return spans;
  };
  auto first = snapshot(10000);
  EXPECT_EQ(snapshot(10000), first);
  EXPECT_EQ(snapshot(10), first) << "what was shown stays shown";
  ASSERT_TRUE(connection->submit_response(3, {{":status", "204"}}).ok());
  auto grown = snapshot(64 * 1024);
  ASSERT_GE(grown.size(), first.size());
  for (size_t i = 0; i + 1 < first.size(); ++i) EXPECT_EQ(grown[i], first[i]);
  EXPECT_EQ(grown[first.size() - 1].first, first.back().first);
}

TEST_P(ContractTest, PendingOutputKeepsToItsBound) {
  auto connection = connected(options(), 1);
  std::string page(60000, 'x');
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::view(page)).ok());
  for (size_t max : {size_t{1}, size_t{9}, size_t{10}, size_t{1000}, size_t{20000}}) {
    size_t size = 0;
    for (const ConstBuffer& buffer : connection->pending_output(max)) size += buffer.size;
    EXPECT_LE(size, max);
    EXPECT_GT(size, 0u);
    connection->sent(size);
  }
}

TEST_P(ContractTest, ALargeViewIsSentFromWhereItLies) {
  auto connection = connected(options(), 1);
  std::string page(16384, 'x');
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::view(page)).ok());
  bool found = false;
  for (const ConstBuffer& buffer : connection->pending_output()) {
    found = found || buffer.data == octets(page).data();
  }
  EXPECT_TRUE(found);
}

TEST_P(ContractTest, AViewIsReleasedOnceWhenItsLastOctetIsSent) {
  auto connection = connected(options(), 1);
  std::string page(20000, 'x');
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::view(page)).ok());
  size_t size = 0;
  for (const ConstBuffer& buffer : connection->pending_output()) size += buffer.size;
  connection->sent(size - 1);
  EXPECT_EQ(quiet_events(*connection), std::vector<size_t>{kind<StreamClosed>()});
  connection->sent(1);
  EXPECT_EQ(quiet_events(*connection), std::vector<size_t>{kind<BodyReleased>()});
  EXPECT_FALSE(connection->has_events());
}

// Each body is a frame header of ours and a reference; what has left is dropped from the front
// while the rest waits, at any pace.
TEST_P(ContractTest, ManyBodiesKeepTheirOrderWhileTheFirstOfThemLeave) {
  constexpr int kRequests = 90;
  auto connection = connected(options(), kRequests);
  std::vector<std::string> pages;
  for (int i = 0; i < kRequests; ++i) pages.emplace_back(600, static_cast<char>('!' + i));
  for (int i = 0; i < kRequests; ++i) {
    ASSERT_TRUE(
        connection->submit_response(2 * i + 1, {{":status", "200"}}, Body::view(pages[i])).ok());
  }
  std::string whole;
  for (const ConstBuffer& buffer : connection->pending_output(1 << 20)) {
    whole.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  std::string sent;
  for (size_t size = 1; sent.size() < whole.size(); size = size * 3 % 1009) {
    std::string shown;
    for (const ConstBuffer& buffer : connection->pending_output(1 << 20)) {
      shown.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
    }
    ASSERT_EQ(shown, whole.substr(sent.size()));
    sent += shown.substr(0, size);
    connection->sent(std::min(size, shown.size()));
  }
  for (const reference::Frame& frame : reference::parse_all(sent)) {
    if (frame.type != reference::DATA) continue;
    const size_t i = frame.stream_id / 2;
    EXPECT_EQ(frame.payload, pages[i]);
    pages[i].clear();
  }
  EXPECT_EQ(pages, std::vector<std::string>(kRequests));
  int released = 0;
  for (EventPtr event : connection->advance(kNow)) {
    const auto* closed = std::get_if<StreamClosed>(&*event);
    released += closed != nullptr && closed->body_released;
  }
  EXPECT_EQ(released, kRequests);
}

TEST_P(ContractTest, WithExplicitReleaseAViewWaitsForIt) {
  Options zero_copy = options();
  zero_copy.explicit_release = true;
  auto connection = connected(zero_copy, 1);
  connection->released(9 + 6 + 13 + 9);  // our SETTINGS, WINDOW_UPDATE, and the acknowledgement
  std::string page(20000, 'x');
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::view(page)).ok());
  size_t size = drain(connection.get()).size();
  EXPECT_EQ(quiet_events(*connection), std::vector<size_t>{kind<StreamClosed>()});
  connection->released(size);
  EXPECT_EQ(quiet_events(*connection), std::vector<size_t>{kind<BodyReleased>()});
}

TEST_P(ContractTest, AResetWithdrawsAViewThatWasNotShown) {
  auto connection = connected(options(), 1);
  std::string page(20000, 'x');
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::view(page)).ok());
  ASSERT_TRUE(connection->reset_stream(1, ErrorCode::kCancel).ok());
  std::vector<bool> released;
  for (EventPtr event : connection->advance(kNow)) {
    released.push_back(std::get<StreamClosed>(*event).body_released);
  }
  EXPECT_EQ(released, std::vector<bool>{true});
  std::vector<reference::Frame> frames = reference::parse_all(drain(connection.get()));
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].type, reference::HEADERS);
  EXPECT_EQ(frames[1].type, reference::RST_STREAM);
}

// A source that gives what it has been told to, and is asked only inside pending_output().
class ScriptedSource : public BodySource {
 public:
  Filled fill(std::span<uint8_t> room) override {
    EXPECT_TRUE(allowed);
    EXPECT_GT(room.size(), 0u);
    ++asked;
    Filled filled;
    filled.failed = fails;
    filled.size = std::min(room.size(), ready.size());
    std::copy_n(ready.begin(), filled.size, room.begin());
    ready.erase(0, filled.size);
    filled.end = ended && ready.empty();
    return filled;
  }
  std::string ready;
  bool ended = false;
  bool fails = false;
  bool allowed = false;
  int asked = 0;
};

std::string data_of(const std::string& output) {
  std::string data;
  for (const reference::Frame& frame : reference::parse_all(output)) {
    if (frame.type == reference::DATA) data += frame.payload;
  }
  return data;
}

TEST_P(ContractTest, ASourceIsAskedWhenOutputIsAndWaitsForResume) {
  auto connection = connected(options(), 1);
  ScriptedSource source;
  source.ready = "some";
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::source(&source)).ok());
  EXPECT_TRUE(connection->wants_output());
  source.allowed = true;
  EXPECT_EQ(data_of(drain(connection.get())), "some");
  int asked = source.asked;
  EXPECT_FALSE(connection->wants_output()) << "it said: not yet";
  drain(connection.get());
  EXPECT_EQ(source.asked, asked);
  source.ready = "more";
  source.ended = true;
  source.allowed = false;
  ASSERT_TRUE(connection->resume(1).ok());
  EXPECT_TRUE(connection->wants_output());
  source.allowed = true;
  std::vector<reference::Frame> frames = reference::parse_all(drain(connection.get()));
  ASSERT_EQ(frames.size(), 1u) << "END_STREAM rides on the last DATA";
  EXPECT_EQ(frames[0].payload, "more");
  EXPECT_EQ(frames[0].flags, reference::END_STREAM);
}

TEST_P(ContractTest, ASourceThatFailsCostsItsStream) {
  auto connection = connected(options(), 2);
  ScriptedSource source;
  source.allowed = source.fails = true;
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::source(&source)).ok());
  ASSERT_TRUE(connection->submit_response(3, {{":status", "200"}}, Body::owned("fine")).ok());
  std::string output = drain(connection.get());
  EXPECT_EQ(data_of(output), "fine");
  std::vector<ErrorCode> errors;
  for (EventPtr event : connection->advance(kNow)) {
    if (auto* closed = std::get_if<StreamClosed>(&*event)) errors.push_back(closed->error);
  }
  EXPECT_EQ(errors, (std::vector<ErrorCode>{ErrorCode::kInternalError, ErrorCode::kNoError}));
}

TEST_P(ContractTest, TrailersThatComeLateNeedNoEmptyData) {
  auto connection = connected(options(), 1);
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::owned("body")).ok());
  ASSERT_TRUE(connection->send_trailers(1, {{"checksum", "1"}}).ok());
  std::vector<reference::Frame> frames = reference::parse_all(drain(connection.get()));
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[1].type, reference::DATA);
  EXPECT_EQ(frames[1].flags, 0);
  EXPECT_EQ(frames[2].type, reference::HEADERS);
  EXPECT_EQ(frames[2].flags, reference::END_HEADERS | reference::END_STREAM);
}

TEST_P(ContractTest, DataFramesTakeTurns) {
  auto connection = connected(options(), 2);
  std::string page(40000, 'x');
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::view(page)).ok());
  ASSERT_TRUE(connection->submit_response(3, {{":status", "200"}}, Body::view(page)).ok());
  std::vector<uint32_t> turns;
  for (const reference::Frame& frame : reference::parse_all(drain(connection.get(), 65536))) {
    if (frame.type == reference::DATA) turns.push_back(frame.stream_id);
  }
  EXPECT_EQ(turns, (std::vector<uint32_t>{1, 3, 1, 3}));
}

TEST_P(ContractTest, AStreamThatIsResetIsNotWritable) {
  Options small = options();
  small.send_buffer_size = 10;
  auto connection = connected(small, 1);
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::stream()).ok());
  EXPECT_EQ(connection->send_data(1, octets("twenty octets of it."), false).accepted, 10u);
  drain(connection.get());
  ASSERT_TRUE(connection->reset_stream(1, ErrorCode::kCancel).ok());
  EXPECT_EQ(quiet_events(*connection), std::vector<size_t>{kind<StreamClosed>()});
}

TEST_P(ContractTest, ItShouldCloseWhenTheLastEventIsOut) {
  auto connection = connected(options(), 1);
  ASSERT_TRUE(connection->terminate(ErrorCode::kNoError).ok());
  drain(connection.get());
  EXPECT_FALSE(connection->should_close());
  EXPECT_TRUE(connection->has_events());
  EXPECT_EQ(quiet_events(*connection),
            (std::vector<size_t>{kind<StreamClosed>(), kind<ConnectionClosed>()}));
  EXPECT_TRUE(connection->should_close());
  EXPECT_FALSE(connection->has_events());
}

TEST_P(ContractTest, NothingFollowsTheGoawayThatEndsTheConnection) {
  auto connection = connected(options(), 1);
  consume(*connection, client_.request(3, false, "/", "POST"));
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::owned("page")).ok());
  ASSERT_TRUE(connection->submit_response(3, {{":status", "204"}}).ok());
  ASSERT_TRUE(connection->terminate(ErrorCode::kNoError).ok());
  std::vector<uint8_t> types;  // before the streams are told that they are closed
  for (const reference::Frame& frame : reference::parse_all(drain(connection.get()))) {
    types.push_back(frame.type);
  }
  EXPECT_EQ(types,
            (std::vector<uint8_t>{reference::HEADERS, reference::HEADERS, reference::GOAWAY}));
}

TEST_P(ContractTest, NoRoomCommitsNothing) {
  auto connection = connected(options(), 1);
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::owned("page")).ok());
  drain(connection.get(), 10);  // HEADERS
  EXPECT_TRUE(connection->pending_output(0).empty());
  EXPECT_EQ(connection->statistics().data_sent, 0u);
}

TEST_P(ContractTest, NoOutputIsWantedWhenTheLastOctetOfTheWindowIsShown) {
  reference::Settings window = {{reference::INITIAL_WINDOW_SIZE, 10}};
  auto connection = connected(options(), 1, window);
  std::string page(20, 'x');
  ASSERT_TRUE(connection->submit_response(1, {{":status", "200"}}, Body::view(page)).ok());
  for (size_t max : {size_t{10}, size_t{9 + 10}}) {  // HEADERS; DATA
    size_t size = 0;
    for (const ConstBuffer& buffer : connection->pending_output(max)) size += buffer.size;
    EXPECT_EQ(size, max);
    connection->sent(size);
  }
  EXPECT_FALSE(connection->wants_output());
}

TEST_P(ContractTest, SettingsThatNoFrameHoldsAreRefused) {
  auto connection = connected(options());
  std::vector<Setting> settings(16384 / 6, Setting{SettingId::kMaxFrameSize, 16384});
  EXPECT_TRUE(connection->submit_settings(settings).ok());
  settings.push_back(settings.front());
  EXPECT_EQ(connection->submit_settings(settings).error, SubmitError::kTooLarge);
}

TEST_P(ContractTest, TheWholeOfTheMemoryIsGivenBack) {
  Options small = options();
  auto connection = connected(small, 50);
  EXPECT_GT(connection->ledger().live(), 0u);
  for (EventPtr event : connection->end_of_input(kNow)) event.reset();
  connection->trim();
  // What is left are the HPACK tables, which belong to the connection.
  EXPECT_LE(connection->ledger().live(), 8192u);
}

}  // namespace
}  // namespace headrace
