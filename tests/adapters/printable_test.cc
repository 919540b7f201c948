#include "headrace/adapters/program/printable.h"

#include <gtest/gtest.h>

#include <string>

namespace headrace::program {
namespace {

TEST(PrintableTest, OfAPeerOnlyAscii) {
  EXPECT_EQ(printable("a b~\\"), "a b~\\");
  EXPECT_EQ(printable("\x1b[31m\n\x7f\xc3\xa9"), "\\x1b[31m\\x0a\\x7f\\xc3\\xa9");
}

TEST(PrintableTest, LinesKeepTheirLetters) {
  for (const char* text : {"", "RFC 9113 §8.3.1", "résumé", "\xc2\xa0", "日本語",
                           "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbd"}) {
    EXPECT_EQ(escape_controls(text), text);
  }
}

TEST(PrintableTest, NothingDrivesATerminal) {
  for (int c = 0; c < 0x20; ++c) {
    const std::string text(1, static_cast<char>(c));
    EXPECT_EQ(escape_controls(text).size(), 4u) << c;
  }
  EXPECT_EQ(escape_controls("a\x1b[2Jb\r\n\x7f"), "a\\x1b[2Jb\\x0d\\x0a\\x7f");
  EXPECT_EQ(escape_controls("\xc2\x9b"
                            "31m"),
            "\\xc2\\x9b31m")
      << "C1's CSI";
  EXPECT_EQ(escape_controls("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "right-to-left override";
  EXPECT_EQ(escape_controls("\xe2\x81\xa6\xe2\x80\xa8\xd8\x9c"),
            "\\xe2\\x81\\xa6\\xe2\\x80\\xa8\\xd8\\x9c");
}

// RFC 3629 §3, §10
TEST(PrintableTest, WhatIsNotUtf8) {
  for (const auto& [text, escaped] : std::initializer_list<std::pair<const char*, const char*>>{
           {"\x9b", "\\x9b"},
           {"\xff", "\\xff"},
           {"a\xc3", "a\\xc3"},
           {"\xc3(", "\\xc3("},
           {"\xc0\x9b", "\\xc0\\x9b"},
           {"\xe0\x82\x9b", "\\xe0\\x82\\x9b"},
           {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
           {"\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b"},
           {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
           {"\xe2\x80", "\\xe2\\x80"}}) {
    EXPECT_EQ(escape_controls(text), escaped);
  }
}

}  // namespace
}  // namespace headrace::program
