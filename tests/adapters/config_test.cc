#include "headrace/adapters/serve/config.h"

#include <absl/flags/reflection.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace headrace::serve {
namespace {

using std::chrono::milliseconds;

class ConfigTest : public testing::Test {
 protected:
  absl::StatusOr<Config> read(std::vector<std::string> arguments) {
    flags_.emplace();  // as they were
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    return read_config(pointers);
  }
  std::string error(std::vector<std::string> arguments) {
    const absl::StatusOr<Config> config = read(std::move(arguments));
    return config.ok() ? "no error" : std::string(config.status().message());
  }
  void TearDown() override {
    unsetenv("HEADRACE_REUSE_FRAMES");
    unsetenv("BUILD_WORKING_DIRECTORY");
  }

 private:
  std::optional<absl::FlagSaver> flags_;
};

TEST_F(ConfigTest, Defaults) {
  const absl::StatusOr<Config> config = read({});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->address, "127.0.0.1");
  EXPECT_EQ(config->port, 8080);
  EXPECT_EQ(config->threads, 1);
  EXPECT_EQ(config->root, "");
  EXPECT_EQ(config->log, "");
  EXPECT_EQ(config->loop.connection.allocation, Allocation::kReuse);
}

// What a program on the loop has without an option is what serve has without a flag.
TEST_F(ConfigTest, DefaultsOfTheFlagsAreThoseOfTheLoop) {
  const adapters::LoopOptions flags = read({})->loop, loop;
  EXPECT_EQ(flags.max_connections, loop.max_connections);
  EXPECT_EQ(flags.client_share, loop.client_share);
  EXPECT_EQ(flags.least_rate, loop.least_rate);
  EXPECT_EQ(flags.memory, loop.memory);
  EXPECT_EQ(flags.write_timeout, loop.write_timeout);
  EXPECT_EQ(flags.shutdown_grace, loop.shutdown_grace);
}

TEST_F(ConfigTest, EveryWayToWriteAFlag) {
  EXPECT_EQ(read({"--port=1"})->port, 1);
  EXPECT_EQ(read({"-port=2"})->port, 2);
  EXPECT_EQ(read({"--port", "3"})->port, 3);
  EXPECT_EQ(read({"--log"})->log, "-");
  EXPECT_EQ(read({"--log", "--nolog"})->log, "");
  EXPECT_EQ(read({"--log=true"})->log, "-");
  EXPECT_EQ(read({"--log_file=/x"})->log, "/x");
  EXPECT_TRUE(read({"--help"})->help);
}

