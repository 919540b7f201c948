#include "headrace/protocol/message/forwarding.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "headrace/protocol/message/trailer_names.h"

namespace headrace {
namespace {

std::string text(const std::vector<Field>& fields) {
  std::string text;
  for (const Field& field : fields) {
    text.append(field.name).append("=").append(field.value).append("|");
  }
  return text;
}

std::vector<Field> request(std::vector<Field> more) {
  std::vector<Field> fields = {
      {":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

// What is forwarded of a request behind its pseudo-header fields, or the section of the rule.
std::string forwarded(const std::vector<Field>& received, std::string_view via = "") {
  std::vector<Field> fields;
  const Rule* broken = forward_request(FieldsView(received), via, &fields);
  return broken != nullptr ? broken->section : text(fields);
}

constexpr char kPseudo[] = ":method=GET|:scheme=http|:authority=a|:path=/|";

TEST(Forwarding, LeavesOutWhatIsAboutTheConnection) {
  EXPECT_EQ(forwarded(request({{"accept", "*"},
                               {"connection", "keep-alive, X-One ,upgrade"},
                               {"keep-alive", "5"},
                               {"proxy-connection", "x"},
                               {"upgrade", "h2c"},
                               {"transfer-encoding", "chunked"},
                               {"x-one", "1"},
                               {"x-two", "2"},
                               {"expect", "100-continue"},
                               {"host", "a"},
                               {"content-length", "5"}}),
                      "1.1 edge"),
            std::string(kPseudo) + "accept=*|x-two=2|content-length=5|via=1.1 edge|");
}

TEST(Forwarding, KeepsTeTrailersWhereItWasMeant) {
  EXPECT_EQ(forwarded(request({{"te", "trailers"}})), std::string(kPseudo) + "te=trailers|");
  EXPECT_EQ(forwarded(request({{"te", "trailers"}, {"connection", "TE"}})),
            std::string(kPseudo) + "te=trailers|");
  EXPECT_EQ(forwarded(request({{"te", "trailers"}, {"connection", "close"}})), kPseudo);
  EXPECT_EQ(forwarded(request({{"te", "gzip"}})), kPseudo);
}

TEST(Forwarding, RefusesToLoseWhatOthersNeed) {
  for (const char* name : {"content-length", "Host", "COOKIE", "authorization", ":path"}) {
    EXPECT_EQ(forwarded(request({{"connection", name}})), "RFC 9110 §7.6.1") << name;
    EXPECT_EQ(forwarded(request({{"connection", "x"}, {"connection", std::string("y, ") + name}})),
              "RFC 9110 §7.6.1");
  }
  EXPECT_EQ(
      forwarded({{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/a#b"}}),
      "RFC 9110 §7.1");
  EXPECT_EQ(forwarded({{":method", "CONNECT"}, {":protocol", "websocket"}, {":path", "/"}}),
            "RFC 8441 §4");
}

TEST(Forwarding, HasAnAuthorityInPlaceOfHost) {
  EXPECT_EQ(
      forwarded(
          {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {"x", "y"}, {"host", "b"}}),
      ":method=GET|:scheme=http|:path=/|:authority=b|x=y|");
}

// RFC 9110 §7.6.2
TEST(Forwarding, CountsDown) {
  const auto left = [](std::string_view method, std::string_view count) {
    return forwarded({{":method", method}, {":path", "*"}, {"max-forwards", count}});
  };
  const std::string options = ":method=OPTIONS|:path=*|max-forwards=";
  EXPECT_EQ(left("OPTIONS", "1"), options + "0|");
  EXPECT_EQ(left("OPTIONS", "007"), options + "6|");
  EXPECT_EQ(left("OPTIONS", "10"), options + "9|");
  EXPECT_EQ(left("OPTIONS", "123456789012345678901"), options + "9|");
  EXPECT_EQ(left("TRACE", "5"), ":method=TRACE|:path=*|max-forwards=4|");
  for (const char* none : {"0", "000", "", "-1", "1a"}) {
    EXPECT_EQ(left("OPTIONS", none), "RFC 9110 §7.6.2") << none;
    EXPECT_EQ(left("TRACE", none), "RFC 9110 §7.6.2") << none;
  }
  EXPECT_EQ(left("GET", "0"), ":method=GET|:path=*|max-forwards=0|");  // may be ignored
}

TEST(Forwarding, OfAResponse) {
  std::vector<Field> fields;
  EXPECT_EQ(forward_response({{":status", "200"},
                              {"connection", "x-one"},
                              {"x-one", "1"},
                              {"te", "trailers"},
                              {"host", "kept"}},
                             "2 edge", &fields),
            nullptr);
  EXPECT_EQ(text(fields), ":status=200|host=kept|via=2 edge|");
  fields.clear();
  EXPECT_NE(forward_response({{":status", "101"}}, "", &fields), nullptr);
}

// RFC 9110 §8.6
TEST(Forwarding, LeavesOutALengthOfNoContent) {
  for (const std::string status : {"103", "200", "204", "205", "304"}) {
    std::vector<Field> fields;
    EXPECT_EQ(forward_response({{":status", status}, {"content-length", "0"}}, "", &fields),
              nullptr);
    const bool none = status == "103" || status == "204";
    EXPECT_EQ(text(fields), ":status=" + status + "|" + (none ? "" : "content-length=0|"));
  }
}

TEST(Forwarding, OfTrailers) {
  std::vector<Field> fields;
  forward_trailers({{"checksum", "1"},
                    {"content-length", "5"},
                    {"connection", "x"},
                    {":status", "200"},
                    {"set-cookie", "a"},
                    {"grpc-status", "0"}},
                   &fields);
  EXPECT_EQ(text(fields), "checksum=1|grpc-status=0|");
}

// RFC 9110 §6.5.1. What is forwarded is what the other version sends, too: its rule is the same.
TEST(Forwarding, LeavesOutTrailersThatWouldChangeTheMessage) {
  for (const char* name : {"transfer-encoding",
                           "content-length",
                           "host",
                           "trailer",
                           "te",
                           "connection",
                           "keep-alive",
                           "proxy-connection",
                           "upgrade",
                           "cache-control",
                           "expect",
                           "max-forwards",
                           "pragma",
                           "range",
                           "if-match",
                           "if-none-match",
                           "if-modified-since",
                           "if-unmodified-since",
                           "if-range",
                           "authorization",
                           "www-authenticate",
                           "proxy-authorization",
                           "proxy-authenticate",
                           "cookie",
                           "set-cookie",
                           "content-encoding",
                           "content-type",
                           "content-range"}) {
    std::vector<Field> fields;
    forward_trailers({{name, "1"}}, &fields);
    EXPECT_EQ(text(fields), "") << name;
    EXPECT_FALSE(may_be_trailer({name, "1"})) << name;
  }
}

}  // namespace
}  // namespace headrace
