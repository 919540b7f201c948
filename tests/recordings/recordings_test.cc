// What real clients sent (docs/recordings.md), played to the library: it cuts off none of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/recordings/player.h"
#include "tests/recordings/recording.h"

namespace headrace::recordings {
namespace {

constexpr char kRoot[] = "tests/recordings";
constexpr uint32_t kSeeds = 2;

Recording read(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Recording recording;
  std::string error;
  EXPECT_TRUE(read_recording(text, &recording, &error)) << path << ": " << error;
  EXPECT_FALSE(recording.requests.empty()) << path << ": nothing in it";
  return recording;
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(kRoot)) {
    if (entry.path().extension() == ".rec") found.push_back(entry.path().stem().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Octet by octet, but not a megabyte of content in each manner.
constexpr size_t kLarge = 200'000;

std::vector<Manner> manners(const Recording& recording) {
  std::vector<Manner> all;
  const size_t least = recording.octets > kLarge ? 50 : 1;
  for (const Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
    for (const bool timed : {true, false}) {
      for (const size_t most : {size_t{0}, least}) all.push_back({allocation, timed, most});
      for (uint32_t seed = 1; seed <= kSeeds; ++seed)
        all.push_back({allocation, timed, 60 * least, seed});
    }
  }
  // Records of TLS begin and end within frames, and pieces within records.
  for (const size_t most : {size_t{0}, 3 * least}) {
    all.push_back({.most = most, .tls = true});
    all.push_back({.timed = false, .most = most, .seed = 1, .tls = true});
  }
  return all;
}

std::string describe(const Manner& manner) {
  return std::string(manner.allocation == Allocation::kReuse ? "reuse" : "fresh") +
         (manner.timed ? ", as it was timed" : ", at one instant") + ", in parts of " +
         std::to_string(manner.most) + ", seed " + std::to_string(manner.seed) +
         (manner.tls ? ", over TLS" : "");
}

class ClientsTest : public ::testing::TestWithParam<std::string> {
 protected:
  const Recording recording_ = read(std::string(kRoot) + "/" + GetParam() + ".rec");
};

TEST_P(ClientsTest, NobodyIsCutOff) {
  for (const Manner& manner : manners(recording_)) {
    Player player(recording_, manner);
    player.play();
    EXPECT_EQ(player.departures(), "") << describe(manner);
  }
}

// And the play would show it if one was.

std::string departures(const std::string& name, const Manner& manner, const Limits& limits) {
  const Recording recording = read(std::string(kRoot) + "/" + name + ".rec");
  Player player(recording, manner, limits);
  player.play();
  return player.departures();
}

TEST(RecordingsTest, ABudgetOfResetsThatIsTooSmallIsSeen) {
  Limits limits;
  limits.reset_burst = 100;
  limits.resets_per_second = 10;
  const std::string seen = departures("chromium-panning", Manner(), limits);
  EXPECT_NE(seen.find("reset_burst was hit\n"), std::string::npos);
  EXPECT_NE(seen.find("GOAWAY\n"), std::string::npos);
  EXPECT_NE(seen.find("no whole answer"), std::string::npos);
}

// What PRIORITY frames would come to if none were free.
TEST(RecordingsTest, ABrowsersPrioritiesAreMoreThanUselessFramesMayBe) {
  Limits limits;
  limits.priority_updates_per_stream = 0;
  const std::string seen = departures("chromium-galleries", {.timed = false}, limits);
  EXPECT_NE(seen.find("useless_burst was hit\n"), std::string::npos);
}

// In HTTP/1.1: a browser's heads have more fields than that.
TEST(RecordingsTest, ALimitThatIsTooLowForABrowserIsSeen) {
  Limits limits;
  limits.fields_per_request = 6;
  const std::string seen = departures("http1-firefox", Manner(), limits);
  EXPECT_NE(seen.find("fields_per_request was hit\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("no whole answer"), std::string::npos) << seen;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Recorded, ClientsTest, ::testing::ValuesIn(names()), test_name);

}  // namespace
}  // namespace headrace::recordings
