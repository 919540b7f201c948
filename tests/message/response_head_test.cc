#include "headrace/protocol/message/response_head.h"

#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "headrace/field/field_name.h"
#include "headrace/hpack/encoder.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/message/reason_phrase.h"
#include "headrace/protocol/message/response_text.h"
#include "tests/memory/allocation_counter.h"
#include "tests/reference/hpack.h"
#include "tests/reference/response_head.h"

// One decision, two writers: what goes out as HTTP/2 and as HTTP/1.x text for the same fields.
namespace headrace {
namespace {

namespace ref = reference;

constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

struct Given {
  ref::FieldList fields = {};
  const char* method = "GET";
  std::optional<std::string> body = {};  // nothing: it is not known how long it will be
  std::string front = {};                // what has come of such a one
  bool may_persist = true;
  bool trailers_follow = false;
  const char* date = "";
};

std::vector<Field> views(const ref::FieldList& fields) {
  std::vector<Field> list;
  for (const auto& [name, value] : fields) list.push_back({name, value});
  return list;
}

ResponseFacts facts_of(const Given& given, HttpVersion version) {
  ResponseFacts facts;
  facts.version = version;
  facts.is_head = given.method == std::string("HEAD");
  facts.is_connect = given.method == std::string("CONNECT");
  facts.may_persist = given.may_persist;
  facts.trailers_follow = given.trailers_follow;
  facts.date = given.date;
  const std::string& body = given.body ? *given.body : given.front;
  facts.body = {reinterpret_cast<const uint8_t*>(body.data()), body.size()};
  if (given.body) facts.body_size = body.size();
  return facts;
}

// The HPACK writer, read by the reference decoder.
ref::FieldList through_hpack(const OutgoingHead& head) {
  Ledger ledger(1 << 20);
  hpack::Encoder encoder(&ledger);
  size_t bound = hpack::Encoder::kMaxBeginSize;
  head.each_field([&](const Field& field) { bound += hpack::Encoder::max_field_size(field); });
  std::string block(bound, '\0');
  auto* const begin = reinterpret_cast<uint8_t*>(block.data());
  uint8_t* end = encoder.begin_block(begin);
  head.each_field([&](const Field& field) { end = encoder.add(field, end); });
  block.resize(static_cast<size_t>(end - begin));
  ref::HpackDecoder decoder;
  ref::FieldList fields;
  const auto decoded = decoder.decode(block);
  if (!decoded) {
    ADD_FAILURE() << decoder.error();
    return fields;
  }
  for (const auto& field : *decoded) fields.emplace_back(field.name, field.value);
  return fields;
}

std::string through_text(const OutgoingHead& head, HttpVersion version) {
  std::string text(max_response_text_size(head), '\0');
  const char* end = write_response_text(head, version, text.data());
  EXPECT_LE(static_cast<size_t>(end - text.data()), text.size());
  text.resize(static_cast<size_t>(end - text.data()));
  return text;
}

std::string lines(const ref::FieldList& fields) {
  std::string text;
  for (const auto& [name, value] : fields) text += name + ": " + value + "\n";
  return text;
}

std::string crlf(std::string_view text) {
  std::string result;
  for (char c : text) result += c == '\n' ? "\r\n" : std::string(1, c);
  return result;
}

std::string as_http2(const Given& given) {
  const std::vector<Field> fields = views(given.fields);
  return lines(through_hpack(OutgoingHead::complete(fields, facts_of(given, HttpVersion::kHttp2))));
}

std::string as_text(const Given& given, HttpVersion version) {
  const std::vector<Field> fields = views(given.fields);
  return through_text(OutgoingHead::complete(fields, facts_of(given, version)), version);
}

struct Row {
  const char* says;
  Given given;
  const char* http2;
  const char* http11;
  const char* http10 = nullptr;  // as HTTP/1.1, but for the status line
};

const char* const kLarge = "HTTP/1.1 200 OK\nx: y\ntransfer-encoding: chunked\n\n";

const Row kRows[] = {
    // --- What is added.
    {"type and length are found when the whole body is there (RFC 9110 §8.3, §8.6)",
     {{{":status", "200"}}, "GET", "hello world"},
     ":status: 200\ncontent-type: text/plain; charset=utf-8\ncontent-length: 11\n",
     "HTTP/1.1 200 OK\ncontent-type: text/plain; charset=utf-8\ncontent-length: 11\n\n"},
    {"an empty body has a length and no type",
     {{{":status", "200"}}, "GET", ""},
     ":status: 200\ncontent-length: 0\n",
     "HTTP/1.1 200 OK\ncontent-length: 0\n\n"},
    {"an application's own type and length stand",
     {{{":status", "200"}, {"content-type", "some/type"}, {"content-length", "6"}},
      "GET",
      "<html>"},
     ":status: 200\ncontent-type: some/type\ncontent-length: 6\n",
     "HTTP/1.1 200 OK\ncontent-type: some/type\ncontent-length: 6\n\n"},
    {"a page is seen to be one",
     {{{":status", "404"}, {"x", "y"}}, "GET", "<html><head></head></html>"},
     ":status: 404\nx: y\ncontent-type: text/html; charset=utf-8\ncontent-length: 26\n",
     "HTTP/1.1 404 Not Found\nx: y\ncontent-type: text/html; charset=utf-8\ncontent-length: "
     "26\n\n"},
    {"a body without end has a type, and no length: it is chunked (RFC 9112 §6.3)",
     {{{":status", "200"}}, "GET", std::nullopt, "<html>"},
     ":status: 200\ncontent-type: text/html; charset=utf-8\n",
     "HTTP/1.1 200 OK\ncontent-type: text/html; charset=utf-8\ntransfer-encoding: chunked\n\n",
     "HTTP/1.0 200 OK\ncontent-type: text/html; charset=utf-8\n\n"},
    {"a head that goes before its body says nothing of a type",
     {{{":status", "200"}, {"x", "y"}}},
     ":status: 200\nx: y\n",
     kLarge,
     "HTTP/1.0 200 OK\nx: y\n\n"},
    {"what is encoded is not looked at (RFC 9110 §8.4)",
     {{{":status", "200"}, {"content-encoding", "gzip"}}, "GET", "\x1f\x8b\x08"},
     ":status: 200\ncontent-encoding: gzip\ncontent-length: 3\n",
     "HTTP/1.1 200 OK\ncontent-encoding: gzip\ncontent-length: 3\n\n"},
    {"an encoding without a name is none",
     {{{":status", "200"}, {"content-encoding", ""}}, "GET", "text"},
     ":status: 200\ncontent-encoding: \ncontent-type: text/plain; charset=utf-8\n"
     "content-length: 4\n",
     "HTTP/1.1 200 OK\ncontent-encoding: \ncontent-type: text/plain; charset=utf-8\n"
     "content-length: 4\n\n"},
    {"date is added when there is a clock (RFC 9110 §6.6.1)",
     {{{":status", "200"}}, "GET", "", "", true, false, kDate},
     ":status: 200\ndate: Sun, 06 Nov 1994 08:49:37 GMT\ncontent-length: 0\n",
     "HTTP/1.1 200 OK\ndate: Sun, 06 Nov 1994 08:49:37 GMT\ncontent-length: 0\n\n"},
    {"an application's own date stands",
     {{{":status", "200"}, {"date", "Mon, 28 Feb 2000 23:59:59 GMT"}},
      "GET",
      "",
      "",
      true,
      false,
      kDate},
     ":status: 200\ndate: Mon, 28 Feb 2000 23:59:59 GMT\ncontent-length: 0\n",
     "HTTP/1.1 200 OK\ndate: Mon, 28 Feb 2000 23:59:59 GMT\ncontent-length: 0\n\n"},
    {"an empty date or type says: none",
     {{{":status", "200"}, {"date", ""}, {"content-type", ""}}, "GET", "x", "", true, false, kDate},
     ":status: 200\ncontent-length: 1\n",
     "HTTP/1.1 200 OK\ncontent-length: 1\n\n"},

    // --- Responses without content.
    {"1xx is written as it is (RFC 9110 §15.2)",
     {{{":status", "103"}, {"link", "</a>"}}, "GET", "", "", true, false, kDate},
     ":status: 103\nlink: </a>\n",
     "HTTP/1.1 103 Early Hints\nlink: </a>\n\n"},
    {"1xx has no length and no coding (RFC 9110 §8.6, RFC 9112 §6.1)",
     {{{":status", "100"}, {"content-length", "0"}, {"transfer-encoding", "chunked"}}},
     ":status: 100\n",
     "HTTP/1.1 100 Continue\n\n"},
    {"204 has no length (RFC 9110 §8.6); a type is fine (§15.3.5)",
     {{{":status", "204"}, {"content-length", "123"}, {"content-type", "foo/bar"}}, "GET", "body"},
     ":status: 204\ncontent-type: foo/bar\n",
     "HTTP/1.1 204 No Content\ncontent-type: foo/bar\n\n",
     "HTTP/1.0 204 No Content\ncontent-type: foo/bar\nconnection: keep-alive\n\n"},
    {"204 has no coding (RFC 9112 §6.1)",
     {{{":status", "204"}, {"transfer-encoding", "chunked"}}},
     ":status: 204\n",
     "HTTP/1.1 204 No Content\n\n",
     "HTTP/1.0 204 No Content\nconnection: keep-alive\n\n"},
    {"304 says nothing of a body (RFC 9110 §15.4.5)",
     {{{":status", "304"},
       {"content-length", "5"},
       {"content-type", "a/b"},
       {"transfer-encoding", "chunked"},
       {"etag", "\"x\""}},
      "GET",
      "body",
      "",
      true,
      false,
      kDate},
     ":status: 304\netag: \"x\"\ndate: Sun, 06 Nov 1994 08:49:37 GMT\n",
     "HTTP/1.1 304 Not Modified\netag: \"x\"\ndate: Sun, 06 Nov 1994 08:49:37 GMT\n\n",
     "HTTP/1.0 304 Not Modified\netag: \"x\"\ndate: Sun, 06 Nov 1994 08:49:37 GMT\n"
     "connection: keep-alive\n\n"},
    {"205 is empty, and says so (RFC 9110 §15.3.6)",
     {{{":status", "205"}, {"content-length", "4"}}, "GET", "body"},
     ":status: 205\ncontent-length: 0\n",
     "HTTP/1.1 205 Reset Content\ncontent-length: 0\n\n"},
    {"HEAD is told what GET would be (RFC 9110 §9.3.2)",
     {{{":status", "200"}}, "HEAD", "<html>"},
     ":status: 200\ncontent-type: text/html; charset=utf-8\ncontent-length: 6\n",
     "HTTP/1.1 200 OK\ncontent-type: text/html; charset=utf-8\ncontent-length: 6\n\n"},
    {"an empty body to HEAD says nothing of GET's",
     {{{":status", "200"}}, "HEAD", ""},
     ":status: 200\n",
     "HTTP/1.1 200 OK\n\n",
     "HTTP/1.0 200 OK\nconnection: keep-alive\n\n"},
    {"HEAD: an application's own length stands",
     {{{":status", "200"}, {"content-length", "500"}}, "HEAD", ""},
     ":status: 200\ncontent-length: 500\n",
     "HTTP/1.1 200 OK\ncontent-length: 500\n\n"},
    {"HEAD: no transfer-encoding",
     {{{":status", "200"}, {"transfer-encoding", "chunked"}}, "HEAD"},
     ":status: 200\n",
     "HTTP/1.1 200 OK\n\n",
     "HTTP/1.0 200 OK\nconnection: keep-alive\n\n"},
    {"2xx to CONNECT begins a tunnel (RFC 9110 §9.3.6)",
     {{{":status", "200"}, {"content-length", "5"}, {"transfer-encoding", "chunked"}},
      "CONNECT",
      std::nullopt,
      "<html>"},
     ":status: 200\n",
     "HTTP/1.1 200 OK\n\n",
     "HTTP/1.0 200 OK\n\n"},
    {"a refused CONNECT is answered as any request",
     {{{":status", "403"}}, "CONNECT", "no"},
     ":status: 403\ncontent-type: text/plain; charset=utf-8\ncontent-length: 2\n",
     "HTTP/1.1 403 Forbidden\ncontent-type: text/plain; charset=utf-8\ncontent-length: 2\n\n"},

    // --- Length and coding.
    {"a length that is no number is not sent",
     {{{":status", "200"}, {"content-length", "-5"}, {"content-type", "a/b"}}, "GET", "abc"},
     ":status: 200\ncontent-type: a/b\ncontent-length: 3\n",
     "HTTP/1.1 200 OK\ncontent-type: a/b\ncontent-length: 3\n\n"},
    {"nor are two that differ",
     {{{":status", "200"}, {"content-length", "3"}, {"content-length", "4"}}},
     ":status: 200\n",
     "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n",
     "HTTP/1.0 200 OK\n\n"},
    {"a length that is said twice is said once",
     {{{":status", "200"}, {"content-length", "3"}, {"x", "y"}, {"content-length", "3"}}},
     ":status: 200\nx: y\ncontent-length: 3\n",
     "HTTP/1.1 200 OK\nx: y\ncontent-length: 3\n\n"},
    {"a length and a coding are not sent together (RFC 9112 §6.2)",
     {{{":status", "200"}, {"content-length", "3"}, {"transfer-encoding", "chunked"}}},
     ":status: 200\ncontent-length: 3\n",
     "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n",
     "HTTP/1.0 200 OK\n\n"},
    {"identity is no coding: the length stands",
     {{{":status", "200"}, {"content-length", "3"}, {"transfer-encoding", "identity"}}},
     ":status: 200\ncontent-length: 3\n",
     "HTTP/1.1 200 OK\ncontent-length: 3\n\n"},
    {"identity without a length ends with the connection",
     {{{":status", "200"}, {"transfer-encoding", "Identity"}, {"content-type", "a/b"}}},
     ":status: 200\ncontent-type: a/b\n",
     "HTTP/1.1 200 OK\ncontent-type: a/b\nconnection: close\n\n",
     "HTTP/1.0 200 OK\ncontent-type: a/b\n\n"},
    {"who chooses chunked gets it once, and no length",
     {{{":status", "200"}, {"transfer-encoding", "Chunked"}, {"content-type", "a/b"}}, "GET", "x"},
     ":status: 200\ncontent-type: a/b\ncontent-length: 1\n",
     "HTTP/1.1 200 OK\ntransfer-encoding: Chunked\ncontent-type: a/b\n\n",
     "HTTP/1.0 200 OK\ncontent-type: a/b\n\n"},
    {"chunked is put behind another coding (RFC 9112 §6.1)",
     {{{":status", "200"}, {"transfer-encoding", "gzip"}, {"content-type", "a/b"}}},
     ":status: 200\ncontent-type: a/b\n",
     "HTTP/1.1 200 OK\ntransfer-encoding: gzip\ncontent-type: a/b\ntransfer-encoding: chunked\n\n",
     "HTTP/1.0 200 OK\ncontent-type: a/b\n\n"},
    {"chunked is there already",
     {{{":status", "200"}, {"transfer-encoding", "gzip, chunked"}, {"content-type", "a/b"}}},
     ":status: 200\ncontent-type: a/b\n",
     "HTTP/1.1 200 OK\ntransfer-encoding: gzip, chunked\ncontent-type: a/b\n\n",
     "HTTP/1.0 200 OK\ncontent-type: a/b\n\n"},
    {"chunked is neither first nor twice",
     {{{":status", "200"},
       {"transfer-encoding", "chunked"},
       {"transfer-encoding", "gzip"},
       {"content-type", "a/b"}}},
     ":status: 200\ncontent-type: a/b\n",
     "HTTP/1.1 200 OK\ncontent-type: a/b\ntransfer-encoding: chunked\n\n",
     "HTTP/1.0 200 OK\ncontent-type: a/b\n\n"},
    {"trailers need chunks (RFC 9112 §7.1.2)",
     {{{":status", "200"}, {"content-type", "a/b"}}, "GET", "body", "", true, true},
     ":status: 200\ncontent-type: a/b\ncontent-length: 4\n",
     "HTTP/1.1 200 OK\ncontent-type: a/b\ntransfer-encoding: chunked\n\n",
     "HTTP/1.0 200 OK\ncontent-type: a/b\n\n"},

    // --- The connection.
    {"fields about the connection are none of HTTP/2's (RFC 9113 §8.2.2)",
     {{{":status", "200"},
       {"connection", "keep-alive"},
       {"keep-alive", "timeout=5"},
       {"proxy-connection", "keep-alive"},
       {"upgrade", "h2c"},
       {"te", "trailers"}},
      "GET",
      ""},
     ":status: 200\ncontent-length: 0\n",
     "HTTP/1.1 200 OK\nconnection: keep-alive\nkeep-alive: timeout=5\n"
     "proxy-connection: keep-alive\nupgrade: h2c\nte: trailers\ncontent-length: 0\n\n",
     "HTTP/1.0 200 OK\nconnection: keep-alive\nkeep-alive: timeout=5\n"
     "proxy-connection: keep-alive\nupgrade: h2c\nte: trailers\ncontent-length: 0\n\n"},
    {"the last response of a connection says so (RFC 9112 §9.6)",
     {{{":status", "200"}, {"connection", "keep-alive"}}, "GET", "", "", false},
     ":status: 200\ncontent-length: 0\n",
     "HTTP/1.1 200 OK\ncontent-length: 0\nconnection: close\n\n",
     "HTTP/1.0 200 OK\ncontent-length: 0\n\n"},
    {"an application can close",
     {{{":status", "200"}, {"connection", "x, Close"}}, "GET", ""},
     ":status: 200\ncontent-length: 0\n",
     "HTTP/1.1 200 OK\nconnection: x, Close\ncontent-length: 0\n\n",
     "HTTP/1.0 200 OK\nconnection: x, Close\ncontent-length: 0\n\n"},
    {"its other options name fields of this message (RFC 9110 §7.6.1)",
     {{{":status", "426"}, {"connection", "upgrade"}, {"upgrade", "h2c"}}, "GET", "", "", false},
     ":status: 426\ncontent-length: 0\n",
     "HTTP/1.1 426 Upgrade Required\nconnection: upgrade\nupgrade: h2c\ncontent-length: 0\n"
     "connection: close\n\n",
     "HTTP/1.0 426 Upgrade Required\nconnection: upgrade\nupgrade: h2c\ncontent-length: 0\n\n"},
    {"101 hands the connection over (RFC 9110 §15.2.2)",
     {{{":status", "101"}, {"connection", "upgrade"}, {"upgrade", "x"}},
      "GET",
      std::nullopt,
      "",
      false,
      false,
      kDate},
     ":status: 101\n",
     "HTTP/1.1 101 Switching Protocols\nconnection: upgrade\nupgrade: x\n\n",
     "HTTP/1.0 101 Switching Protocols\nconnection: upgrade\nupgrade: x\n\n"},
    {"HTTP/1.0 goes on when the end can be seen",
     {{{":status", "200"}, {"content-type", "a/b"}}, "GET", "x"},
     ":status: 200\ncontent-type: a/b\ncontent-length: 1\n",
     "HTTP/1.1 200 OK\ncontent-type: a/b\ncontent-length: 1\n\n",
     "HTTP/1.0 200 OK\ncontent-type: a/b\ncontent-length: 1\nconnection: keep-alive\n\n"},
};

TEST(ResponseHeadTest, IsCompletedForHttp2) {
  for (const Row& row : kRows) EXPECT_EQ(as_http2(row.given), row.http2) << row.says;
}

TEST(ResponseHeadTest, IsCompletedForHttp11) {
  for (const Row& row : kRows) {
    EXPECT_EQ(as_text(row.given, HttpVersion::kHttp11), crlf(row.http11)) << row.says;
  }
}

// Where nothing else is said: as HTTP/1.1, with keep-alive, since may_persist means that it was
// asked for.
TEST(ResponseHeadTest, IsCompletedForHttp10) {
  for (const Row& row : kRows) {
    std::string expected = row.http10 != nullptr ? row.http10 : row.http11;
    expected[7] = '0';
    const bool is_final = expected[9] != '1';
    if (row.http10 == nullptr && is_final) {
      expected.insert(expected.size() - 1, "connection: keep-alive\n");
    }
    EXPECT_EQ(as_text(row.given, HttpVersion::kHttp10), crlf(expected)) << row.says;
  }
}

TEST(ResponseHeadTest, SaysHowTheBodyEnds) {
  const auto framing = [](const Given& given, HttpVersion version) {
    const std::vector<Field> fields = views(given.fields);
    return OutgoingHead::complete(fields, facts_of(given, version)).framing();
  };
  constexpr auto k10 = HttpVersion::kHttp10, k11 = HttpVersion::kHttp11, k2 = HttpVersion::kHttp2;
  const Given open{{{":status", "200"}}};
  EXPECT_EQ(framing(open, k2), Framing::kFrames);
  EXPECT_EQ(framing(open, k11), Framing::kChunked);
  EXPECT_EQ(framing(open, k10), Framing::kUntilClose);
  const Given whole{{{":status", "200"}}, "GET", "body"};
  EXPECT_EQ(framing(whole, k2), Framing::kFrames);
  EXPECT_EQ(framing(whole, k11), Framing::kLength);
  EXPECT_EQ(framing(whole, k10), Framing::kLength);
  for (const Given& none :
       {Given{{{":status", "204"}}}, Given{{{":status", "304"}}}, Given{{{":status", "205"}}},
        Given{{{":status", "100"}}}, Given{{{":status", "200"}}, "HEAD", "body"}}) {
    for (HttpVersion version : {k10, k11, k2}) {
      EXPECT_EQ(framing(none, version), Framing::kNoBody);
    }
  }
  const Given tunnel{{{":status", "200"}}, "CONNECT"};
  EXPECT_EQ(framing(tunnel, k2), Framing::kFrames);
  EXPECT_EQ(framing(tunnel, k11), Framing::kTunnel);
  EXPECT_EQ(framing(Given{{{":status", "101"}}}, k11), Framing::kTunnel);
}

TEST(ResponseHeadTest, SaysWhetherTheConnectionEnds) {
  const auto closes = [](const Given& given, HttpVersion version) {
    const std::vector<Field> fields = views(given.fields);
    return OutgoingHead::complete(fields, facts_of(given, version)).closes();
  };
  const Given whole{{{":status", "200"}}, "GET", "body"};
  EXPECT_FALSE(closes(whole, HttpVersion::kHttp11));
  EXPECT_FALSE(closes(whole, HttpVersion::kHttp10));
  const Given open{{{":status", "200"}}};
  EXPECT_FALSE(closes(open, HttpVersion::kHttp11));
  EXPECT_TRUE(closes(open, HttpVersion::kHttp10));
  const Given last{{{":status", "200"}}, "GET", "body", "", false};
  EXPECT_TRUE(closes(last, HttpVersion::kHttp11));
  EXPECT_TRUE(closes(last, HttpVersion::kHttp10));
}

TEST(ResponseHeadTest, NamesABrokenLength) {
  for (const ref::FieldList& fields :
       {ref::FieldList{{":status", "200"}, {"content-length", "x"}},
        ref::FieldList{{":status", "200"}, {"content-length", ""}},
        ref::FieldList{{":status", "200"}, {"content-length", "1"}, {"content-length", "2"}}}) {
    const auto head = OutgoingHead::complete(views(fields), {});
    ASSERT_NE(head.broken(), nullptr);
    EXPECT_STREQ(head.broken()->section, "RFC 9110 §8.6");
  }
  EXPECT_EQ(OutgoingHead::complete({{":status", "200"}}, {}).broken(), nullptr);
}

TEST(ResponseHeadTest, SaysWhetherTheBodyMatters) {
  const auto depends = [](const Given& given) {
    const std::vector<Field> fields = views(given.fields);
    return OutgoingHead::depends_on_body(fields, facts_of(given, HttpVersion::kHttp2));
  };
  EXPECT_TRUE(depends({{{":status", "200"}}}));
  EXPECT_TRUE(depends({{{":status", "200"}, {"content-type", "a/b"}}}));
  EXPECT_TRUE(depends({{{":status", "200"}, {"content-length", "5"}}}));
  EXPECT_FALSE(depends({{{":status", "200"}, {"content-type", "a/b"}, {"content-length", "5"}}}));
  EXPECT_FALSE(depends({{{":status", "200"}}, "GET", "all of it"}));
  EXPECT_FALSE(depends({{{":status", "204"}}}));
  EXPECT_FALSE(depends({{{":status", "200"}}, "HEAD"}));
  EXPECT_FALSE(depends({{{":status", "200"}}, "CONNECT"}));
}

TEST(ResponseTextTest, IsOneHeadWhateverTheFieldsHold) {
  const std::vector<Field> fields = {
      {":status", "299"}, {":path", "/"}, {"a", " padded\t"}, {"b", "\r\n x\r\nset-cookie: y\n "},
      {"c\r\nd", "z"},    {"", "z"},      {"e f", "z"},       {"g", std::string_view("1\0002", 3)}};
  const auto head = OutgoingHead::complete(fields, {HttpVersion::kHttp11, true});
  EXPECT_EQ(through_text(head, HttpVersion::kHttp11),
            "HTTP/1.1 299 \r\na: padded\r\nb: x  set-cookie: y\r\ng: 1 2\r\n\r\n");
}

// RFC 9110 §5.1: HTTP/1.x names are written as they are given, and known in any case.
TEST(ResponseTextTest, TakesNamesInAnyCase) {
  const std::vector<Field> fields = {{":status", "200"},           {"Content-Length", "6"},
                                     {"CONTENT-TYPE", "a/b"},      {"Set-Cookie", "a=b"},
                                     {"Connection", "Close"},      {"Transfer-encoding", "chunked"},
                                     {"X-Two", "x\r\nInjected: y"}};
  const auto head = OutgoingHead::complete(fields, {HttpVersion::kHttp11});
  EXPECT_TRUE(head.closes());
  EXPECT_EQ(through_text(head, HttpVersion::kHttp11),
            "HTTP/1.1 200 OK\r\nCONTENT-TYPE: a/b\r\nSet-Cookie: a=b\r\nConnection: Close\r\n"
            "Transfer-encoding: chunked\r\nX-Two: x  Injected: y\r\n\r\n");
}

TEST(ReasonPhraseTest, AreThoseOfTheRegistry) {
  EXPECT_EQ(reason_phrase(100), "Continue");
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(418), "");
  EXPECT_EQ(reason_phrase(422), "Unprocessable Content");
  EXPECT_EQ(reason_phrase(511), "Network Authentication Required");
  EXPECT_EQ(reason_phrase(999), "");
}

// --- Against the clone that is changed until it is right.

class RandomHeads {
 public:
  explicit RandomHeads(uint32_t seed) : random_(seed) {}

