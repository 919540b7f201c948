#include "headrace/protocol/http2/questions.h"

#include <gtest/gtest.h>

namespace headrace {
namespace {

TEST(Questions, HalfAsManyAreAskedAsAnswersMayWait) {
  const Questions questions(/*queued_replies=*/64);
  EXPECT_TRUE(questions.may_ask(/*unanswered=*/31));
  EXPECT_FALSE(questions.may_ask(32));
}

TEST(Questions, OneCanAlwaysBeAsked) {
  for (const uint32_t few : {0, 1, 2, 3}) {
    EXPECT_TRUE(Questions(few).may_ask(0)) << few;
    EXPECT_FALSE(Questions(few).may_ask(1)) << few;
  }
}

// The argument of the class, over all pairs of ends: they cannot both be full. (Beside the
// application's the library asks three PINGs of its own at most, so both let 8 wait, or more.)
TEST(Questions, OfTwoEndsOneReadsOn) {
  constexpr size_t kOfTheLibrary = 3;
  const auto asked_by = [](uint32_t limit) {
    const Questions questions(limit);
    size_t count = 0;
    while (questions.may_ask(count)) ++count;
    return count + kOfTheLibrary;
  };
  for (uint32_t one = 8; one < 200; ++one) {
    for (uint32_t other = 8; other < 200; ++other) {
      EXPECT_FALSE(asked_by(one) >= other && asked_by(other) >= one) << one << " " << other;
    }
  }
}

TEST(Questions, NoneOvertakesAnother) {
  Questions questions(4);
  questions.hold(Questions::Ping{7});
  questions.hold(Questions::Settings{{SettingId::kMaxFrameSize, 20000}});
  questions.hold(Questions::Ping{8});
  EXPECT_FALSE(questions.may_ask(0));
  EXPECT_FALSE(questions.next(2));
  EXPECT_EQ(std::get<Questions::Ping>(*questions.next(1)), 7u);
  EXPECT_EQ(std::get<Questions::Settings>(*questions.next(1)).size(), 1u);
  EXPECT_EQ(std::get<Questions::Ping>(*questions.next(0)), 8u);
  EXPECT_FALSE(questions.next(0));
  EXPECT_TRUE(questions.may_ask(1));
}

TEST(Questions, SettingsThatWaitAreSeen) {
  Questions questions(2);
  questions.hold(Questions::Settings{{SettingId::kMaxFrameSize, 20000}});
  questions.hold(Questions::Ping{8});
  questions.hold(Questions::Settings{{SettingId::kMaxFrameSize, 30000}});
  std::vector<uint32_t> seen;
  const auto look = [&](const Setting& setting) { seen.push_back(setting.value); };
  questions.for_each_setting(look);
  EXPECT_EQ(seen, (std::vector<uint32_t>{20000, 30000}));
  (void)questions.next(0);
  seen.clear();
  questions.for_each_setting(look);
  EXPECT_EQ(seen, (std::vector<uint32_t>{30000}));
}

}  // namespace
}  // namespace headrace
