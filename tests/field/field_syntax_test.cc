#include "headrace/field/field_syntax.h"

#include <gtest/gtest.h>

#include <string>

#include "headrace/field/field_name.h"

namespace headrace {
namespace {

// RFC 9110 §5.6.2, typed from the ABNF, without upper case (RFC 9113 §8.2.1).
bool is_lower_case_tchar(unsigned char c) {
  if (c >= '0' && c <= '9') return true;
  if (c >= 'a' && c <= 'z') return true;
  switch (c) {
    case '!':
    case '#':
    case '$':
    case '%':
    case '&':
    case '\'':
    case '*':
    case '+':
    case '-':
    case '.':
    case '^':
    case '_':
    case '`':
    case '|':
    case '~':
      return true;
    default:
      return false;
  }
}

// RFC 9113 §8.2.1: a field value must not contain these at any position.
bool is_forbidden_in_values(unsigned char c) { return c == 0x00 || c == 0x0a || c == 0x0d; }

TEST(FieldNameSyntax, EveryOctetAtEveryPositionOfEveryLength) {
  for (size_t size = 2; size <= 40; ++size) {
    for (size_t position = 0; position < size; ++position) {
      for (int octet = 0; octet < 256; ++octet) {
        std::string name(size, 'a');
        name[position] = static_cast<char>(octet);
        bool expected = is_lower_case_tchar(static_cast<unsigned char>(octet)) ||
                        (octet == ':' && position == 0);
        ASSERT_EQ(is_valid_field_name(name), expected)
            << octet << " at " << position << " of " << size;
      }
    }
  }
}

// A name with a token was compared with the token's, which is valid.
TEST(FieldNameSyntax, ATokenStandsForIt) {
  EXPECT_EQ(check_field("date", "x", FieldName::kDate), FieldSyntax::kValid);
  EXPECT_EQ(check_field("date", "x\n", FieldName::kDate), FieldSyntax::kInvalidValue);
  EXPECT_EQ(check_field("Other", "x", FieldName::kOther), FieldSyntax::kInvalidName);
}

TEST(FieldNameSyntax, EmptyAndColons) {
  EXPECT_FALSE(is_valid_field_name(""));
  EXPECT_FALSE(is_valid_field_name(":"));
  EXPECT_FALSE(is_valid_field_name("::path"));
  EXPECT_FALSE(is_valid_field_name("a:"));
  EXPECT_TRUE(is_valid_field_name(":path"));
  EXPECT_TRUE(is_valid_field_name("x"));
}

TEST(FieldValueSyntax, EveryOctetAtEveryPositionOfEveryLength) {
  for (size_t size = 1; size <= 50; ++size) {
    for (size_t position = 0; position < size; ++position) {
      for (int octet = 0; octet < 256; ++octet) {
        std::string value(size, 'v');
        value[position] = static_cast<char>(octet);
        bool at_edge = position == 0 || position + 1 == size;
        FieldSyntax expected =
            is_forbidden_in_values(static_cast<unsigned char>(octet)) ? FieldSyntax::kInvalidValue
            : at_edge && (octet == ' ' || octet == '\t')              ? FieldSyntax::kPaddedValue
                                                                      : FieldSyntax::kValid;
        ASSERT_EQ(check_field_value(value), expected)
            << octet << " at " << position << " of " << size;
      }
    }
  }
}

TEST(FieldValueSyntax, ReadsNothingBesideTheValue) {
  for (size_t size = 0; size <= 40; ++size) {
    std::string surrounded = "\n" + std::string(size, 'v') + "\n";
    EXPECT_EQ(check_field_value(std::string_view(surrounded).substr(1, size)), FieldSyntax::kValid)
        << size;
  }
}

TEST(FieldValueSyntax, AForbiddenCharacterWeighsMoreThanPadding) {
  EXPECT_EQ(check_field_value(" \n"), FieldSyntax::kInvalidValue);
  EXPECT_EQ(check_field_value(" "), FieldSyntax::kPaddedValue);
  EXPECT_EQ(check_field_value(""), FieldSyntax::kValid);
}

TEST(FieldSyntaxOfBoth, TheNameIsJudgedFirst) {
  EXPECT_EQ(check_field("accept", "*/*"), FieldSyntax::kValid);
  EXPECT_EQ(check_field("Accept", "*/*"), FieldSyntax::kInvalidName);
  EXPECT_EQ(check_field("Accept", "\n"), FieldSyntax::kInvalidName);
  EXPECT_EQ(check_field("accept", std::string_view("a\0b", 3)), FieldSyntax::kInvalidValue);
  EXPECT_EQ(check_field("accept", "*/*\t"), FieldSyntax::kPaddedValue);
}

TEST(TrimFieldValue, OnlyWhiteSpaceAtTheEdgesGoes) {
  EXPECT_EQ(trim_field_value(" \t a b\t "), "a b");
  EXPECT_EQ(trim_field_value("a\t b"), "a\t b");
  EXPECT_EQ(trim_field_value("\t \t"), "");
  EXPECT_EQ(trim_field_value(""), "");
  EXPECT_EQ(trim_field_value("\na\n"), "\na\n");
}

}  // namespace
}  // namespace headrace
