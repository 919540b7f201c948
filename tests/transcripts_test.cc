// Every file under tests/transcripts, each as one test: {reuse, fresh} x {whole, octet by octet,
// every two-part cut, seeded random cuts}.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headrace/protocol/event/event.h"
#include "tests/transcript/cuts.h"
#include "tests/transcript/runner.h"
#include "tests/transcript/transcript.h"

namespace headrace::transcript {
namespace {

constexpr char kRoot[] = "tests/transcripts";
constexpr uint32_t kRandomSeeds = 12;

std::vector<std::string> transcript_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kRoot)) {
    const auto extension = entry.path().extension();
    if (extension == ".h2t" || extension == ".h1t") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// With HEADRACE_TRANSCRIPT_CUTS=few in the environment just whole and octet by octet: for who plays
// all of them again and again (tests/mutation).
std::vector<Cuts> all_cuts(const Transcript& transcript) {
  Cuts octets;
  octets.kind = Cuts::Kind::kOctets;
  const char* wanted = std::getenv("HEADRACE_TRANSCRIPT_CUTS");
  if (wanted != nullptr && std::string_view(wanted) == "few") return {Cuts(), octets};
  std::vector<Cuts> cuts = two_part_cuts(transcript);
  cuts.insert(cuts.begin(), {Cuts(), octets});
  for (uint32_t seed = 0; seed < kRandomSeeds; ++seed) {
    Cuts random;
    random.kind = Cuts::Kind::kRandom;
    random.seed = seed;
    cuts.push_back(random);
  }
  return cuts;
}

class Transcripts : public testing::TestWithParam<std::string> {};

TEST_P(Transcripts, HoldAtEveryCutInBothModes) {
  Transcript transcript;
  std::string error;
  ASSERT_TRUE(load_transcript(GetParam(), &transcript, &error)) << error;
  for (const Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
    for (const Cuts& cuts : all_cuts(transcript)) {
      RunOptions options;
      options.allocation = allocation;
      options.cuts = cuts;
      const auto departure = run_transcript(transcript, options);
      ASSERT_FALSE(departure) << describe(transcript, options, *departure)
                              << "\nsee it: bazel run //tests:replay -- --allocation="
                              << allocation_name(allocation) << " --cut=" << describe(cuts) << " "
                              << GetParam();
    }
  }
}

template <size_t... kIndex>
std::set<std::string> event_names(std::index_sequence<kIndex...>) {
  return {event_name(Event(std::in_place_index<kIndex + 1>))...};
}

// In these runs the storage of every event is overwritten before the next comes: together they are
// to see each type.
TEST(TranscriptFiles, HaveEventsOfEveryType) {
  std::set<std::string> missing =
      event_names(std::make_index_sequence<std::variant_size_v<Event> - 1>());
  EXPECT_EQ(missing.size(), std::variant_size_v<Event> - 1);
  for (const std::string& file : transcript_files()) {
    Transcript transcript;
    std::string error;
    ASSERT_TRUE(load_transcript(file, &transcript, &error)) << error;
    for (const Turn& turn : transcript.turns) {
      for (const Line& line : turn.events) missing.erase(line.item.name);
    }
  }
  EXPECT_EQ(missing, std::set<std::string>());
}

// tests/transcripts/rfc9113-5.1/late-data.h2t: rfc9113_5_1_late_data
std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(sizeof(kRoot));
  name.resize(name.size() - 4);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Transcripts, testing::ValuesIn(transcript_files()), test_name);

}  // namespace
}  // namespace headrace::transcript
