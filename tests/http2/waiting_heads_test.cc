#include "headrace/protocol/http2/waiting_heads.h"

#include <gtest/gtest.h>

#include <string>

namespace headrace {
namespace {

TEST(WaitingHeadsTest, AHeadIsCopiedAndComesBackInItsTurn) {
  BlockPool pool;
  WaitingHeads heads;
  Stream one, three;
  one.id = 1;
  three.id = 3;
  EXPECT_TRUE(heads.empty());
  {
    std::string path = "/one";
    const Field fields[] = {{":path", path}};
    heads.hold(&one, gsl::span<const Field>(fields), &pool);
    path = "/two";
  }
  const Field other[] = {{":path", "/three"}, {"accept", "*/*"}};
  heads.hold(&three, gsl::span<const Field>(other), &pool);
  EXPECT_EQ(heads.size(), 2u);
  EXPECT_TRUE(one.waiting.waits());
  ASSERT_EQ(heads.front(), &one);
  const HeldFields head = heads.take(&one);
  EXPECT_FALSE(one.waiting.waits());
  ASSERT_EQ(head.view().size(), 1u);
  EXPECT_EQ(head.view()[0].value, "/one");
  EXPECT_EQ(heads.front(), &three);
  (void)heads.take(&three);  // it is reset, say
  EXPECT_TRUE(heads.empty());
  EXPECT_EQ(heads.size(), 0u);
}

}  // namespace
}  // namespace headrace