TEST_F(ConfigTest, Durations) {
  const auto idle = [&](const char* value) {
    return read({std::string("--idle_timeout=") + value})->loop.connection.limits.idle_timeout;
  };
  EXPECT_EQ(idle("30s"), milliseconds(30'000));
  EXPECT_EQ(idle("1500ms"), milliseconds(1'500));
  EXPECT_EQ(idle("2m"), milliseconds(120'000));
  EXPECT_EQ(idle("1h"), milliseconds(3'600'000));
  EXPECT_EQ(idle("7"), milliseconds(7'000));
  EXPECT_EQ(idle("0.25"), milliseconds(250));
  EXPECT_EQ(idle("0"), milliseconds(0));
}

TEST_F(ConfigTest, DeadlinesOfConnections) {
  const Limits usual = read({})->loop.connection.limits;
  EXPECT_EQ(usual.keepalive_interval, milliseconds(60'000));
  EXPECT_FALSE(usual.keepalive_while_idle);
  EXPECT_EQ(usual.connection_age, milliseconds(0));
  EXPECT_EQ(usual.connection_age_grace, milliseconds(0));
  const Limits limits =
      read({"--keepalive_interval=5s", "--keepalive_timeout=4s", "--keepalive_while_idle",
            "--connection_age=1h", "--connection_age_grace=30s"})
          ->loop.connection.limits;
  EXPECT_EQ(limits.keepalive_interval, milliseconds(5'000));
  EXPECT_EQ(limits.keepalive_timeout, milliseconds(4'000));
  EXPECT_TRUE(limits.keepalive_while_idle);
  EXPECT_EQ(limits.connection_age, milliseconds(3'600'000));
  EXPECT_EQ(limits.connection_age_grace, milliseconds(30'000));
}

TEST_F(ConfigTest, ThreadsShareTheConnections) {
  EXPECT_EQ(read({"--threads=4", "--max_connections=100"})->loop.max_connections, 25u);
  EXPECT_EQ(read({"--threads=4", "--max_connections=4"})->loop.max_connections, 1u);
  EXPECT_NE(error({"--max_connections=2", "--threads=4"}), "no error");
}

TEST_F(ConfigTest, MistakesAreOneLineThatNamesThem) {
  const std::vector<std::vector<std::string>> mistakes = {{"--prot=1"},
                                                          {"--port=http"},
                                                          {"--port=65536"},
                                                          {"--port"},
                                                          {"--threads=0"},
                                                          {"--threads=1000000"},
                                                          {"--allocation=both"},
                                                          {"--idle_timeout=soon"},
                                                          {"--idle_timeout=-1s"},
                                                          {"--grace=1e99h"},
                                                          {"--max_connections=0"},
                                                          {"--log=perhaps"},
                                                          {"--noport"},
                                                          {"directory"},
                                                          {"-"}};
  for (const std::vector<std::string>& arguments : mistakes) {
    const std::string message = error(arguments);
    EXPECT_NE(message, "no error") << arguments[0];
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    std::string name = arguments[0].substr(0, arguments[0].find('='));
    name.erase(0, name == "-" ? 0 : name.find_first_not_of('-'));
    EXPECT_NE(message.find(name), std::string::npos) << message;
  }
}

TEST_F(ConfigTest, TheEnvironmentSwitchesReuseOffWhateverTheFlagSays) {
  EXPECT_EQ(read({"--allocation=fresh"})->loop.connection.allocation, Allocation::kFresh);
  setenv("HEADRACE_REUSE_FRAMES", "0", 1);
  EXPECT_EQ(read({})->loop.connection.allocation, Allocation::kFresh);
  EXPECT_EQ(read({"--allocation=reuse"})->loop.connection.allocation, Allocation::kFresh);
  for (const char* off : {"off", "OFF", "false", "No"}) {
    setenv("HEADRACE_REUSE_FRAMES", off, 1);
    EXPECT_EQ(read({})->loop.connection.allocation, Allocation::kFresh) << off;
  }
  for (const char* on : {"", "1", "on", "True", "yes"}) {
    setenv("HEADRACE_REUSE_FRAMES", on, 1);
    EXPECT_EQ(read({})->loop.connection.allocation, Allocation::kReuse) << on;
  }
  for (const char* neither : {"2", "00", "nope", " 0", "disable"}) {
    setenv("HEADRACE_REUSE_FRAMES", neither, 1);
    EXPECT_NE(error({}).find("HEADRACE_REUSE_FRAMES"), std::string::npos) << neither;
    EXPECT_NE(error({}).find(neither), std::string::npos);
  }
  setenv("HEADRACE_REUSE_FRAMES", "1", 1);
  EXPECT_EQ(read({"--allocation=fresh"})->loop.connection.allocation, Allocation::kFresh);
}

TEST_F(ConfigTest, PathsAreThoseOfTheUserUnderBazelRun) {
  setenv("BUILD_WORKING_DIRECTORY", "/home/me", 1);
  EXPECT_EQ(read({"--root=site"})->root, "/home/me/site");
  EXPECT_EQ(read({"--root=/site"})->root, "/site");
  EXPECT_EQ(read({"--log_file=-"})->log, "-");
}

// Files are served to the world: what is there for trying the server is not, unless it is asked
// for.
TEST_F(ConfigTest, DiagnosticsAreOnWithoutARoot) {
  EXPECT_TRUE(read({})->diagnostics);
  EXPECT_FALSE(read({"--root=/site"})->diagnostics);
  EXPECT_TRUE(read({"--root=/site", "--diagnostics"})->diagnostics);
  EXPECT_TRUE(read({})->loop.connection.enable_connect_protocol);
  EXPECT_FALSE(read({"--root=/site"})->loop.connection.enable_connect_protocol);
  EXPECT_FALSE(read({})->stats_to_all);
  EXPECT_TRUE(read({"--stats_to=all"})->stats_to_all);
  EXPECT_FALSE(read({"--stats_to=me"}).ok());
}

TEST_F(ConfigTest, ProxiesAreAddresses) {
  EXPECT_TRUE(read({})->loop.shared_addresses.empty());
  EXPECT_EQ(read({"--proxies=127.0.0.1,2001:db8:1:2:3:4:5:6"})->loop.shared_addresses,
            (std::vector<adapters::ClientId>{
                {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1},
                {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0}}));
  EXPECT_NE(error({"--proxies=127.0.0.1,here"}).find("here"), std::string::npos);
  EXPECT_FALSE(read({"--client_share=0"}).ok());
  EXPECT_FALSE(read({"--client_share=101"}).ok());
}

TEST_F(ConfigTest, UsageNamesEveryFlag) {
  for (const char* flag :
       {"--address=127.0.0.1", "--port=8080", "--root=", "--threads=1", "--allocation=reuse",
        "--max_connections=", "--idle_timeout=", "--log="}) {
    EXPECT_NE(usage().find(flag), std::string::npos) << flag;
  }
}

}  // namespace
}  // namespace headrace::serve
