#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <variant>

#include "headrace/protocol/connection/connection.h"

namespace headrace {
namespace {

constexpr TimePoint kNow{};
constexpr int kQuestions = 200;

enum class Asks { kPings, kSettings, kBoth };

// One end of two that both ask a lot at once. It writes as long as the pipe has room, and reads
// when it may.
class Asker {
 public:
  Asker(Role role, const Options& options) : connection_(role, options, kNow) {}

  void ask(Asks what) {
    for (int i = 0; i < kQuestions; ++i) {
      if (what != Asks::kSettings) {
        ++asked_;
        EXPECT_TRUE(connection_.ping(static_cast<uint64_t>(i)).ok());
      }
      if (what != Asks::kPings) {
        ++asked_;
        EXPECT_TRUE(connection_
                        .submit_settings(
                            {{{SettingId::kHeaderTableSize, static_cast<uint32_t>(4096 - i % 2)}}})
                        .ok());
      }
    }
  }
  bool write(std::string* pipe, size_t pipe_size) {
    if (!connection_.wants_output() || pipe->size() >= pipe_size) return false;
    size_t room = pipe_size - pipe->size(), written = 0;
    for (const ConstBuffer& buffer : connection_.pending_output()) {
      const size_t size = std::min(buffer.size, room);
      pipe->append(reinterpret_cast<const char*>(buffer.data), size);
      room -= size;
      written += size;
    }
    connection_.sent(written, kNow);
    return written > 0;
  }
  bool read(std::string* pipe) {
    bool any = false;
    if (connection_.wants_input() && !pipe->empty()) {
      const std::string bytes = std::exchange(*pipe, {});
      take(connection_.receive(bytes, kNow));
      any = true;
    }
    if (connection_.has_events()) {
      take(connection_.advance(kNow));
      any = true;
    }
    return any;
  }
  int unanswered() const { return asked_ - answered_; }
  const std::string& failure() const { return failure_; }

 private:
  void take(EventRange range) {
    for (EventPtr event : range) {
      if (const auto* answer = std::get_if<PingAcknowledged>(&*event)) {
        EXPECT_EQ(answer->opaque, next_opaque_++);  // in the order in which they were asked
        ++answered_;
      } else if (std::holds_alternative<SettingsAcknowledged>(*event)) {
        if (!std::exchange(first_settings_, false)) ++answered_;
      } else if (const auto* closed = std::get_if<ConnectionClosed>(&*event)) {
        failure_ = describe(closed->error);
      }
    }
  }

  Connection connection_;
  int asked_ = 0, answered_ = 0;
  uint64_t next_opaque_ = 0;
  bool first_settings_ = true;
  std::string failure_;
};

// Answers to PING and SETTINGS (RFC 9113 §6.5.3, §6.7) need a place in the transport, and an end
// that has none stops reading when enough of them wait. Two ends that ask never both do.
class TwoAskers : public testing::TestWithParam<std::tuple<Asks, size_t, uint32_t, uint32_t>> {};

TEST_P(TwoAskers, BothGetAllAnswers) {
  const auto [what, pipe_size, client_replies, server_replies] = GetParam();
  Options client_options, server_options;
  client_options.limits.queued_replies = client_replies;
  server_options.limits.queued_replies = server_replies;
  Asker client(Role::kClient, client_options), server(Role::kServer, server_options);
  std::string to_server, to_client;
  client.ask(what);
  server.ask(what);
  for (bool moves = true; moves;) {
    moves = client.write(&to_server, pipe_size);
    moves |= server.write(&to_client, pipe_size);
    moves |= server.read(&to_server);
    moves |= client.read(&to_client);
  }
  EXPECT_EQ(client.unanswered(), 0);
  EXPECT_EQ(server.unanswered(), 0);
  EXPECT_EQ(client.failure(), "");
  EXPECT_EQ(server.failure(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Ends, TwoAskers,
    testing::Combine(testing::Values(Asks::kPings, Asks::kSettings, Asks::kBoth),
                     testing::Values(size_t{1}, size_t{17}, size_t{500}, size_t{64 * 1024}),
                     testing::Values(64u, 8u), testing::Values(64u, 8u, 1000u)));

// Of the two one may have a limit that is too low for two.
constexpr uint32_t kTooLowForBoth[] = {1, 2, 3, 4, 7};
INSTANTIATE_TEST_SUITE_P(
    LowClient, TwoAskers,
    testing::Combine(testing::Values(Asks::kPings, Asks::kSettings, Asks::kBoth),
                     testing::Values(size_t{1}, size_t{17}, size_t{500}),
                     testing::ValuesIn(kTooLowForBoth), testing::Values(8u, 64u)));
INSTANTIATE_TEST_SUITE_P(
    LowServer, TwoAskers,
    testing::Combine(testing::Values(Asks::kPings, Asks::kSettings, Asks::kBoth),
                     testing::Values(size_t{1}, size_t{17}, size_t{500}), testing::Values(8u, 64u),
                     testing::ValuesIn(kTooLowForBoth)));

}  // namespace
}  // namespace headrace
