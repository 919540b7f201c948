#include "headrace/protocol/http2/settings_sync.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace headrace {
namespace {

using Entries = std::vector<Setting>;
using Ids = std::vector<std::pair<SettingId, uint32_t>>;

class SettingsSyncTest : public testing::Test {
 protected:
  static Ids acknowledge(SettingsSync* settings) {
    Ids ids;
    settings->acknowledge([&](const Setting& entry) { ids.emplace_back(entry.id, entry.value); });
    return ids;
  }

  SettingsSync client_{/*client=*/true, {100, 65536}};
  SettingsSync server_{/*client=*/false, {100, 65536}};
};

TEST_F(SettingsSyncTest, BeginsWithTheInitialValuesOfTheRfc) {
  EXPECT_FALSE(server_.peer_known());
  EXPECT_EQ(server_.peer().header_table_size, 4096u);
  EXPECT_EQ(server_.peer().enable_push, 1u);
  EXPECT_EQ(server_.peer().max_concurrent_streams, SettingValues::kUnlimited);
  EXPECT_EQ(server_.peer().initial_window_size, 65535u);
  EXPECT_EQ(server_.peer().max_frame_size, 16384u);
  EXPECT_EQ(server_.peer().max_header_list_size, SettingValues::kUnlimited);
}

TEST_F(SettingsSyncTest, TakesThePeersEntriesOneByOne) {
  EXPECT_TRUE(server_.receive({SettingId::kHeaderTableSize, 0}));
  EXPECT_EQ(server_.peer().header_table_size, 0u);
  EXPECT_TRUE(server_.receive({SettingId::kHeaderTableSize, 4096}));
  EXPECT_FALSE(server_.receive({SettingId::kHeaderTableSize, 4096}));
  EXPECT_FALSE(server_.receive({static_cast<SettingId>(0x4242), 1}));
  server_.received_whole();
  EXPECT_TRUE(server_.peer_known());
}

// RFC 9113 §6.5.2
TEST_F(SettingsSyncTest, JudgesThePeersEntries) {
  const auto verdict = server_.check_received({SettingId::kInitialWindowSize, 0x80000000});
  ASSERT_NE(verdict.rule, nullptr);
  EXPECT_EQ(verdict.code, ErrorCode::kFlowControlError);
  EXPECT_EQ(verdict.limit, 0x7fffffffu);
  EXPECT_EQ(server_.check_received({SettingId::kMaxFrameSize, 16383}).limit, 16384u);
  EXPECT_EQ(server_.check_received({SettingId::kEnablePush, 1}).rule, nullptr);
  EXPECT_EQ(client_.check_received({SettingId::kEnablePush, 1}).rule, &kServersDoNotEnablePush);
  EXPECT_EQ(client_.check_received({SettingId::kEnablePush, 0}).rule, nullptr);
}

// RFC 9218 §2.1: the first frame decides, also by what it does not say.
TEST_F(SettingsSyncTest, HoldsThePeerToItsPriorities) {
  const Setting entry = {SettingId::kNoRfc7540Priorities, 1};
  EXPECT_EQ(server_.check_received(entry).rule, nullptr);
  server_.received_whole();
  EXPECT_EQ(server_.check_received(entry).rule, &kPrioritiesStay);
}

TEST_F(SettingsSyncTest, OursTakeEffectAsTheyAreAcknowledged) {
  server_.sent(Entries{{SettingId::kMaxFrameSize, 20000}, {SettingId::kMaxHeaderListSize, 300}});
  server_.sent(Entries{{SettingId::kMaxFrameSize, 30000}});
  server_.sent({});
  EXPECT_EQ(server_.own().max_frame_size, 16384u);
  EXPECT_EQ(server_.announced().max_frame_size, 30000u);
  EXPECT_EQ(server_.field_list_size(), 65536u);
  EXPECT_EQ(acknowledge(&server_),
            (Ids{{SettingId::kMaxFrameSize, 20000}, {SettingId::kMaxHeaderListSize, 300}}));
  EXPECT_EQ(server_.own().max_frame_size, 20000u);
  EXPECT_EQ(server_.field_list_size(), 300u);
  EXPECT_EQ(acknowledge(&server_), (Ids{{SettingId::kMaxFrameSize, 30000}}));
  EXPECT_EQ(server_.frames_in_flight(), 1u);
  EXPECT_EQ(acknowledge(&server_), Ids());
  EXPECT_EQ(server_.frames_in_flight(), 0u);
}

// A stream above it is refused at once; whether the peer is at fault is another matter.
TEST_F(SettingsSyncTest, TheLimitOfStreamsCountsFromWhenItIsSent) {
  server_.sent(Entries{{SettingId::kMaxConcurrentStreams, 7}});
  EXPECT_EQ(server_.concurrent_streams(), 7u);
  EXPECT_EQ(server_.own().max_concurrent_streams, SettingValues::kUnlimited);
}

TEST_F(SettingsSyncTest, WithdrawsNothingThatIsInFlight) {
  const Entries on = {{SettingId::kEnableConnectProtocol, 1}};
  const Entries off = {{SettingId::kEnableConnectProtocol, 0}};
  EXPECT_EQ(server_.check_sent(off, server_.announced()), nullptr);
  EXPECT_EQ(server_.check_sent(on, server_.announced()), nullptr);
  server_.sent(on);
  EXPECT_NE(server_.check_sent(off, server_.announced()), nullptr);
  EXPECT_NE(client_.check_sent(Entries{on[0], off[0]}, client_.announced()), nullptr)
      << "of the same frame, too";
  EXPECT_EQ(server_.check_sent(Entries{{SettingId::kEnablePush, 1}}, server_.announced()),
            &kServersDoNotEnablePush);
  EXPECT_EQ(server_.check_sent(Entries{{SettingId::kNoRfc7540Priorities, 1}}, server_.announced()),
            &kPrioritiesStay);
}

}  // namespace
}  // namespace headrace
