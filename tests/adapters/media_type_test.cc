#include "headrace/adapters/serve/media_type.h"

#include <gtest/gtest.h>

namespace headrace::serve {
namespace {

TEST(MediaTypeTest, GoesByTheExtension) {
  EXPECT_EQ(media_type_of("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(media_type_of("a/b/photo.jpg"), "image/jpeg");
  EXPECT_EQ(media_type_of("font.woff2"), "font/woff2");
  EXPECT_EQ(media_type_of("archive.tar.gz"), "application/gzip");
}

TEST(MediaTypeTest, IgnoresCase) {
  EXPECT_EQ(media_type_of("README.TXT"), "text/plain; charset=utf-8");
  EXPECT_EQ(media_type_of("Photo.JpEg"), "image/jpeg");
}

TEST(MediaTypeTest, IsOctetsWhenTheNameSaysNothing) {
  for (const char* name :
       {"", "Makefile", "a.html/b", "name.", "name.unknown", "name.htm l", "."}) {
    EXPECT_EQ(media_type_of(name), "application/octet-stream") << name;
  }
}

}  // namespace
}  // namespace headrace::serve