  // The same with names that are written in some other case.
  Given in_any_case(Given given) {
    for (auto& [name, value] : given.fields) {
      for (char& c : name) {
        if (number(2) == 0) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      }
    }
    return given;
  }
  Given next() {
    Given given;
    given.fields.emplace_back(":status", pick({"100", "101", "103", "200", "200", "200", "204",
                                               "205", "206", "301", "304", "404", "500", "599"}));
    for (int i = number(7); i > 0; --i) add_field(&given.fields);
    given.method = pick({"GET", "GET", "HEAD", "POST", "CONNECT"});
    given.may_persist = number(3) > 0;
    given.trailers_follow = number(4) == 0;
    given.date = number(2) == 0 ? kDate : "";
    const std::string body = pick({"", "<html>", "text", "\x01\x02", "\x89PNG\r\n\x1a\n"});
    if (number(2) == 0) {
      given.body = body;
    } else {
      given.front = body;
    }
    return given;
  }

 private:
  int number(int below) { return static_cast<int>(random_() % static_cast<uint32_t>(below)); }
  const char* pick(std::vector<const char*> from) {
    return from[static_cast<size_t>(number(static_cast<int>(from.size())))];
  }
  void add_field(ref::FieldList* fields) {
    const std::string name =
        pick({"content-length", "content-type", "transfer-encoding", "connection", "date",
              "content-encoding", "keep-alive", "upgrade", "server", "set-cookie", "x-a", "te"});
    static const std::map<std::string, std::vector<const char*>> kValues = {
        {"content-length", {"0", "5", "5", "005", "x", "-1", "9223372036854775808", ""}},
        {"content-type", {"text/css", "a/b", ""}},
        {"transfer-encoding",
         {"chunked", "identity", "gzip", "gzip, Chunked", "chunked, gzip", "", " , chunked ,"}},
        {"connection", {"close", "keep-alive", "x,CLOSE", "upgrade", ""}},
        {"date", {"Mon, 28 Feb 2000 23:59:59 GMT", ""}},
        {"content-encoding", {"gzip", "br", ""}},
    };
    const auto found = kValues.find(name);
    fields->emplace_back(name, found == kValues.end() ? "value" : pick(found->second));
  }

