#include <gtest/gtest.h>

#include <string>

#include "headrace/protocol/connection/connection.h"

// Options::check(): what would be announced and may not be (RFC 9113 §6.5.2, §6.9.1, §5.1.1).

namespace headrace {
namespace {

std::string broken(const Options& options, Role role = Role::kServer) {
  const Rule* rule = options.check(role);
  return rule == nullptr ? "" : rule->section;
}

TEST(OptionsCheckTest, TheDefaultsAreLegal) {
  EXPECT_EQ(broken(Options(), Role::kServer), "");
  EXPECT_EQ(broken(Options(), Role::kClient), "");
}

TEST(OptionsCheckTest, TheVersionIsDetectedByServers) {
  Options options;
  options.protocol = ProtocolVersion::kHttp1;
  EXPECT_EQ(broken(options, Role::kServer), "");
  EXPECT_EQ(broken(options, Role::kClient), "");
  options.protocol = ProtocolVersion::kDetect;
  EXPECT_EQ(broken(options, Role::kServer), "");
  EXPECT_EQ(broken(options, Role::kClient), "options.h protocol");
  options.limits.pipelined_requests = 0;
  EXPECT_EQ(broken(options), "limits.h pipelined_requests");
}

TEST(OptionsCheckTest, SettingsKeepTheirBounds) {
  for (uint32_t size : {10u, 16383u, 1u << 24, 0xffffffffu}) {
    Options options;
    options.max_frame_size = size;
    EXPECT_EQ(broken(options), "RFC 9113 §6.5.2") << size;
    options.max_frame_size = 16384;
    options.settings = {{SettingId::kMaxFrameSize, size}};
    EXPECT_EQ(broken(options), "RFC 9113 §6.5.2") << size;
  }
  for (uint32_t size : {16384u, (1u << 24) - 1}) {
    Options options;
    options.max_frame_size = size;
    EXPECT_EQ(broken(options), "") << size;
  }
  Options options;
  options.initial_window_size = 1u << 31;
  EXPECT_EQ(broken(options), "RFC 9113 §6.5.2");
  options.initial_window_size = (1u << 31) - 1;
  EXPECT_EQ(broken(options), "");
}

TEST(OptionsCheckTest, ExactSettingsKeepThemInOrder) {
  Options options;
  options.settings = {{SettingId::kEnablePush, 2}};
  EXPECT_EQ(broken(options, Role::kClient), "RFC 9113 §6.5.2");
  options.settings = {{SettingId::kEnablePush, 1}};
  EXPECT_EQ(broken(options, Role::kClient), "");
  EXPECT_EQ(broken(options, Role::kServer), "RFC 9113 §6.5.2");
  options.settings = {{SettingId::kEnableConnectProtocol, 1},
                      {SettingId::kEnableConnectProtocol, 0}};
  EXPECT_EQ(broken(options), "RFC 8441 §3");
  options.settings.assign(2731, {static_cast<SettingId>(0xabcd), 7});
  EXPECT_EQ(broken(options), "RFC 9113 §4.2");
  options.settings.pop_back();
  EXPECT_EQ(broken(options), "");
}

TEST(OptionsCheckTest, WindowsAndIdsKeepTheirs) {
  Options options;
  options.connection_window_size = 1u << 31;
  EXPECT_EQ(broken(options), "RFC 9113 §6.9.1");
  options = Options();
  options.max_window_size = 1u << 31;
  EXPECT_EQ(broken(options), "");
  options.window_policy = WindowPolicy::kAutoTuned;
  EXPECT_EQ(broken(options), "RFC 9113 §6.9.1");
  options = Options();
  options.first_stream_id = 3;
  EXPECT_EQ(broken(options, Role::kServer), "RFC 9113 §5.1.1");
  EXPECT_EQ(broken(options, Role::kClient), "");
  options.first_stream_id = 0x80000001;
  EXPECT_EQ(broken(options, Role::kClient), "RFC 9113 §5.1.1");
}

TEST(OptionsCheckDeathTest, TheConstructorStopsWithTheRule) {
  Options options;
  options.max_frame_size = 10;
  EXPECT_DEATH(Connection(Role::kServer, options, TimePoint()),
               "Connection::Connection.*MAX_FRAME_SIZE is between");
}

}  // namespace
}  // namespace headrace
