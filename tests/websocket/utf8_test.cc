#include "headrace/websocket/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace headrace::websocket {
namespace {

using namespace std::string_literals;

bool is_text(std::string_view bytes, size_t cut) {
  Utf8Checker checker;
  return checker.add(bytes.substr(0, cut)) == cut &&
         checker.add(bytes.substr(cut)) == bytes.size() - cut && checker.is_complete();
}

TEST(Utf8CheckerTest, Characters) {
  // RFC 3629 §4: the first and last of each line; §7 has the Greek and Japanese ones.
  for (const std::string& text :
       {""s, "\x00\x7f"s, "\xc2\x80\xdf\xbf"s, "\xe0\xa0\x80"s, "\xec\xbf\xbf\xed\x80\x80"s,
        "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"s, "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s,
        "A\xe2\x89\xa2\xce\x91."s, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"s}) {
    // Behind texts of ASCII, which are skipped a word at a time.
    for (size_t before = 0; before < 10; ++before) {
      const std::string all = std::string(before, 'x') + text + "0123456789";
      for (size_t cut = 0; cut <= all.size(); ++cut) EXPECT_TRUE(is_text(all, cut)) << all << cut;
    }
  }
}

TEST(Utf8CheckerTest, NoCharacters) {
  for (const std::string& text :
       {"\x80"s, "\xbf"s, "\xc0\x80"s, "\xc1\xbf"s, "\xe0\x9f\xbf"s, "\xed\xa0\x80"s,
        "\xed\xbf\xbf"s, "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xff"s,
        "\xfe"s, "\xc2"s, "\xc2x"s, "\xe0\xa0"s, "\xe0\xa0x"s, "\xf0\x90\x80"s, "\xc2\xc2\x80"s}) {
    for (size_t before = 0; before < 10; ++before) {
      const std::string all = std::string(before, 'x') + text;
      for (size_t cut = 0; cut <= all.size(); ++cut) EXPECT_FALSE(is_text(all, cut)) << cut;
    }
  }
}

// The octets in front of the first that is wrong, whatever word it is in.
TEST(Utf8CheckerTest, HowManyAreValid) {
  for (size_t before = 0; before < 20; ++before) {
    Utf8Checker checker;
    EXPECT_EQ(checker.add(std::string(before, 'x') + "\xff" + std::string(20, 'x')), before);
    Utf8Checker within;
    EXPECT_EQ(within.add(std::string(before, 'x') + "\xe2\x89x"), before + 2);
  }
}

}  // namespace
}  // namespace headrace::websocket
