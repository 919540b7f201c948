#include "fuzz/balanced.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "headrace/memory/abi.h"

namespace headrace::fuzz {
namespace {

int play(const std::function<void()>& one) {
  return play_balanced(nullptr, 0, [&](std::string_view) { one(); });
}

class BalancedTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HEADRACE_ASAN) GTEST_SKIP() << "this build does not count";
    ASSERT_TRUE(heap_is_counted());
  }
  std::vector<std::unique_ptr<std::vector<int>>> kept_;
};
using BalancedDeathTest = BalancedTest;

TEST_F(BalancedTest, WhatIsReleasedAndWhatIsMadeOnceIsFine) {
  std::unique_ptr<std::vector<int>> once;
  play([&] {
    const std::vector<int> released(1000);
    if (once == nullptr) once = std::make_unique<std::vector<int>>(1000);
  });
}

// As libFuzzer's own does, which watches the process: here in the middle of every case.
TEST_F(BalancedTest, WhatOtherThreadsHoldIsNotTheCases) {
  std::vector<std::unique_ptr<std::vector<int>>> theirs(2);
  std::atomic<size_t> asked{0};
  std::atomic<size_t> done{0};
  std::thread other([&] {
    while (done < theirs.size()) {
      if (done == asked) continue;
      theirs[done] = std::make_unique<std::vector<int>>(1000);
      ++done;
    }
  });
  kept_.reserve(2);
  play([&] {
    if (kept_.empty()) kept_.push_back(std::make_unique<std::vector<int>>(10));  // it comes again
    for (const size_t number = ++asked; done < number;) std::this_thread::yield();
  });
  other.join();
  EXPECT_EQ(done, 2u);
}

TEST_F(BalancedDeathTest, WhatStaysIsReportedReachableOrNot) {
  EXPECT_DEATH(play([&] { kept_.push_back(std::make_unique<std::vector<int>>(1)); }),
               "the heap holds more after a case than before");
  EXPECT_DEATH(play([&] { kept_.reserve(2 * kept_.capacity() + 1); }),
               "the heap holds more after a case than before");
}

}  // namespace
}  // namespace headrace::fuzz
