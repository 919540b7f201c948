#include "headrace/field/structured_dictionary.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace headrace {
namespace {

using Type = StructuredDictionary::Type;

std::string name_of(Type type) {
  switch (type) {
    case Type::kInteger:
      return "integer";
    case Type::kDecimal:
      return "decimal";
    case Type::kString:
      return "string";
    case Type::kToken:
      return "token";
    case Type::kByteSequence:
      return "bytes";
    case Type::kBoolean:
      return "boolean";
    case Type::kDate:
      return "date";
    case Type::kDisplayString:
      return "display";
    case Type::kInnerList:
      return "list";
  }
  return "?";
}

// The members as "key:type" or "key:type:number", joined by a space; "FAILED" when the text is not
// a Dictionary.
std::string read(std::string_view text) {
  StructuredDictionary dictionary(text);
  std::string result;
  StructuredDictionary::Member member;
  while (dictionary.next(&member)) {
    if (!result.empty()) result += ' ';
    result += std::string(member.key) + ':' + name_of(member.type);
    if (member.number != 0) result += ':' + std::to_string(member.number);
  }
  EXPECT_FALSE(dictionary.next(&member)) << "the end stays the end";
  return dictionary.failed() ? "FAILED" : result;
}

struct Case {
  std::string_view text;
  std::string_view members;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << '"' << c.text << '"'; }

class Accepted : public testing::TestWithParam<Case> {};
TEST_P(Accepted, GivesItsMembers) { EXPECT_EQ(read(GetParam().text), GetParam().members); }

// RFC 9651 §3.2 and §4.2.2.
INSTANTIATE_TEST_SUITE_P(
    Dictionary, Accepted,
    testing::Values(Case{"", ""}, Case{"   ", ""},
                    Case{"en=\"Applepie\", da=:w4ZibGV0w6ZydGU=:", "en:string da:bytes"},
                    Case{"a=?0, b, c; foo=bar",
                         "a:boolean b:boolean:1 "
                         "c:boolean:1"},
                    Case{"rating=1.5, feelings=(joy sadness)", "rating:decimal feelings:list"},
                    Case{"a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid",
                         "a:list b:integer:3 c:integer:4 d:list"},
                    Case{"  a=1  ", "a:integer:1"},
                    Case{"a=1 \t,\t b=2", "a:integer:1 b:integer:2"},
                    Case{"a=1,b=2", "a:integer:1 b:integer:2"}, Case{"a=1\t", "a:integer:1"},
                    Case{"a=1,a=2", "a:integer:1 a:integer:2"}));

// §4.2.3.3 and §4.2.3.2.
INSTANTIATE_TEST_SUITE_P(KeysAndParameters, Accepted,
                         testing::Values(Case{"*=1", "*:integer:1"},
                                         Case{"*a_b-c.d*9=1", "*a_b-c.d*9:integer:1"},
                                         Case{"a;b;c=1", "a:boolean:1"},
                                         Case{"a=1;  b=2;c", "a:integer:1"},
                                         Case{"a=b;c=\"d;e\", f", "a:token f:boolean:1"}));

// §4.2.4
INSTANTIATE_TEST_SUITE_P(Numbers, Accepted,
                         testing::Values(Case{"a=0", "a:integer"}, Case{"a=-0", "a:integer"},
                                         Case{"a=007", "a:integer:7"},
                                         Case{"a=-42", "a:integer:-42"},
                                         Case{"a=999999999999999", "a:integer:999999999999999"},
                                         Case{"a=-999999999999999", "a:integer:-999999999999999"},
                                         Case{"a=1.0", "a:decimal"}, Case{"a=-1.123", "a:decimal"},
                                         Case{"a=123456789012.123", "a:decimal"}));

// §4.2.5 to §4.2.10 and §4.2.1.2.
INSTANTIATE_TEST_SUITE_P(
    OtherTypes, Accepted,
    testing::Values(Case{"a=\"\"", "a:string"}, Case{R"(a="\"\\ ~")", "a:string"},
                    Case{"a=Token", "a:token"}, Case{"a=*foo123/456:!#$%&'*+-.^_`|~", "a:token"},
                    Case{"a=::", "a:bytes"}, Case{"a=:YQ==:", "a:bytes"},
                    Case{"a=:YQ:", "a:bytes"},  // padding is synthesized
                    Case{"a=:+/+/:", "a:bytes"}, Case{"a=?1", "a:boolean:1"},
                    Case{"a=?0", "a:boolean"}, Case{"a=@1659578233", "a:date:1659578233"},
                    Case{"a=@-1", "a:date:-1"}, Case{R"(a=%"This is %c3%bc a test")", "a:display"},
                    Case{R"(a=%"%f0%9f%92%a9%22%25")", "a:display"}, Case{"a=()", "a:list"},
                    Case{"a=(   )", "a:list"}, Case{"a=( 1  2 )", "a:list"},
                    Case{"a=(\"x\" y;q=1 ?1 :YQ==: 1.5 @3);z=\"(\"", "a:list"}));

class Refused : public testing::TestWithParam<std::string_view> {};
TEST_P(Refused, IsNoDictionary) { EXPECT_EQ(read(GetParam()), "FAILED"); }

INSTANTIATE_TEST_SUITE_P(Dictionary, Refused,
                         testing::Values(",", "a=1,", "a=1, ", "a=1,,b=2", ",a=1", "a=1 b=2",
                                         "\ta=1", "a=1;", "a=1;;b", "a=1; B=2", "a=", "a= 1",
                                         "a =1", "a=1,=2", "a=1\n", "a=1\r\n", "a;b=", "a;b=,c"));
INSTANTIATE_TEST_SUITE_P(Keys, Refused,
                         testing::Values("A=1", "1=a", "_a=1", "-a=1", ".a=1", "aB=1", "a@=1",
                                         "\x80=1", "=1"));
INSTANTIATE_TEST_SUITE_P(Numbers, Refused,
                         testing::Values("a=-", "a=--1", "a=+1", "a=1000000000000000", "a=1.",
                                         "a=.5", "a=1.1234", "a=1234567890123.1", "a=1.2.3",
                                         "a=1e3", "a=0x1", "a=- 1"));
INSTANTIATE_TEST_SUITE_P(Strings, Refused,
                         testing::Values("a=\"", "a=\"x", "a=\"\\\"", R"(a="\x")", "a=\"\t\"",
                                         "a=\"\x7f\"", "a=\"\xc3\xbc\"", "a='x'", "a=\"x\"y"));
INSTANTIATE_TEST_SUITE_P(OtherTypes, Refused,
                         testing::Values("a=!x", "a=:YQ==", "a=:Y:", "a=:YWFhY:", "a=:Y=Q=:",
                                         "a=:=YQ=:", "a=:YQ ==:", "a=:_-Ah:", "a=:YQ==", "a=?",
                                         "a=?2", "a=?10", "a=?true", "a=@", "a=@1.5", "a=@x",
                                         "a=@\"1\"", "a={}", "a=\xe2\x82\xac"));
INSTANTIATE_TEST_SUITE_P(InnerLists, Refused,
                         testing::Values("a=(", "a=(1", "a=(1 ", "a=(1,2)", "a=(1\t2)", "a=(1;)",
                                         "a=(1\"x\")", "a=((1))", "a=)", "a=(1)2", "a=(1);"));
// §4.2.10: UTF-8, escaped in lower case.
INSTANTIATE_TEST_SUITE_P(DisplayStrings, Refused,
                         testing::Values("a=%", "a=%x", "a=%\"", "a=%\"%\"", "a=%\"%2\"",
                                         "a=%\"%C3%BC\"", "a=%\"%c3\"", "a=%\"%80\"",
                                         "a=%\"%c0%80\"", "a=%\"%e0%80%80\"", "a=%\"%ed%a0%80\"",
                                         "a=%\"%f4%90%80%80\"", "a=%\"%f0%80%80%80\"", "a=%\"%ff\"",
                                         "a=%\"%c3x\"", "a=%\"\xc3\xbc\"", "a=%\"\x01\"",
                                         "a=%\"%c3%bc"));

// A NUL is a character like any other that has no place here, and no end of the text.
TEST(StructuredDictionary, RefusesNul) {
  using std::string_view_literals::operator""sv;
  for (std::string_view text : {"\0"sv, "a\0"sv, "a=\0"sv, "a=1\0"sv, "a=\"\0\""sv, "a=t\0"sv,
                                "a=(\0)"sv, "a=:\0:"sv, "a=%\"\0\""sv, "a;\0"sv}) {
    EXPECT_EQ(read(text), "FAILED") << testing::PrintToString(text);
  }
}

// Whatever is cut off an accepted text, what is left is accepted or refused, and read no further
// than it goes (AddressSanitizer watches: each is on the heap by itself).
TEST(StructuredDictionary, EveryPrefixEnds) {
  const std::string_view text =
      R"(a=1, b="x\"y";p=?1, c=(t 1.5;q :YQ==:);r, d=%"%c3%bc", e=@5, f, g=-12.5)";
  for (size_t size = 0; size <= text.size(); ++size) {
    const std::vector<char> prefix(text.begin(), text.begin() + static_cast<ptrdiff_t>(size));
    StructuredDictionary dictionary({prefix.data(), prefix.size()});
    size_t members = 0;
    StructuredDictionary::Member member;
    while (dictionary.next(&member)) ++members;
    EXPECT_LE(members, 7u);
  }
  EXPECT_NE(read(text), "FAILED");
}

}  // namespace
}  // namespace headrace
