#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "headrace/testing.h"

namespace headrace {
namespace {

constexpr int kQuestions = 200;

enum class Asks { kPings, kSettings, kBoth };

// The application of one end of two that both ask a lot at once.
class Asker {
 public:
  explicit Asker(Connection& connection) : connection_(connection) {}

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
  void take(const Event& event) {
    if (const auto* answer = std::get_if<PingAcknowledged>(&event)) {
      EXPECT_EQ(answer->opaque, next_opaque_++);  // in the order in which they were asked
      ++answered_;
    } else if (std::holds_alternative<SettingsAcknowledged>(event)) {
      if (!std::exchange(first_settings_, false)) ++answered_;
    } else if (const auto* closed = std::get_if<ConnectionClosed>(&event)) {
      failure_ = describe(closed->error);
    }
  }
  int unanswered() const { return asked_ - answered_; }
  const std::string& failure() const { return failure_; }

 private:
  Connection& connection_;
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
  ConnectionPair pair(client_options, server_options, {.room = pipe_size});
  Asker client(pair.client()), server(pair.server());
  pair.on_client_event([&](Connection&, const Event& event) { client.take(event); });
  pair.on_server_event([&](Connection&, const Event& event) { server.take(event); });
  client.ask(what);
  server.ask(what);
  pair.run();
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
