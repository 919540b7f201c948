#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "headrace/memory/ledger.h"
#include "headrace/protocol/connection/connection.h"
#include "tests/connection/connection_fixture.h"
#include "tests/connection/test_client.h"
#include "tests/memory/heap_use.h"

// The memory that a peer makes a connection hold: within the budget (Limits::connection_memory),
// and given back.
namespace headrace {
namespace {

namespace ref = reference;
using testing::drain;
using testing::kind;
using testing::kNow;
using testing::octets;

class MemoryTest : public testing::ConnectionFixture {
 protected:
  // A connection with so small a budget that large things do not fit.
  std::unique_ptr<Connection> small() {
    Options small = options();
    small.limits.connection_memory = 13 * 1024;
    return connected(small);
  }
  std::optional<ErrorCode> error_after(Connection& connection, const std::string& bytes) {
    std::optional<ErrorCode> error;
    auto note = [&](const Event& event) {
      if (auto* closed = std::get_if<ConnectionClosed>(&event)) error = closed->error.code;
    };
    for (EventPtr event : connection.receive(octets(bytes), kNow)) note(*event);
    return error;
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, MemoryTest,
                         ::testing::Values(Allocation::kReuse, Allocation::kFresh),
                         testing::mode_name);

// A frame is bounded by MAX_FRAME_SIZE. Where it is cut changes nothing about what the budget
// refuses.
TEST_P(MemoryTest, AFrameThatIsCutIsJudgedLikeAWholeOne) {
  const std::string unknown = reference::encode(0xf0, 0, 0, std::string(16000, 'x'));
  std::string headers = client_.headers(1, true, {{"x-large", std::string(5000, 'x')}});
  for (size_t cut : {size_t{0}, size_t{5}, size_t{9}, size_t{4000}}) {
    auto connection = small();
    EXPECT_EQ(error_after(*connection, unknown.substr(0, cut)), std::nullopt);
    EXPECT_EQ(error_after(*connection, unknown.substr(cut)), std::nullopt);
    EXPECT_EQ(error_after(*connection, headers.substr(0, cut)), std::nullopt);
    EXPECT_EQ(error_after(*connection, headers.substr(cut)), std::nullopt);
    EXPECT_EQ(connection->open_streams(), 1u);
    EXPECT_LE(connection->ledger().peak(), 13u * 1024);
  }
}

TEST_P(MemoryTest, AFieldBlockInPieces) {
  auto connection = small();
  std::string headers = client_.headers(1, true, {{"x-large", std::string(16000, 'x')}});
  headers[4] = reference::END_STREAM;  // without END_HEADERS
  EXPECT_EQ(error_after(*connection, headers), ErrorCode::kEnhanceYourCalm);
}

TEST_P(MemoryTest, DecodedFields) {
  auto connection = small();
  std::string headers = client_.headers(1, true, {{"x-large", std::string(14000, 'x')}});
  EXPECT_EQ(error_after(*connection, headers), ErrorCode::kEnhanceYourCalm);
}

// The joined cookie is stored in addition to its pairs; without room for it the stream is refused,
// and the next request is as good as ever.
TEST_P(MemoryTest, JoinedCookies) {
  auto connection = small();
  const std::vector<ref::HeaderField> request = {
      {":method", "GET"}, {":scheme", "https"}, {":path", "/"}};
  std::vector<ref::HeaderField> large = request, little = request;
  for (int i = 0; i < 2; ++i) large.push_back({"cookie", std::string(4000, 'c')});
  for (int i = 0; i < 2; ++i) little.push_back({"cookie", std::string(40, 'c')});
  EXPECT_EQ(error_after(*connection, client_.headers(1, true, large)), std::nullopt);
  EXPECT_EQ(drain(connection.get()),
            ref::encode(ref::RST_STREAM, 0, 1,
                        ref::u32(static_cast<uint32_t>(ErrorCode::kEnhanceYourCalm))));
  EXPECT_EQ(connection->statistics().limits_hit.of(Limit::kConnectionMemory), 1u);
  EXPECT_EQ(connection->open_streams(), 0u);
  EXPECT_EQ(error_after(*connection, client_.headers(3, true, little)), std::nullopt);
  EXPECT_EQ(connection->open_streams(), 1u);
}

TEST_P(MemoryTest, Streams) {
  auto connection = small();
  std::string requests;
  for (uint32_t id = 1; id < 100; id += 2) requests += client_.request(id, false);
  EXPECT_EQ(error_after(*connection, requests), std::nullopt);
  EXPECT_GT(connection->open_streams(), 0u);
  EXPECT_LT(connection->open_streams(), 50u);
  for (const reference::Frame& frame : reference::parse_all(drain(connection.get()))) {
    EXPECT_EQ(frame.type, reference::RST_STREAM);
    EXPECT_EQ(frame.payload, std::string("\0\0\0\x07", 4)) << "REFUSED_STREAM";
  }
}

TEST_P(MemoryTest, InputThatIsKept) {
  auto connection = small();
  std::string input = client_.request(1, true) + std::string(14000, 'x');
  for (EventPtr event : connection->receive(octets(input), kNow)) break;
  EXPECT_EQ(quiet_events(*connection),
            (std::vector<size_t>{kind<StreamClosed>(), kind<ConnectionClosed>()}));
}

TEST_P(MemoryTest, KeptInputIsGivenBackWithTheConnection) {
  auto connection = connected(options());
  std::string input = client_.request(1, true) + std::string(4000, 'x');
  for (EventPtr event : connection->receive(octets(input), kNow)) break;
  size_t live = connection->ledger().live();
  ASSERT_TRUE(connection->terminate(ErrorCode::kNoError).ok());
  quiet_events(*connection);
  EXPECT_LT(connection->ledger().live(), live);
}

TEST_P(MemoryTest, KeptInputIsGivenBackWhenItWasHandled) {
  auto connection = connected(options());
  size_t live = connection->ledger().live();
  std::string frame = reference::encode(0xf0, 0, 0, std::string(4000, 'x'));
  std::string input = frame + frame;
  for (EventPtr event : connection->receive(octets(input), kNow)) break;
  EXPECT_GT(connection->ledger().live(), live + 4000);
  EXPECT_EQ(quiet_events(*connection), std::vector<size_t>{kind<UnknownFrameReceived>()});
  EXPECT_EQ(connection->ledger().live(), live);
}

TEST_P(MemoryTest, TrimGivesBackWhatFramesAndBlocksInPiecesNeeded) {
  auto connection = connected(options());
  connection->trim();
  size_t live = connection->ledger().live();
  std::string frame = reference::encode(0xf0, 0, 0, std::string(4000, 'x'));
  consume(*connection, frame.substr(0, 2000));
  consume(*connection, frame.substr(2000));
  connection->trim();
  EXPECT_EQ(connection->ledger().live(), live);

  // A request that is malformed, so that nothing of it stays but how it closed.
  std::string headers = client_.headers(1, true, {{"x-large", std::string(8000, 'x')}});
  headers[4] = reference::END_STREAM;  // without END_HEADERS
  consume(*connection, headers);
  consume(*connection, reference::encode(reference::CONTINUATION, reference::END_HEADERS, 1));
  drain(connection.get());
  quiet_events(*connection);
  connection->trim();
  EXPECT_LE(connection->ledger().live(), live + 1024);
}

// What told the versions apart (Options::protocol) is not needed behind the first octets.
TEST_P(MemoryTest, TrimGivesBackWhatDetectedTheProtocol) {
  if (!testing::HeapUse::counts()) GTEST_SKIP() << "this build does not count";
  const auto held = [this](ProtocolVersion protocol) {
    Options with = options();
    with.protocol = protocol;
    testing::HeapUse::enter();
    const size_t before = testing::HeapUse::live();
    auto connection = connected(with);
    connection->trim();
    const size_t live = testing::HeapUse::live() - before;
    connection.reset();
    testing::HeapUse::leave();
    return live;
  };
  EXPECT_EQ(held(ProtocolVersion::kDetect), held(ProtocolVersion::kHttp2));
}

}  // namespace
}  // namespace headrace
