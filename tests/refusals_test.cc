// The ledger refuses its nth reservation, for every n, in every transcript: a typed error of the
// connection or of one stream comes of it, or nothing at all; never silence, and never more than
// that.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/transcript/refusal.h"
#include "tests/transcript/transcript.h"

namespace headrace::transcript {
namespace {

// `extension`: .h2t, or .h1t.
std::vector<std::string> transcript_files(std::string_view extension) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/transcripts")) {
    if (entry.path().extension() == extension) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool contains(const std::vector<std::string>& lines, std::string_view text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(text) != line.npos; });
}

// Where a stream that was closed is not remembered, for want of memory, what comes late for it is
// judged as if it had been closed long ago (RFC 9113 §5.1). These are about just that.
bool is_about_late_frames(const std::string& file) {
  for (const char* name : {
           "/a-client-may-begin-with-the-highest-id.h2t",
           "/a-promise-on-a-stream-that-has-ended-is-a-protocol-error.h2t",
           "/a-response-behind-the-servers-own-reset-costs-the-stream.h2t",
           "/data-after-both-ends-costs-a-clients-connection.h2t",
           "/data-after-both-ends-costs-the-connection.h2t",
           "/data-after-the-peers-own-reset-costs-the-stream.h2t",
           "/frames-behind-the-peers-own-reset-spend-a-budget.h2t",
           "/headers-after-both-ends-cost-a-clients-connection.h2t",
           "/headers-after-both-ends-cost-the-connection.h2t",
           "/headers-after-the-peers-own-reset-cost-the-stream.h2t",
       }) {
    if (file.ends_with(name)) return true;
  }
  return false;
}

enum class Outcome : uint8_t { kNothing, kStream, kConnection, kForgotten, kFault };

// What a refusal has changed.
Outcome judge(const std::string& file, const RefusedRun& usual, const RefusedRun& refused) {
  if (!refused.broken_rule.empty()) return Outcome::kFault;
  if (usual.events == refused.events && usual.data == refused.data &&
      usual.we_reset == refused.we_reset) {
    return Outcome::kNothing;
  }
  // A refusal may spare another that the transcript itself comes to.
  if (usual.limits_hit > 0 && refused.limits_hit <= usual.limits_hit) return Outcome::kNothing;
  const auto of_connection = [](const RefusedRun& run) {
    const auto found = run.events.find(0);
    return found == run.events.end() ? std::vector<std::string>() : found->second;
  };
  if (contains(of_connection(refused), "ConnectionClosed ENHANCE_YOUR_CALM")) {
    return Outcome::kConnection;
  }
  if (refused.limits_hit == usual.limits_hit) {
    return is_about_late_frames(file) ? Outcome::kForgotten : Outcome::kFault;
  }
  for (const auto& [stream, resets] : refused.we_reset) {
    if (contains(resets, "ENHANCE_YOUR_CALM") || contains(resets, "REFUSED_STREAM")) {
      return Outcome::kStream;
    }
  }
  return Outcome::kFault;
}

TEST(Refusals, EndInATypedErrorOrInNone) {
  std::map<Outcome, int> outcomes;
  for (const std::string& file : transcript_files(".h2t")) {
    Transcript transcript;
    std::string error;
    ASSERT_TRUE(load_transcript(file, &transcript, &error)) << error;
    const RefusedRun usual = run_refused(transcript, 0);
    for (uint64_t n = 1; n <= usual.reservations; ++n) {
      const RefusedRun refused = run_refused(transcript, n);
      const Outcome outcome = judge(file, usual, refused);
      ++outcomes[outcome];
      EXPECT_NE(outcome, Outcome::kFault)
          << file << ", reservation " << n << " of " << usual.reservations << ": "
          << (refused.broken_rule.empty() ? "something else" : refused.broken_rule);
    }
  }
  // All of them happen, or nothing was refused.
  EXPECT_GT(outcomes[Outcome::kNothing], 0);
  EXPECT_GT(outcomes[Outcome::kStream], 0);
  EXPECT_GT(outcomes[Outcome::kConnection], 0);
  EXPECT_LT(outcomes[Outcome::kForgotten], 20);
}

TEST(Refusals, EndInATypedErrorOrInNoneInHttp1) {
  std::map<Outcome, int> outcomes;
  for (const std::string& file : transcript_files(".h1t")) {
    Transcript transcript;
    std::string error;
    ASSERT_TRUE(load_transcript(file, &transcript, &error)) << error;
    // (The ledger is another one once the version is detected.)
    if (transcript.options.protocol == ProtocolVersion::kDetect) continue;
    const RefusedRun usual = run_refused(transcript, 0);
    for (uint64_t n = 1; n <= usual.reservations; ++n) {
      const RefusedRun refused = run_refused(transcript, n);
      Outcome outcome = judge(file, usual, refused);
      // A 431 of ours waits for the responses before it.
      const bool waits = refused.broken_rule.empty() && refused.limits_hit > usual.limits_hit;
      if (outcome == Outcome::kFault && waits) outcome = Outcome::kStream;
      ++outcomes[outcome];
      EXPECT_NE(outcome, Outcome::kFault)
          << file << ", reservation " << n << " of " << usual.reservations << ": "
          << (refused.broken_rule.empty() ? "something else" : refused.broken_rule);
    }
  }
  EXPECT_GT(outcomes[Outcome::kNothing], 0);
  EXPECT_GT(outcomes[Outcome::kStream], 0);
  EXPECT_GT(outcomes[Outcome::kConnection], 0);
}

// One refusal costs at most one of several streams, and none of the others notices.
TEST(Refusals, CostNoOtherStream) {
  Transcript transcript;
  std::string error;
  ASSERT_TRUE(load_transcript(
      "tests/transcripts/rfc9113-8.1/an-exchange-on-many-streams-at-once.h2t", &transcript, &error))
      << error;
  const RefusedRun usual = run_refused(transcript, 0);
  int streams_refused = 0;
  for (uint64_t n = 1; n <= usual.reservations; ++n) {
    const RefusedRun refused = run_refused(transcript, n);
    if (judge("", usual, refused) != Outcome::kStream) continue;
    std::vector<uint64_t> changed;
    for (const auto& [stream, events] : usual.events) {
      const auto now = refused.events.find(stream);
      if (now == refused.events.end() || now->second != events) {
        changed.push_back(stream);
      } else if (usual.data.count(stream) != 0) {
        EXPECT_EQ(refused.data.at(stream), usual.data.at(stream));
      }
    }
    streams_refused += static_cast<int>(refused.we_reset.size());
    EXPECT_EQ(changed.size(), 1u) << "reservation " << n;
  }
  EXPECT_GT(streams_refused, 0);
}

}  // namespace
}  // namespace headrace::transcript