  std::mt19937 random_;
};

const std::map<std::string, std::string> kSniffed = {
    {"", ""},
    {"<html>", "text/html; charset=utf-8"},
    {"text", "text/plain; charset=utf-8"},
    {"\x01\x02", "application/octet-stream"},
    {"\x89PNG\r\n\x1a\n", "image/png"},
};

ref::FieldList by_reference(const Given& given, const std::string& version) {
  ref::ResponseContext context;
  context.version = version;
  context.method = given.method;
  context.may_persist = given.may_persist;
  context.trailers_follow = given.trailers_follow;
  if (given.body) context.body_size = given.body->size();
  context.sniffed_type = kSniffed.at(given.body ? *given.body : given.front);
  context.date = given.date;
  return ref::complete_response_head(given.fields, context);
}

// A value's edges are trimmed in text; HPACK carries it as it is.
ref::FieldList trimmed(ref::FieldList fields) {
  for (auto& [name, value] : fields) {
    const size_t first = value.find_first_not_of(' ');
    value = first == value.npos ? "" : value.substr(first, value.find_last_not_of(' ') - first + 1);
  }
  return fields;
}

TEST(ResponseHeadTest, EqualsACloneThatIsChanged) {
  RandomHeads heads(1);
  for (int i = 0; i < 2000; ++i) {
    const Given given = heads.next();
    const std::string what =
        lines(given.fields) + given.method + " body " + given.body.value_or("?" + given.front);
    ASSERT_EQ(as_http2(given), lines(by_reference(given, "2"))) << what;
    const auto status = static_cast<uint16_t>(std::stoi(given.fields[0].second));
    const std::string reason(reason_phrase(status));
    for (const Given& named : {given, heads.in_any_case(given)}) {
      ASSERT_EQ(as_text(named, HttpVersion::kHttp11),
                ref::response_text(trimmed(by_reference(named, "1.1")), "1.1", reason))
          << what;
      ASSERT_EQ(as_text(named, HttpVersion::kHttp10),
                ref::response_text(trimmed(by_reference(named, "1.0")), "1.0", reason))
          << what;
    }
  }
}

// Whatever is decided: length and coding never both, and no field about the connection in HTTP/2.
TEST(ResponseHeadTest, NeverSendsWhatMustNotBeSent) {
  RandomHeads heads(2);
  for (int i = 0; i < 2000; ++i) {
    const Given given = heads.next();
    const std::string text = as_text(given, HttpVersion::kHttp11);
    const bool length = text.find("\r\ncontent-length:") != text.npos;
    const bool coding = text.find("\r\ntransfer-encoding:") != text.npos;
    ASSERT_FALSE(length && coding) << text;
    const std::string http2 = as_http2(given);
    for (const char* name : {"connection", "keep-alive", "transfer-encoding", "upgrade", "te"}) {
      ASSERT_EQ(http2.find("\n" + std::string(name) + ": "), http2.npos) << http2;
    }
  }
}

// The application's fields are read and never written, copied or kept.
TEST(ResponseHeadTest, LeavesTheFieldsAlone) {
  RandomHeads heads(3);
  for (int i = 0; i < 1000; ++i) {
    const Given given = heads.next();
    const ref::FieldList before = given.fields;
    const std::vector<Field> fields = views(given.fields);
    const std::vector<Field> fields_before = fields;
    for (HttpVersion version : {HttpVersion::kHttp10, HttpVersion::kHttp11, HttpVersion::kHttp2}) {
      const auto head = OutgoingHead::complete(fields, facts_of(given, version));
      (void)through_hpack(head);
      (void)through_text(head, version);
      // What is sent of the application's is sent from where it is.
      head.each_field([&](const Field& field) {
        const bool own = &field >= fields.data() && &field < fields.data() + fields.size();
        const bool added = field.known_name != FieldName::kUnresolved;
        ASSERT_NE(own, added);
      });
    }
    ASSERT_EQ(given.fields, before);
    for (size_t at = 0; at < fields.size(); ++at) {
      ASSERT_EQ(fields[at].name.data(), fields_before[at].name.data());
      ASSERT_EQ(fields[at].value.data(), fields_before[at].value.data());
      ASSERT_EQ(fields[at].known_name, FieldName::kUnresolved);
    }
  }
}

TEST(ResponseHeadTest, AllocatesNothing) {
  if (!testing::kAllocationsCount) GTEST_SKIP() << "checked builds copy what they view";
  RandomHeads heads(4);
  char text[4096];
  for (int i = 0; i < 200; ++i) {
    const Given given = heads.next();
    const std::vector<Field> fields = views(given.fields);
    for (HttpVersion version : {HttpVersion::kHttp10, HttpVersion::kHttp11, HttpVersion::kHttp2}) {
      const ResponseFacts facts = facts_of(given, version);
      const size_t before = testing::allocations();
      const auto head = OutgoingHead::complete(fields, facts);
      if (version != HttpVersion::kHttp2) (void)write_response_text(head, version, text);
      ASSERT_EQ(testing::allocations(), before);
    }
  }
}

}  // namespace
}  // namespace headrace
