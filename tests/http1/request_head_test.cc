#include "headrace/protocol/http1/request_head.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace headrace::http1 {
namespace {

struct Written {
  std::string text;
  Framing framing;
};

// The request line is that of GET http://a/ unless `method` says otherwise.
Written write(std::vector<Field> more, const RequestCircumstances& circumstances,
              const char* method = "GET") {
  std::vector<Field> fields = {
      {":method", method}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}};
  fields.insert(fields.end(), more.begin(), more.end());
  const OutgoingRequest head(FieldsView(fields), circumstances);
  std::string text(head.max_size(), '?');
  text.resize(static_cast<size_t>(head.write(text.data()) - text.data()));
  return {text, head.framing()};
}

RequestCircumstances body_of(uint64_t size) {
  RequestCircumstances circumstances;
  circumstances.body_size = size;
  return circumstances;
}

TEST(RequestHead, HasALineHostAndTheFields) {
  const Written head = write({{"x", "y"}, {"z", ""}}, body_of(0));
  EXPECT_EQ(head.text, "GET / HTTP/1.1\r\nhost: a\r\nx: y\r\nz: \r\n\r\n");
  EXPECT_EQ(head.framing, Framing::kNoBody);
}

TEST(RequestHead, SaysWhereTheContentEnds) {
  EXPECT_EQ(write({}, body_of(12)).text, "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 12\r\n\r\n");
  EXPECT_EQ(write({}, body_of(0), "POST").text,
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
  EXPECT_EQ(write({}, {}).text, "GET / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
  RequestCircumstances trailers = body_of(3);
  trailers.trailers_follow = true;
  EXPECT_EQ(write({}, trailers).framing, Framing::kChunked);
  EXPECT_EQ(write({{"content-length", "7"}, {"transfer-encoding", "x"}}, {}).text,
            "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 7\r\n\r\n");
  RequestCircumstances tunnel;
  tunnel.may_tunnel = true;
  EXPECT_EQ(write({{"content-length", "7"}}, tunnel).text, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
}

TEST(RequestHead, NamesItsConnectionOptions) {
  EXPECT_EQ(write({{"te", "trailers"}, {"upgrade", "x"}}, body_of(0)).text,
            "GET / HTTP/1.1\r\nhost: a\r\nte: trailers\r\nupgrade: x\r\nconnection: te, upgrade\r\n"
            "\r\n");
  EXPECT_EQ(write({{"te", "trailers"}, {"connection", "close , TE"}}, body_of(0)).text,
            "GET / HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: close , TE\r\n\r\n");
  RequestCircumstances last = body_of(0);
  last.is_last = true;
  EXPECT_EQ(write({{"connection", "x"}}, last).text,
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: x\r\nconnection: close\r\n\r\n");
}

TEST(RequestHead, HasOneCookieAndNoSecondLine) {
  EXPECT_EQ(write({{"cookie", "a=1"}, {"cookie", "b\r\nx: 2"}, {"cookie", ""}}, body_of(0)).text,
            "GET / HTTP/1.1\r\nhost: a\r\ncookie: a=1; b  x: 2; \r\n\r\n");
}

TEST(RequestHead, KnowsIdempotentMethods) {
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    EXPECT_TRUE(is_idempotent(method)) << method;
  }
  for (const char* method : {"POST", "PATCH", "CONNECT", "get", ""}) {
    EXPECT_FALSE(is_idempotent(method)) << method;
  }
}

}  // namespace
}  // namespace headrace::http1
