#include "headrace/adapters/get/summary.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "headrace/adapters/get/units.h"

namespace headrace::get {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(PercentileTest, NearestRank) {
  std::vector<std::chrono::steady_clock::duration> hundred;
  for (int i = 1; i <= 100; ++i) hundred.push_back(milliseconds(i));
  EXPECT_EQ(percentile(hundred, 50), milliseconds(50));
  EXPECT_EQ(percentile(hundred, 99), milliseconds(99));
  EXPECT_EQ(percentile(hundred, 99.9), milliseconds(100));
  EXPECT_EQ(percentile(hundred, 100), milliseconds(100));
  EXPECT_EQ(percentile({milliseconds(7)}, 0), milliseconds(7));
  EXPECT_EQ(percentile({milliseconds(7)}, 99.9), milliseconds(7));
  EXPECT_EQ(percentile({milliseconds(1), milliseconds(2)}, 50), milliseconds(1));
}

TEST(SummaryTest, CountsAndRates) {
  Summary summary;
  for (size_t i = 0; i < 99; ++i) summary.add(i, {}, 200, milliseconds(i + 1));
  summary.add(99, {ExitCode::kStreamReset, "the server reset the stream: CANCEL"}, 0, seconds(9));
  summary.add_traffic(4 * 1024 * 1024, 0);
  EXPECT_EQ(summary.ok(), 99u);
  EXPECT_EQ(summary.failed(), 1u);
  EXPECT_EQ(summary.render(seconds(2)),
            "requests  100: 99 ok, 1 failed\n"
            "time      2.00 s, 50.0 requests/s\n"
            "received  4.0 MiB, 2.0 MiB/s\n"
            "status    99 x 200\n"
            "latency   min 1.0 ms, p50 50.0 ms, p90 90.0 ms, p99 99.0 ms, p99.9 99.0 ms, "
            "max 99.0 ms\n"
            "failed    1 x the server reset the stream: CANCEL\n");
}

TEST(SummaryTest, BarsAreAsLongAsTheirShareOfTheLongest) {
  Summary summary;
  for (size_t i = 0; i < 100; ++i) summary.add(i, {}, 200, milliseconds(i + 1));
  const std::string text = summary.render(seconds(1), /*plot=*/true);
  const auto line = [](const char* name, size_t size) {
    return std::string("          ") + name + std::string(size, '#') + "\n";
  };
  EXPECT_TRUE(text.ends_with(line("p10       10.0 ms  ", 5) + line("p50       50.0 ms  ", 25) +
                             line("p75       75.0 ms  ", 38) + line("p90       90.0 ms  ", 45) +
                             line("p95       95.0 ms  ", 48) + line("p99       99.0 ms  ", 50) +
                             line("p99.9      100 ms  ", 50) + line("max        100 ms  ", 50)))
      << text;
  EXPECT_EQ(summary.render(seconds(1)).find('#'), std::string::npos);
}

TEST(SummaryTest, NothingHasNoBars) {
  EXPECT_EQ(Summary().render(seconds(1), /*plot=*/true).find('#'), std::string::npos);
}

TEST(SummaryTest, ShowsWhatWasSentWhenThereWasAny) {
  Summary summary;
  summary.add(0, {}, 204, milliseconds(1));
  summary.add_traffic(0, 1024);
  const std::string text = summary.render(seconds(1));
  EXPECT_NE(text.find("sent      1.0 KiB, 1.0 KiB/s\n"), std::string::npos) << text;
}

// The code does not depend on which of several failures came first.
TEST(SummaryTest, TheFirstFailureInTheOrderOfTheCommandLineDecides) {
  Summary summary;
  EXPECT_EQ(summary.exit_code(), ExitCode::kOk);
  summary.add(5, {ExitCode::kTimeout, "late"}, 0, {});
  EXPECT_EQ(summary.exit_code(), ExitCode::kTimeout);
  summary.add(2, {ExitCode::kHttpStatus, "404"}, 404, {});
  summary.add(3, {ExitCode::kNotConnected, "refused"}, 0, {});
  summary.add(0, {}, 200, {});
  EXPECT_EQ(summary.exit_code(), ExitCode::kHttpStatus);
}

TEST(UnitsTest, Sizes) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(1024), "1.0 KiB");
  EXPECT_EQ(format_size(1536), "1.5 KiB");
  EXPECT_EQ(format_size(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(format_size(uint64_t{5} << 30), "5.0 GiB");
  EXPECT_EQ(format_size(uint64_t{3000} << 40), "3000.0 TiB");
}

TEST(UnitsTest, Durations) {
  EXPECT_EQ(format_duration(microseconds(12)), "0.012 ms");
  EXPECT_EQ(format_duration(microseconds(3400)), "3.4 ms");
  EXPECT_EQ(format_duration(milliseconds(250)), "250 ms");
  EXPECT_EQ(format_duration(milliseconds(1250)), "1.25 s");
  EXPECT_EQ(format_duration(seconds(125)), "2:05 min");
}

}  // namespace
}  // namespace headrace::get
