#include "headrace/adapters/get/request_head.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace headrace::get {
namespace {

std::vector<GivenField> given(const std::vector<std::string>& texts) {
  std::vector<GivenField> fields;
  for (const std::string& text : texts) fields.push_back(*parse_given_field(text));
  return fields;
}

std::vector<std::string> lines(const RequestHead& head) {
  std::vector<std::string> lines;
  for (const Field& field : head.fields()) {
    lines.push_back(std::string(field.name) + "=" + std::string(field.value));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(GivenFieldTest, NameIsLowerCaseAndValueTrimmed) {
  const auto field = parse_given_field("X-Some-Name: \t a value: with colon \t");
  ASSERT_TRUE(field.ok());
  EXPECT_EQ(field->name, "x-some-name");
  EXPECT_EQ(field->value, "a value: with colon");
  EXPECT_EQ(parse_given_field("a:b")->value, "b");
  EXPECT_EQ(parse_given_field("a:")->value, "");
  EXPECT_EQ(parse_given_field("a: ")->value, "");
}

TEST(GivenFieldTest, Mistakes) {
  for (const char* text : {"", "a", ": b", ":path: /x"}) {
    EXPECT_FALSE(parse_given_field(text).ok()) << text;
  }
}

// RFC 9113 §8.3: pseudo-header fields come first.
TEST(RequestHeadTest, WhatEveryRequestHas) {
  const Url url = *parse_url("http://example.org:8080/a?b");
  EXPECT_EQ(lines(RequestHead(url, "GET", {}, std::nullopt)),
            (Lines{":method=GET", ":scheme=http", ":authority=example.org:8080", ":path=/a?b",
                   "user-agent=headrace-get", "accept=*/*"}));
}

TEST(RequestHeadTest, GivenFieldsComeInTheirOrder) {
  const Url url = *parse_url("http://a/");
  const auto all = lines(RequestHead(url, "PUT", given({"B: 1", "a: 2", "b: 3"}), 7));
  EXPECT_EQ(Lines(all.begin() + 4, all.end()), (Lines{"user-agent=headrace-get", "accept=*/*",
                                                      "content-length=7", "b=1", "a=2", "b=3"}));
}

TEST(RequestHeadTest, GivenFieldsReplaceOurs) {
  const Url url = *parse_url("http://a/");
  const auto all =
      lines(RequestHead(url, "GET", given({"Host: other", "User-Agent: me", "accept:"}), 5));
  EXPECT_EQ(all, (Lines{":method=GET", ":scheme=http", ":authority=other", ":path=/",
                        "content-length=5", "user-agent=me"}));
}

}  // namespace
}  // namespace headrace::get
