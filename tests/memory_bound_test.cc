// What max_bytes() says beforehand, held against the heap that is really there: in every transcript
// everything that the connection allocates while it takes input, whose memory is the peer's doing.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/memory/heap_use.h"
#include "tests/transcript/driver.h"
#include "tests/transcript/runner.h"
#include "tests/transcript/transcript.h"

namespace headrace::transcript {
namespace {

using testing::HeapUse;

class MemoryBound : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HeapUse::counts()) GTEST_SKIP() << "a sanitizer has an allocator of its own";
    LibraryCalls::enter = HeapUse::enter;
    LibraryCalls::leave = HeapUse::leave;
  }
  void TearDown() override { LibraryCalls::enter = LibraryCalls::leave = nullptr; }
};

TEST_F(MemoryBound, HoldsInEveryTranscript) {
  size_t largest = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/transcripts")) {
    const auto extension = entry.path().extension();
    if (extension != ".h2t" && extension != ".h1t") continue;
    Transcript transcript;
    std::string error;
    ASSERT_TRUE(load_transcript(entry.path().string(), &transcript, &error)) << error;
    for (const Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
      for (const uint32_t seed : {0, 3}) {  // whole, and in random parts
        RunOptions options;
        options.allocation = allocation;
        options.cuts.kind = seed == 0 ? Cuts::Kind::kWhole : Cuts::Kind::kRandom;
        options.cuts.seed = seed;
        HeapUse::reset_peak();
        const size_t before = HeapUse::live();
        ASSERT_FALSE(run_transcript(transcript, options));
        const size_t peak = HeapUse::peak() - before;
        EXPECT_EQ(HeapUse::live(), before) << entry.path() << ": it has leaked";
        Options of_connection = transcript.options;
        of_connection.allocation = allocation;
        EXPECT_LE(sizeof(Connection) + peak, max_bytes(of_connection)) << entry.path();
        largest = std::max(largest, peak);
      }
    }
  }
  EXPECT_GT(largest, 10'000u) << "nothing is counted";
}

// A peer that makes the most of it: streams, field sections of many fields in many frames, a frame
// that is cut, settings and pings, and priorities of streams that are still to come.
TEST_F(MemoryBound, HoldsForAGreedyPeer) {
  for (const Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
    for (const size_t budget : {size_t{64} << 10, size_t{1} << 20}) {
      Transcript transcript;
      transcript.options.allocation = allocation;
      transcript.options.limits.connection_memory = budget;
      HeapUse::reset_peak();
      const size_t before = HeapUse::live();
      size_t used = 0;
      {
        Driver driver(Role::kServer, transcript.options, Holding::kDrop, 0);
        std::string input = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + reference::encode(4, 0, 0);
        const auto receive = [&](const std::string& bytes, size_t part) {
          std::vector<size_t> parts(bytes.size() / part, part);
          if (bytes.size() % part != 0) parts.push_back(bytes.size() % part);
          driver.receive(bytes, parts);
          driver.settle();
        };
        receive(input, 1000);
        for (uint32_t id = 1; id < 50; id += 2) {
          reference::HpackEncoder encoder;
          std::vector<reference::HeaderField> fields = {
              {":method", "POST"}, {":scheme", "https"}, {":path", "/"}};
          for (uint32_t i = 0; i < 120; ++i) {
            fields.push_back({"x-" + std::to_string(i), std::string(450, 'a'), true});
          }
          std::string block = encoder.encode(fields);
          std::string frames = reference::encode(1, 0, id, block.substr(0, 16000));
          for (size_t at = 16000; at < block.size(); at += 16000) {
            const bool last = at + 16000 >= block.size();
            frames += reference::encode(9, last ? 4 : 0, id, block.substr(at, 16000));
          }
          frames += reference::encode(16, 0, 0, reference::priority_update(id + 1000, "u=1"));
          for (int i = 0; i < 100; ++i) frames += reference::encode(6, 0, 0, reference::u64(id));
          receive(frames, 1 + id * 97 % 5000);
          used = std::max(used, driver.connection().statistics().memory_peak);
          if (driver.connection().should_close()) break;
        }
        driver.take_events();
        driver.finish();
      }
      const size_t peak = HeapUse::peak() - before;
      EXPECT_EQ(HeapUse::live(), before);
      EXPECT_LE(sizeof(Connection) + peak, max_bytes(transcript.options)) << budget;
      EXPECT_GE(peak, used / 2) << "the ledger knows of more than there is";
      EXPECT_GT(peak, std::min<size_t>(budget / 2, 100'000));
    }
  }
}

}  // namespace
}  // namespace headrace::transcript
