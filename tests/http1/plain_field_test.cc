#include "headrace/protocol/http1/plain_field.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/protocol/http1/request_reader.h"

namespace headrace::http1 {
namespace {

// What becomes of a head: the fields, or the broken rule, and what is left behind it.
std::string read_in_parts(std::string_view text, size_t part_size) {
  Ledger ledger{1 << 20};
  InputQueue input{&ledger};
  LineReader lines{&ledger};
  SectionReader section{&ledger, {400, 4, Limit::kFieldsPerRequest}, 16, 1024};
  RequestReader reader{&section, {"http", 100, 0, false, false}};
  reader.begin();
  for (size_t at = 0; at < text.size(); at += part_size) {
    // Of its own size, so that AddressSanitizer sees what is read behind it.
    const std::string_view given = text.substr(at, part_size);
    const std::vector<uint8_t> part(given.begin(), given.end());
    input.give({part.data(), part.size()});
    const RequestReader::Status status = reader.read(&input, &lines);
    if (status == RequestReader::Status::kRefused) {
      const Refusal& refusal = reader.refusal();
      std::string told = std::string(refusal.rule->text) + "|" + std::string(refusal.field);
      if (refusal.hit) told += "|" + std::to_string(refusal.hit->observed);
      return told;
    }
    if (status == RequestReader::Status::kHead) {
      std::string fields = "left " + std::to_string(input.size() + text.size() - at - part.size());
      for (const Field& field : section.storage().fields()) {
        fields.append("|").append(field.name).append("=").append(field.value);
        EXPECT_EQ(field.known_name, resolve_field_name(field.name)) << field.name;
        EXPECT_EQ(field.syntax, FieldSyntax::kValid);
        EXPECT_FALSE(field.never_indexed);
      }
      return fields;
    }
    EXPECT_TRUE(reader.keep() && input.keep_rest());
  }
  return "incomplete";
}

// Octet by octet nearly nothing is plain, so it is read in the general way.
void expect_same(const std::string& head) {
  const std::string expected = read_in_parts(head, 1);
  EXPECT_EQ(read_in_parts(head, head.size()), expected) << head;
}

std::string head_with(std::string_view line) {
  return "GET /p HTTP/1.1\r\nHost: a\r\n" + std::string(line) + "\r\n";
}

TEST(PlainFieldTest, NamesAndValuesOfEverySizeReadAsInTheGeneralWay) {
  const std::string name = "X-Abcdefghijklmnop-9Qrstuvwxyz-012345";
  const std::string value = "a value, of \"some\" length; q=0.5 /*/ and more";
  for (size_t n = 0; n <= name.size(); ++n) {
    for (size_t v = 0; v <= value.size(); ++v) {
      const std::string line = name.substr(0, n) + ": " + value.substr(0, v) + "\r\n";
      expect_same(head_with(line));
      expect_same(head_with(line) + "GET /next HTTP/1.1\r\nHost: b\r\n\r\n");
    }
  }
}

TEST(PlainFieldTest, AnyOctetAtAnyPlaceReadsAsInTheGeneralWay) {
  const std::string head = head_with("Accept-Language: en-US,en;q=0.9\r\nX: y\r\n") + "behind it";
  for (size_t at = 0; at < head.size(); ++at) {
    for (unsigned octet = 0; octet <= 0xff; ++octet) {
      std::string changed = head;
      changed[at] = static_cast<char>(octet);
      expect_same(changed);
    }
  }
}

TEST(PlainFieldTest, WhiteSpaceAroundValuesReadsAsInTheGeneralWay) {
  const std::vector<std::string> spaces = {"", " ", "  ", "\t", " \t ", "\t\t"};
  for (const std::string& before : spaces) {
    for (const std::string& behind : spaces) {
      for (const char* value : {"", "v", "\xc3\xa4", "a\tb", "\xff"}) {
        expect_same(head_with("Name:" + before + value + behind + "\r\n"));
      }
    }
  }
}

TEST(PlainFieldTest, RequestLinesReadAsInTheGeneralWay) {
  for (const char* method :
       {"GET", "GE", "GETS", "get", "POST", "OPTIONS", "CONNECT", "", " GET"}) {
    for (const char* target :
         {"/", "/p?q", "/p#f", "/#", "#", "*", "", " ", "http://a", "http://a#f", "http://a/#",
          "http://a#b/", "a:80", "a:80#", "/\xc3\xa4", "/a b"}) {
      for (const char* version : {"HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1", ""}) {
        expect_same(std::string(method) + " " + target + " " + version + "\r\nHost: a\r\n\r\n");
      }
    }
  }
}

TEST(PlainFieldTest, PartsOfEverySizeReadAsInTheGeneralWay) {
  std::string head = head_with("Connection: close\r\nX-Unknown: 1\r\nUser-Agent: somebody/1.0\r\n");
  head += "GET /next HTTP/1.1\r\nHost: b\r\n\r\n";
  const auto without_rest = [](const std::string& read) { return read.substr(read.find('|')); };
  const std::string expected = without_rest(read_in_parts(head, 1));
  for (size_t size = 2; size <= head.size(); ++size) {
    EXPECT_EQ(without_rest(read_in_parts(head, size)), expected) << size;
  }
}

TEST(PlainFieldTest, BoundsReadAsInTheGeneralWay) {
  for (size_t size = 250; size < 350; ++size) {
    expect_same(head_with("Name: " + std::string(size, 'v') + "\r\n"));
  }
  for (size_t fields = 0; fields < 8; ++fields) {
    std::string lines;
    for (size_t i = 0; i < fields; ++i) lines += "N: v\r\n";
    expect_same(head_with(lines));
  }
  for (size_t size = 70; size < 110; ++size) {
    expect_same("GET /" + std::string(size, 'p') + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
}

}  // namespace
}  // namespace headrace::http1
