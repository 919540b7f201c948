#include "headrace/adapters/get/config.h"

#include <absl/flags/reflection.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace headrace::get {
namespace {

using std::chrono::milliseconds;

class GetConfigTest : public testing::Test {
 protected:
  absl::StatusOr<Config> read(std::vector<std::string> arguments) {
    flags_.emplace();  // as they were
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    return read_config(pointers);
  }
  std::string error(std::vector<std::string> arguments) {
    const auto config = read(std::move(arguments));
    return config.ok() ? "no error" : std::string(config.status().message());
  }
  void TearDown() override {
    unsetenv("HEADRACE_REUSE_FRAMES");
    unsetenv("BUILD_WORKING_DIRECTORY");
  }

 private:
  std::optional<absl::FlagSaver> flags_;
};

TEST_F(GetConfigTest, AUrlIsEnough) {
  const auto config = read({"http://a/"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->urls.size(), 1u);
  EXPECT_EQ(config->method, "GET");
  EXPECT_EQ(config->requests, 1u);
  EXPECT_EQ(config->at_once, 1u);
  EXPECT_FALSE(config->counts);
  EXPECT_TRUE(config->progress);
  EXPECT_TRUE(config->connection.trim_field_values);
  EXPECT_FALSE(config->connection.automatic_credit);
  EXPECT_EQ(config->connection.allocation, Allocation::kReuse);
}

TEST_F(GetConfigTest, TheShortOptions) {
  const auto config =
      read({"-v",   "-n", "1000", "-m", "50",    "-X", "PUT", "-d", "text",      "-H",
            "a: 1", "-H", "B: 2", "-o", "first", "-o", "-",   "-f", "http://a/", "http://b/"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(config->verbose);
  EXPECT_TRUE(config->counts);
  EXPECT_EQ(config->requests, 1000u);
  EXPECT_EQ(config->at_once, 50u);
  EXPECT_EQ(config->method, "PUT");
  EXPECT_EQ(config->data, "text");
  ASSERT_EQ(config->fields.size(), 2u);
  EXPECT_EQ(config->fields[1].name, "b");
  EXPECT_EQ(config->outputs, (std::vector<std::string>{"first", "-"}));
  EXPECT_TRUE(config->fail_on_status);
  EXPECT_EQ(config->urls.size(), 2u);
}

TEST_F(GetConfigTest, TheMethodFollowsFromTheRest) {
  EXPECT_EQ(read({"a"})->method, "GET");
  EXPECT_EQ(read({"-I", "a"})->method, "HEAD");
  EXPECT_TRUE(read({"-I", "a"})->show_head);
  EXPECT_EQ(read({"-d", "", "a"})->method, "POST");
  EXPECT_EQ(read({"-d", "x", "-X", "PATCH", "a"})->method, "PATCH");
  EXPECT_EQ(read({"-X", "HEAD", "a"})->method, "HEAD");
}

TEST_F(GetConfigTest, NoMoreAtOnceThanThereAre) {
  EXPECT_EQ(read({"a", "b", "c"})->at_once, 3u);
  EXPECT_EQ(read({"-m", "2", "a", "b", "c"})->at_once, 2u);
  EXPECT_EQ(read({"-n", "1000", "a"})->at_once, 100u);
  EXPECT_EQ(read({"-n", "5", "-m", "9", "a"})->at_once, 5u);
}

// Held-back streams must not keep the one whose turn it is from going on.
TEST_F(GetConfigTest, TheConnectionsWindowHoldsThoseOfAllStreams) {
  const auto windows = [&](std::vector<std::string> arguments) {
    const auto config = read(std::move(arguments));
    return std::pair(config->connection.initial_window_size,
                     config->connection.connection_window_size);
  };
  EXPECT_EQ(windows({"--window=100000", "-n10", "-m3", "a"}), (std::pair(100'000u, 300'000u)));
  EXPECT_EQ(windows({"--window=1024", "a"}), (std::pair(1024u, 65535u)));
  // The connection has room for all of them, or one that waits for its turn could keep the others
  // from theirs.
  EXPECT_EQ(windows({"--window=2147483647", "a", "b"}), (std::pair(0x3fffffffu, 0x7ffffffeu)));
}

TEST_F(GetConfigTest, TheWindowOfOneStreamIsWide) {
  EXPECT_EQ(read({"a"})->connection.initial_window_size, 16u << 20);
  EXPECT_EQ(read({"-m1", "a", "b"})->connection.initial_window_size, 16u << 20);
  EXPECT_EQ(read({"a", "b"})->connection.initial_window_size, 1u << 20);
  EXPECT_EQ(read({"a"})->connection.window_policy, WindowPolicy::kHalfWindow);
}

// Only where one stream is open: several whose windows grow could fill the connection's.
TEST_F(GetConfigTest, TheWindowOfOneStreamGrowsIfAsked) {
  const auto config = read({"--window=0", "a"});
  EXPECT_EQ(config->connection.window_policy, WindowPolicy::kAutoTuned);
  EXPECT_EQ(config->connection.initial_window_size, 1u << 20);
  EXPECT_EQ(config->connection.max_window_size, 16u << 20);
  EXPECT_FALSE(read({"--window=0", "a", "b"}).ok());
}

TEST_F(GetConfigTest, TheVersionOfHttp) {
  EXPECT_EQ(read({"http://a/"})->http, HttpChoice::k2);
  EXPECT_EQ(read({"--http=auto", "http://a/"})->connection.protocol, ProtocolVersion::kHttp2);
  for (const char* flag : {"--http=1.1", "--http1.1"}) {
    const auto config = read({flag, "http://a/"});
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->http, HttpChoice::k11);
    EXPECT_EQ(config->connection.protocol, ProtocolVersion::kHttp1);
  }
  EXPECT_EQ(error({"--http=3", "http://a/"}), "--http must be 2, 1.1 or auto");
}

TEST_F(GetConfigTest, Durations) {
  const auto config = read({"--timeout=1500ms", "--connect_timeout=2s", "--keepalive", "1m", "a"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->timeout, milliseconds(1500));
  EXPECT_EQ(config->loop.connect_timeout, milliseconds(2000));
  EXPECT_EQ(config->connection.limits.keepalive_interval, milliseconds(60'000));
}

TEST_F(GetConfigTest, TheEnvironmentSwitchesReuseOff) {
  setenv("HEADRACE_REUSE_FRAMES", "0", 1);
  EXPECT_EQ(read({"--allocation=reuse", "a"})->connection.allocation, Allocation::kFresh);
  setenv("HEADRACE_REUSE_FRAMES", "1", 1);
  EXPECT_EQ(read({"a"})->connection.allocation, Allocation::kReuse);
  EXPECT_EQ(read({"--allocation=fresh", "a"})->connection.allocation, Allocation::kFresh);
}

TEST_F(GetConfigTest, PathsAreThoseOfTheUserUnderBazelRun) {
  setenv("BUILD_WORKING_DIRECTORY", "/home/me", 1);
  EXPECT_EQ(read({"-d", "@file", "a"})->data, "@/home/me/file");
  EXPECT_EQ(read({"-d", "@-", "a"})->data, "@-");
  EXPECT_EQ(read({"-d", "file", "a"})->data, "file");
  EXPECT_EQ(read({"-o", "x", "a"})->outputs.front(), "/home/me/x");
  EXPECT_EQ(read({"-o", "-", "a"})->outputs.front(), "-");
}

TEST_F(GetConfigTest, TakesUrlsWithAndWithoutTls) {
  EXPECT_TRUE(read({"https://a/", "http://b/"}).ok());
  EXPECT_FALSE(read({"ftp://a/"}).ok());
}

TEST_F(GetConfigTest, MistakesAreOneLine) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"-x", "a"},
                                             {"--nonsense", "a"},
                                             {"-n", "many", "a"},
                                             {"-n", "-1", "a"},
                                             {"-n", "1000000001", "a"},
                                             {"-n", "1", "--duration=1s", "a"},
                                             {"--duration=1s", "-o", "file", "a"},
                                             {"--duration=long", "a"},
                                             {"--warm_up=1s", "a"},
                                             {"--warm_up=1s", "-n", "5", "a"},
                                             {"--rate=5", "a"},
                                             {"--rate=-5", "-n", "5", "a"},
                                             {"--plot", "a"},
                                             {"--connections=0", "a"},
                                             {"--connections=5", "-m", "4", "a"},
                                             {"-m", "0", "a"},
                                             {"-H", "nonsense", "a"},
                                             {"-d", "1", "-d", "2", "a"},
                                             {"-I", "-d", "x", "a"},
                                             {"-X", "CONNECT", "a"},
                                             {"--window=1000", "a"},
                                             {"--window=2147483648", "a"},
                                             {"--allocation=both", "a"},
                                             {"--timeout=soon", "a"},
                                             {"http://"},
                                             {"-d"}}) {
    const std::string message = error(arguments);
    EXPECT_NE(message, "no error") << (arguments.empty() ? "nothing" : arguments.back());
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST_F(GetConfigTest, HelpNamesOptionsAndExitCodes) {
  EXPECT_TRUE(read({"--help"})->help);
  EXPECT_TRUE(read({"http://a/", "-h"})->help);
  const std::string text = usage();
  for (const char* expected :
       {"-v, --verbose", "-d, --data", "-H, --header", "-o, --output", "-n, --requests",
        "-m, --at_once", "--duration", "--warm_up", "--rate", "--connections", "--plot",
        "-X, --method", "-I, --head", "-f, --fail", "--timeout", "--progress",
        "   0  every request was answered", "  10  the data to send cannot be read"}) {
    EXPECT_NE(text.find(expected), std::string::npos) << expected << " in\n" << text;
  }
}

}  // namespace
}  // namespace headrace::get
