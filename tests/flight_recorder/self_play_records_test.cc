// Random conversations are recorded, and their records repeated: with the same events and the same
// octets.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/flight_recorder/record.h"
#include "tests/flight_recorder/repeat.h"
#include "tests/self_play/self_play.h"
#include "tests/transcript/runner.h"
#include "tests/transcript/transcript.h"

namespace headrace::recording {
namespace {

using self_play::Recorded;
using transcript::Item;

constexpr uint64_t kSteps = 3000;
constexpr uint64_t kSeeds = 6;

// All octets and all events of a run.
class Listener final : public transcript::TurnListener {
 public:
  void on_turn(const transcript::Turn&, const transcript::Outcome& outcome) override {
    output += outcome.octets;
    for (const Item& event : outcome.events) add(event);
  }

  std::string output;
  std::vector<Item> events;

 private:
  // How DataReceived are joined does not depend on the turns.
  void add(const Item& event) {
    const bool joins = event.name == "DataReceived" && !events.empty() &&
                       events.back().name == event.name && events.back().numbers == event.numbers &&
                       !events.back().has_word("END_STREAM");
    if (!joins) return events.push_back(event);
    *events.back().bytes += event.bytes.value_or("");
    events.back().words = event.words;
    events.back().details = {{"user_data", event.details[0].second},
                             {"len", std::to_string(events.back().bytes->size())}};
  }
};

void expect_to_be_repeated(const Recorded& recorded) {
  Record record;
  std::string error;
  ASSERT_TRUE(read_record(recorded.record, &record, &error)) << error;
  ASSERT_TRUE(can_be_repeated(record, &error)) << error;
  const Repeated repeated = repeat(record);
  ASSERT_EQ(repeated.departure, "") << repeated.transcript.substr(0, 2000);

  transcript::Transcript transcript;
  ASSERT_TRUE(
      transcript::parse_transcript(repeated.transcript, "repeated.h2t", &transcript, &error))
      << error;
  for (const Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
    transcript::RunOptions options;
    options.allocation = allocation;
    const auto departure = transcript::run_transcript(transcript, options);
    ASSERT_FALSE(departure) << transcript::describe(transcript, options, *departure);
  }
  Listener listener;
  transcript::RunOptions options;
  options.listener = &listener;
  ASSERT_FALSE(transcript::run_transcript(transcript, options));
  EXPECT_EQ(listener.output, recorded.output);
  ASSERT_EQ(listener.events.size(), recorded.events.size());
  for (size_t i = 0; i < listener.events.size(); ++i) {
    ASSERT_EQ(transcript::format_item(listener.events[i], std::string::npos),
              transcript::format_item(recorded.events[i], std::string::npos));
  }
}

class SelfPlayRecords : public testing::TestWithParam<uint64_t> {};

TEST_P(SelfPlayRecords, AreRepeatedExactly) {
  self_play::Records records;
  const self_play::Modes modes = self_play::all_modes()[GetParam() % 4];
  const self_play::Outcome outcome =
      self_play::play(GetParam(), kSteps, modes, /*tracing=*/false, &records);
  ASSERT_EQ(outcome.failure, "");
  ASSERT_GE(records.size(), 2u);
  for (const auto& recorded : records) {
    expect_to_be_repeated(*recorded);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SelfPlayRecords, testing::Range(uint64_t{1}, kSeeds + 1));

// What is recorded does not change the game.
TEST(SelfPlayRecord, ChangesNothing) {
  self_play::Records records;
  const auto plain = self_play::play(7, kSteps, {}, /*tracing=*/false);
  const auto recorded = self_play::play(7, kSteps, {}, /*tracing=*/false, &records);
  EXPECT_EQ(plain.failure, "");
  EXPECT_EQ(recorded.failure, "");
  EXPECT_EQ(plain.digests, recorded.digests);
}

}  // namespace
}  // namespace headrace::recording
