#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "fuzz/http1_differential/comparison.h"

// An example of every difference. What none of them can show any more is to be removed from the
// table; what a fuzzer finds beside them stops it.

namespace headrace::fuzz::http1_differential {
namespace {

struct Example {
  Role role;
  std::string text;
  Asked asked = Asked::kGet;  // client
};

std::string request(const std::string& fields, const std::string& line = "GET / HTTP/1.1") {
  return line + "\r\nHost: a\r\n" + fields + "\r\n";
}
std::string chunked(const std::string& content) {
  return request("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.1") + content;
}
std::string response(const std::string& fields, const std::string& line = "HTTP/1.1 200 OK") {
  return line + "\r\n" + fields + "\r\n";
}

const Difference* play(const Example& example) {
  const std::string plan = {static_cast<char>(example.asked), '\0'};
  return compare(example.role, plan + example.text);
}

std::map<std::string, Example> examples() {
  constexpr Role kServer = Role::kServer;
  constexpr Role kClient = Role::kClient;
  return {
      {"LF alone ends a line", {kServer, "GET / HTTP/1.1\nHost: a\r\n\r\n"}},
      {"a CR without LF", {kServer, "\r" + request("")}},
      {"any number of empty lines",
       {kServer, "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n" + request("")}},
      {"a request line of several spaces, or without a version",
       {kServer, request("", "GET  / HTTP/1.1")}},
      {"another major version", {kServer, request("", "GET / HTTP/2.0")}},
      {"a method that llhttp does not know", {kServer, request("", "QUERY / HTTP/1.1")}},
      {"a later minor version", {kServer, request("", "GET / HTTP/1.7")}},
      {"a folded value", {kServer, request("A: b\r\n c\r\n")}},
      {"an empty field name", {kServer, request(": a\r\n")}},
      {"a request of HTTP/1.1 without Host", {kServer, "GET / HTTP/1.1\r\n\r\n"}},
      {"Host twice", {kServer, request("Host: a\r\n")}},
      {"a malformed Host", {kServer, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"}},
      {"Host and target differ", {kServer, request("", "GET http://b/ HTTP/1.1")}},
      {"a target of no form", {kServer, request("", "GET * HTTP/1.1")}},
      {"a scheme of more than letters", {kServer, request("", "GET h2://a/ HTTP/1.1")}},
      {"a fragment", {kServer, request("", "GET /#a HTTP/1.1")}},
      {"the authority of a target with userinfo, or malformed",
       {kServer, "GET http://me@a/ HTTP/1.1\r\nHost: me@a\r\n\r\n"}},
      {"CONNECT to what is no host and port", {kServer, request("", "CONNECT a HTTP/1.1")}},
      {"CONNECT with content",
       {kServer, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 1\r\n\r\na"}},
      {"an upgrade in HTTP/1.0",
       {kServer, request("Connection: upgrade\r\nUpgrade: x\r\n", "GET / HTTP/1.0")}},
      {"transfer-encoding in HTTP/1.0",
       {kServer, request("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0") + "0\r\n\r\n"}},
      {"a list of codings that is none",
       {kServer, request("Transfer-Encoding: , chunked\r\n") + "0\r\n\r\n"}},
      {"another coding than chunked",
       {kServer, request("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n"}},
      {"a length of 2^63 or more, or of many zeros",
       {kServer, request("Content-Length: 9223372036854775808\r\n")}},
      {"equal lengths in a response",
       {kClient, response("Content-Length: 1\r\nContent-Length: 1\r\n") + "a"}},
      {"content of 1xx, 204 and 304",
       {kClient, response("Content-Length: 1\r\n", "HTTP/1.1 204 No Content") + "a"}},
      {"extensions of a quoted string and of white space",
       {kServer, chunked("1;a=\"b\\\"c\"\r\na\r\n0\r\n\r\n")}},
      {"white space around chunk sizes",
       {kClient, response("Transfer-Encoding: chunked\r\n") + " 1\r\na\r\n0\r\n\r\n"}},
      {"trailers of framing, routing, authentication and content",
       {kServer, chunked("0\r\nHost: b\r\n\r\n")}},
      {"a status that is none", {kClient, response("Content-Length: 0\r\n", "HTTP/1.1 099 x")}},
      {"control characters in a reason phrase",
       {kClient, response("Content-Length: 0\r\n", "HTTP/1.1 200 \x01")}},
      {"what follows an interim response that ends the connection",
       {kClient, response("", "HTTP/1.0 102 Processing") + response("Content-Length: 0\r\n")}},
      {"101 that nobody asked for",
       {kClient,
        response("Connection: upgrade\r\nUpgrade: x\r\n", "HTTP/1.1 101 Switching Protocols")}},
  };
}

TEST(Http1Differences, EachHasAnExampleThatShowsIt) {
  const std::map<std::string, Example> all = examples();
  for (const Difference& difference : differences()) {
    ASSERT_EQ(all.count(difference.name), 1u) << difference.name;
    const Difference* found = play(all.at(difference.name));
    EXPECT_STREQ(found == nullptr ? "none" : found->name, difference.name);
  }
  EXPECT_EQ(all.size(), differences().size()) << "an example of no difference";
}

TEST(Http1Differences, TheDocumentHasEach) {
  std::ifstream file("docs/http1.md");
  ASSERT_TRUE(file.good());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const Difference& one : differences()) {
    const std::string row =
        std::string("| ") + one.name + " | " + one.section + " | " + one.reason + " |";
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

TEST(Http1Differences, HonestMessagesShowNone) {
  const std::string requests = request("Accept: */*\r\n") +
                               chunked("5;a=b\r\nhello\r\n0\r\nChecksum: 1\r\n\r\n") +
                               request("Content-Length: 5\r\n", "POST http://a/b?c HTTP/1.1") +
                               "hello" + request("Connection: close\r\n", "HEAD /a%20b HTTP/1.1");
  EXPECT_EQ(play({Role::kServer, requests}), nullptr);
  const std::string responses =
      response("", "HTTP/1.1 103 Early Hints") + response("Content-Length: 5\r\n") + "hello" +
      response("Transfer-Encoding: chunked\r\n") + "1\r\na\r\n0\r\nb: c\r\n\r\n" +
      response("", "HTTP/1.1 304 Not Modified") + response("Connection: close\r\n") + "to the end";
  EXPECT_EQ(play({Role::kClient, responses}), nullptr);
}

}  // namespace
}  // namespace headrace::fuzz::http1_differential
