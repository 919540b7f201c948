#include "headrace/memory/bytes.h"

#include <gtest/gtest.h>

#include <gsl/span>
#include <optional>
#include <string>
#include <vector>

namespace headrace {
namespace {

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST(Bytes, ViewsUntilItOwns) {
  std::string text = "some bytes";
  Bytes bytes(octets(text));
  if (!HEADRACE_ASAN) {
    EXPECT_EQ(bytes.data(), octets(text).data());
  }
  EXPECT_EQ(bytes.text(), "some bytes");
  EXPECT_EQ(bytes.size(), 10u);
  bytes.own();
  text.assign(10, '?');
  EXPECT_EQ(bytes.text(), "some bytes");
}

TEST(Bytes, OwningTwiceCopiesOnce) {
  const std::string text = "some bytes";
  Bytes bytes(octets(text));
  bytes.own();
  const uint8_t* at = bytes.data();
  bytes.own();
  // (Checked builds make a new one, so that a view of the old one is found out.)
  EXPECT_EQ(bytes.data() == at, HEADRACE_ASAN == 0);
}

TEST(Bytes, MovingLeavesNothingBehind) {
  const std::string text = "some bytes";
  for (bool owned : {false, true}) {
    Bytes from(octets(text));
    if (owned) from.own();
    const uint8_t* at = from.data();
    Bytes to(std::move(from));
    EXPECT_EQ(to.data(), at) << "moving copies nothing";
    EXPECT_EQ(to.text(), text);
    EXPECT_TRUE(from.empty());
    Bytes last;
    last = std::move(to);
    EXPECT_EQ(last.data(), at);
    EXPECT_TRUE(to.empty());
    last = Bytes();
    EXPECT_TRUE(last.empty());
  }
}

TEST(Bytes, NoBytesAreFine) {
  Bytes bytes;
  bytes.own();
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(bytes.begin(), bytes.end());
  EXPECT_EQ(bytes.text(), "");
  EXPECT_TRUE(Bytes(gsl::span<const uint8_t>()).empty());
}

TEST(Bytes, StandsForASpan) {
  const std::string text = "ab";
  const Bytes bytes(octets(text));
  const gsl::span<const uint8_t> span = bytes;
  EXPECT_EQ(span.size(), 2u);
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "ab");
}

#if HEADRACE_ASAN
void read_stale_view() {
  const std::string text = "some bytes";
  std::optional<Bytes> bytes(octets(text));
  const uint8_t* stale = bytes->data();
  bytes.reset();  // `text` still stands, so only the checked build's copy can tell
  ASSERT_NE(*static_cast<const volatile uint8_t*>(stale), 0);
}
TEST(BytesDeathTest, AStaleViewIsReportedByAddressSanitizer) {
  EXPECT_DEATH(read_stale_view(), "AddressSanitizer: heap-use-after-free");
}
#endif

}  // namespace
}  // namespace headrace
