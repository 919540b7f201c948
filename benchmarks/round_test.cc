// The benchmark does the work that it claims to do, on both sides, and would notice if not.
#include "benchmarks/round.h"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <vector>

#include "benchmarks/peer.h"
#include "benchmarks/workload.h"
#include "tests/reference/frames.h"

namespace headrace::benchmarks {
namespace {

TEST(Round, EveryPeerDoesEveryWorkload) {
  std::vector<std::string> names = protocol_workloads();
  for (const std::string& name : body_workloads()) names.push_back(name);
  for (const std::string& name : names) {
    const Workload workload = make_workload(name, Size::kTiny);
    for (const NamedPeer& peer : kPeers) {
      EXPECT_EQ(find_fault(workload, peer.run), "") << name << "/" << peer.name;
      TimedRounds rounds(&workload, peer.run);
      rounds.run();
    }
  }
}

std::string output_of(const Workload& workload) {
  FlatOutput output;
  std::string record;
  output.record(&record);
  Round round{&workload, &output, /*with_epilogue=*/true};
  run_nghttp2(&round);
  return record;
}

// The same frames without the last of a type.
std::string without_last(uint8_t type, const std::string& output) {
  std::vector<reference::Frame> frames = reference::parse_all(output);
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    if (frame->type != type) continue;
    frames.erase(std::prev(frame.base()));
    break;
  }
  std::string rest;
  for (const reference::Frame& frame : frames) rest += reference::encode(frame);
  return rest;
}

TEST(Round, AFrameThatIsMissingInTheOutputIsAFault) {
  const struct {
    const char* workload;
    uint8_t type;
  } cases[] = {
      {"W1", reference::HEADERS},
      {"W1", reference::DATA},
      {"W1", reference::SETTINGS},
      {"W1", reference::WINDOW_UPDATE},
      {"W1_client", reference::HEADERS},
      {"Bodies_source_1024", reference::DATA},
      {"W2", reference::HEADERS},
      {"W3_window_connection", reference::DATA},
      {"W3_window_stream", reference::DATA},
      {"W3_ping", reference::PING},
      {"W3_settings", reference::SETTINGS},
  };
  for (const auto& missing : cases) {
    const Workload workload = make_workload(missing.workload, Size::kTiny);
    const std::string output = output_of(workload);
    EXPECT_EQ(find_fault_in_output(workload, output), "");
    EXPECT_NE(find_fault_in_output(workload, without_last(missing.type, output)), "")
        << missing.workload << " without frame type " << int{missing.type};
  }
}

// An application that is shown less than the workload says.
void serve_and_forget_a_request(Round* round) {
  serve_with_nghttp2(round);
  --round->tally.requests;
}
void serve_and_overlook_an_octet(Round* round) {
  serve_with_nghttp2(round);
  --round->tally.payload_sum;
}

TEST(Round, AnEventThatIsMissingIsAFault) {
  EXPECT_NE(find_fault(make_workload("W1", Size::kTiny), serve_and_forget_a_request), "");
  EXPECT_NE(find_fault(make_workload("W2b", Size::kTiny), serve_and_overlook_an_octet), "");
}

TEST(RoundDeathTest, ATimedRoundThatDoesLessEndsTheProgram) {
  const Workload workload = make_workload("W1", Size::kTiny);
  TimedRounds rounds(&workload, serve_and_forget_a_request);
  EXPECT_EXIT(rounds.run(), testing::ExitedWithCode(1), "requests: 20 instead of 21");
}

// The sizes that docs/performance.md tells.
TEST(Workload, RequestsAreOfTheSizeThatIsWritten) {
  const Workload w1 = make_workload("W1", Size::kFull);
  EXPECT_EQ(w1.operations, 1000u);
  EXPECT_EQ(w1.tally.field_octets, 485'000u);
}

}  // namespace
}  // namespace headrace::benchmarks
