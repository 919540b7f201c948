// The characters of a request's path, one by one: at every place of texts of every length, since
// they are looked at in blocks.
#include "headrace/protocol/message/target_syntax.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace headrace {
namespace {

constexpr size_t kLongest = 40;

template <typename Check>
void expect_for_each_octet(size_t first, const std::string& text, const Check& expected,
                           bool (*judge)(std::string_view)) {
  for (size_t position = first; position < text.size(); ++position) {
    for (int octet = 0; octet < 256; ++octet) {
      std::string changed = text;
      changed[position] = static_cast<char>(octet);
      ASSERT_EQ(judge(changed), expected(static_cast<unsigned char>(octet)))
          << octet << " at " << position << " of " << text.size();
    }
  }
}

// RFC 9112 §3: what would end the target in a request line, or hide in it. RFC 9110 §7.1: what is
// none of the target's.
TEST(OriginPath, HasNeitherWhiteSpaceNorControlCharactersNorAFragment) {
  const auto expected = [](unsigned char c) { return c > ' ' && c != 0x7f && c != '#'; };
  for (size_t size = 1; size <= kLongest; ++size) {
    expect_for_each_octet(1, "/" + std::string(size, 'p'), expected, is_origin_path);
  }
}

TEST(OriginPath, BeginsWithASlash) {
  EXPECT_TRUE(is_origin_path("/"));
  EXPECT_TRUE(is_origin_path("//"));
  EXPECT_FALSE(is_origin_path(""));
  EXPECT_FALSE(is_origin_path("*"));
  EXPECT_FALSE(is_origin_path("path/"));
}

// RFC 3986 §3.1
TEST(Scheme, BeginsWithALetter) {
  EXPECT_TRUE(is_scheme("https"));
  EXPECT_TRUE(is_scheme("H2+x-1."));
  EXPECT_FALSE(is_scheme(""));
  EXPECT_FALSE(is_scheme("1a"));
  EXPECT_FALSE(is_scheme("a:"));
  EXPECT_TRUE(is_http_scheme("http"));
  EXPECT_TRUE(is_http_scheme("hTTpS"));
  EXPECT_FALSE(is_http_scheme("httpss"));
}

// Nothing beside the text is looked at.
TEST(OriginPath, EndsWhereItEnds) {
  for (size_t size = 1; size <= kLongest; ++size) {
    const std::string surrounded = " /" + std::string(size, 'p') + "\n";
    EXPECT_TRUE(is_origin_path(std::string_view(surrounded).substr(1, size + 1)));
  }
}

}  // namespace
}  // namespace headrace
