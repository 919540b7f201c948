#include "headrace/protocol/http2/waiting_heads.h"

#include <gtest/gtest.h>

#include <string>

#include "headrace/protocol/stream/stream.h"

namespace headrace {
namespace {

TEST(WaitingHeadsTest, AHeadIsCopiedAndComesBackInItsTurn) {
  BlockPool pool;
  WaitingHeads heads;
  Stream stream_one, stream_three;
  OutgoingMessage one(&stream_one);
  OutgoingMessage three(&stream_three);
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
  ASSERT_EQ(heads.front(), &stream_one);
  const HeldFields head = heads.take(&one);
  EXPECT_FALSE(one.waiting.waits());
  ASSERT_EQ(head.view().size(), 1u);
  EXPECT_EQ(head.view()[0].value, "/one");
  EXPECT_EQ(heads.front(), &stream_three);
  (void)heads.take(&three);  // it is reset, say
  EXPECT_TRUE(heads.empty());
  EXPECT_EQ(heads.size(), 0u);
}

}  // namespace
}  // namespace headrace
