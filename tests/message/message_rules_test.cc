#include "headrace/protocol/message/message_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "headrace/field/field_name.h"

// RFC 9113 §8 sentence by sentence: a row for each, with the section whose rule it must break, or
// kFine.
namespace headrace {
namespace {

using namespace std::string_literals;
using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kFine = "";

struct Row {
  const char* says;
  Fields fields;
  const char* broken;  // section
};

std::vector<Field> views(const Fields&& fields) = delete;  // they would dangle
std::vector<Field> views(const Fields& fields) {
  std::vector<Field> list;
  for (const auto& [name, value] : fields) list.push_back({name, value});
  return list;
}

const char* section_of(const Rule* rule) { return rule == nullptr ? kFine : rule->section; }

const Rule* judge_request(const Fields& fields, MessageOptions options = {},
                          RequestHead* head = nullptr) {
  std::vector<Field> list = views(fields);
  RequestHead ignored;
  return check_request(list, options, head == nullptr ? &ignored : head);
}

Fields get(Fields more = {}) {
  Fields fields = {
      {":method", "GET"}, {":scheme", "https"}, {":authority", "example.org"}, {":path", "/"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

Fields with(Fields fields, const std::string& name, const std::string& value) {
  for (auto& field : fields) {
    if (field.first == name) field.second = value;
  }
  return fields;
}

Fields without(Fields fields, const std::string& name) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  return fields;
}

void expect_requests(const std::vector<Row>& rows, MessageOptions options = {}) {
  for (const Row& row : rows) {
    EXPECT_STREQ(section_of(judge_request(row.fields, options)), row.broken) << row.says;
  }
}

constexpr const char* k821 = "RFC 9113 §8.2.1";
constexpr const char* k822 = "RFC 9113 §8.2.2";
constexpr const char* k83 = "RFC 9113 §8.3";
constexpr const char* k831 = "RFC 9113 §8.3.1";
constexpr const char* k832 = "RFC 9113 §8.3.2";
constexpr const char* k85 = "RFC 9113 §8.5";
constexpr const char* kHost = "RFC 9110 §7.2";
constexpr const char* kLength = "RFC 9110 §8.6";
constexpr const char* kExtendedConnect = "RFC 8441 §4";

// --- §8.2.1: field validity, in every kind of section.

const std::vector<Row>& field_validity() {
  static const std::vector<Row> rows = {
      {"any token in lower case is a name", {{"x-!#$%&'*+-.^_`|~09az", "v"}}, kFine},
      {"a name must not be empty", {{"", "v"}}, k821},
      {"0x00-0x20 must not be in a name: NUL", {{"a\0b"s, "v"}}, k821},
      {"... space", {{"a b", "v"}}, k821},
      {"... trailing space", {{"a ", "v"}}, k821},
      {"... TAB", {{"a\tb", "v"}}, k821},
      {"... LF", {{"a\nb", "v"}}, k821},
      {"0x41-0x5a (upper case) must not be in a name", {{"X-Name", "v"}}, k821},
      {"0x7f-0xff must not be in a name: DEL", {{"a\x7f", "v"}}, k821},
      {"... UTF-8", {{"n\xc3\xa9", "v"}}, k821},
      {"a colon is only the first character of pseudo-header names", {{"a:b", "v"}}, k821},
      {"a name is a token: no parentheses", {{"a(b)", "v"}}, k821},
      {"a value may be empty", {{"a", ""}}, kFine},
      {"a value may have any other octet", {{"a", "\x01 \x7f\xff\t\"x"}}, kFine},
      {"a value must not have NUL", {{"a", "x\0y"s}}, k821},
      {"... LF", {{"a", "x\ny"}}, k821},
      {"... CR", {{"a", "x\ry"}}, k821},
      {"... nor at the end of a long one", {{"a", std::string(100, 'x') + "\n"}}, k821},
      {"a value must not start with SP", {{"a", " x"}}, k821},
      {"... or HTAB", {{"a", "\tx"}}, k821},
      {"a value must not end with SP", {{"a", "x "}}, k821},
      {"... or HTAB", {{"a", "x\t"}}, k821},
      {"a value must not be all white space", {{"a", " "}}, k821},
  };
  return rows;
}

TEST(FieldValidity, InRequests) {
  for (const Row& row : field_validity()) {
    EXPECT_STREQ(section_of(judge_request(get(row.fields))), row.broken) << row.says;
  }
}

TEST(FieldValidity, InResponses) {
  for (const Row& row : field_validity()) {
    Fields fields = row.fields;
    fields.insert(fields.begin(), {":status", "200"});
    std::vector<Field> list = views(fields);
    ResponseHead head;
    EXPECT_STREQ(section_of(check_response(list, {}, &head)), row.broken) << row.says;
    EXPECT_STREQ(section_of(check_outbound_response(FieldsView(views(fields)), &head)), row.broken)
        << row.says;
  }
}

TEST(FieldValidity, InTrailers) {
  for (const Row& row : field_validity()) {
    std::vector<Field> list = views(row.fields);
    EXPECT_STREQ(section_of(check_trailers(list, {})), row.broken) << row.says;
    EXPECT_STREQ(section_of(check_outbound_trailers(FieldsView(views(row.fields)))), row.broken)
        << row.says;
  }
}

TEST(FieldValidity, InPseudoHeaderFieldsToo) {
  expect_requests({
      {"no padding in :path", with(get(), ":path", "/ "), k821},
      {"no NUL in :path", with(get(), ":path", "/\0"s), k821},
      {"no padding in :method", with(get(), ":method", " GET"), k821},
  });
}

TEST(FieldValidity, TheDecodersVerdictIsTaken) {  // it is not looked at twice
  const Fields fields = get({{"a", "b"}});
  std::vector<Field> list = views(fields);
  list.back().known_name = FieldName::kOther;
  list.back().syntax = FieldSyntax::kInvalidValue;
  RequestHead head;
  EXPECT_STREQ(section_of(check_request(list, {}, &head)), k821);
}

// The peer's developer reads the sentence, not only the section.
TEST(FieldValidity, TheRuleIsTheOneThatIsBroken) {
  const auto broken = [](const std::string& name, const std::string& value) {
    const Rule* rule = judge_request(get({{name, value}}));
    return rule == nullptr ? "" : std::string(rule->text);
  };
  EXPECT_NE(broken("x", "a\nb").find("NUL, CR or LF"), std::string::npos);
  EXPECT_NE(broken("x", " a").find("white space"), std::string::npos);
  EXPECT_NE(broken("X", "a").find("name"), std::string::npos);
}

TEST(FieldValidity, PaddingIsTrimmedByOption) {
  const Fields fields = get({{"a", " \t x y\t "}, {"b", "\t"}, {"content-length", " 5"}});
  std::vector<Field> list = views(fields);
  RequestHead head;
  EXPECT_EQ(check_request(list, {.trim_field_values = true}, &head), nullptr);
  EXPECT_EQ(list[4].value, "x y");
  EXPECT_EQ(list[5].value, "");
  EXPECT_EQ(head.content_length, 5);

  const Fields padded = {{"a", " x "}};
  std::vector<Field> trailers = views(padded);
  EXPECT_EQ(check_trailers(trailers, {.trim_field_values = true}), nullptr);
  EXPECT_EQ(trailers[0].value, "x");
  EXPECT_STREQ(section_of(judge_request(get({{"a", " \0 "s}}), {.trim_field_values = true})), k821);
}

// --- §8.2.2: connection-specific fields.

const std::vector<Row>& connection_specific() {
  static const std::vector<Row> rows = {
      {"connection", {{"connection", "close"}}, k822},
      {"connection, even if it is empty", {{"connection", ""}}, k822},
      {"keep-alive", {{"keep-alive", "timeout=5"}}, k822},
      {"proxy-connection", {{"proxy-connection", "keep-alive"}}, k822},
      {"transfer-encoding", {{"transfer-encoding", "chunked"}}, k822},
      {"upgrade", {{"upgrade", "h2c"}}, k822},
      {"a longer name is another field",
       {{"connections", "x"}, {"upgrade-insecure-requests", "1"}},
       kFine},
  };
  return rows;
}

TEST(ConnectionSpecificFields, AreMalformedEverywhere) {
  for (const Row& row : connection_specific()) {
    EXPECT_STREQ(section_of(judge_request(get(row.fields))), row.broken) << row.says;
    std::vector<Field> trailers = views(row.fields);
    EXPECT_STREQ(section_of(check_trailers(trailers, {})), row.broken) << row.says;
    Fields response = row.fields;
    response.insert(response.begin(), {":status", "200"});
    ResponseHead head;
    EXPECT_STREQ(section_of(check_outbound_response(FieldsView(views(response)), &head)),
                 row.broken)
        << row.says;
  }
}

TEST(ConnectionSpecificFields, TeMayBeTrailersInARequest) {
  expect_requests({
      {"TE may be present in a request", get({{"te", "trailers"}}), kFine},
      {"the keyword has no case (RFC 9110 §10.1.4)", get({{"te", "Trailers"}}), kFine},
      {"it must not contain any other value", get({{"te", "gzip"}}), k822},
      {"... beside trailers", get({{"te", "trailers, gzip"}}), k822},
      {"... nor nothing", get({{"te", ""}}), k822},
  });
  ResponseHead head;
  EXPECT_STREQ(section_of(check_outbound_response(
                   FieldsView({{":status", "200"}, {"te", "trailers"}}), &head)),
               k822);
  EXPECT_STREQ(section_of(check_outbound_trailers(FieldsView({{"te", "trailers"}}))), k822);
}

// --- §8.3: pseudo-header fields.

TEST(PseudoHeaderFields, DefinedForTheMessageOnceAndFirst) {
  expect_requests({
      {"all of a request's", get(), kFine},
      {"their order among themselves is free",
       {{":path", "/"}, {":authority", "a"}, {":scheme", "http"}, {":method", "GET"}},
       kFine},
      {"undefined ones are malformed", get({{":unknown", "x"}}), k83},
      {"... and a colon alone is no name", get({{":", "x"}}), k821},
      {"a response's are malformed in a request", get({{":status", "200"}}), k83},
      {":protocol is undefined unless it was enabled", get({{":protocol", "websocket"}}), k83},
      {"they come before regular fields",
       {{":method", "GET"}, {":scheme", "https"}, {"a", "b"}, {":path", "/"}},
       k83},
      {"... all of them",
       {{"a", "b"}, {":method", "GET"}, {":scheme", "https"}, {":path", "/"}},
       k83},
      {"the same name must not appear twice: :method", get({{":method", "GET"}}), k83},
      {"... :scheme", get({{":scheme", "https"}}), k83},
      {"... :authority", get({{":authority", "example.org"}}), k83},
      {"... :path", get({{":path", "/"}}), k83},
  });
}

TEST(PseudoHeaderFields, AreNotInTrailers) {  // §8.1
  for (const char* name : {":method", ":path", ":status", ":unknown"}) {
    const Fields fields = {{"a", "b"}, {name, "/"}};
    std::vector<Field> list = views(fields);
    EXPECT_STREQ(section_of(check_trailers(list, {})), "RFC 9113 §8.1") << name;
    EXPECT_STREQ(section_of(check_outbound_trailers(FieldsView({{name, "200"}}))), "RFC 9113 §8.1")
        << name;
  }
  const Fields fields = {{"grpc-status", "0"}, {"grpc-message", ""}};
  std::vector<Field> fine = views(fields);
  EXPECT_EQ(check_trailers(fine, {}), nullptr);
  EXPECT_EQ(check_trailers({}, {}), nullptr);
}

// --- §8.3.1: requests.

TEST(Requests, HaveOneValidMethodSchemeAndPath) {
  expect_requests({
      {"no :method", without(get(), ":method"), k831},
      {"no :scheme", without(get(), ":scheme"), k831},
      {"no :path", without(get(), ":path"), k831},
      {"nothing at all", {}, k831},
      {"an empty :method", with(get(), ":method", ""), k831},
      {"a method is a token (RFC 9110 §9.1)", with(get(), ":method", "GET /"), k831},
      {"any token will do", with(get(), ":method", "X-Verb!"), kFine},
      {"an empty :scheme", with(get(), ":scheme", ""), k831},
      {"a scheme begins with a letter (RFC 3986 §3.1)", with(get(), ":scheme", "1http"), k831},
      {"... and has letters, digits, +, - and .", with(get(), ":scheme", "ht_tp"), k831},
      {"schemes are not restricted to http and https", with(get(), ":scheme", "coap+ws.1-x"),
       kFine},
  });
}

TEST(Requests, PathOfHttpUris) {
  expect_requests({
      {"must not be empty for https", with(get(), ":path", ""), k831},
      {"... for http", with(with(get(), ":scheme", "http"), ":path", ""), k831},
      {"... whatever its case (RFC 3986 §3.1)", with(with(get(), ":scheme", "HTTPS"), ":path", ""),
       k831},
      {"begins with /", with(get(), ":path", "index.html"), k831},
      {"... so it is not in absolute form", with(get(), ":path", "http://example.org/"), k831},
      {"has a query", with(get(), ":path", "/a?b=c&d"), kFine},
      {"may have what clients do not escape", with(get(), ":path", "/{a}|\"\xc3\xa9\"[]"), kFine},
      {"has no space, which would end it in a request line", with(get(), ":path", "/a b"), k831},
      {"... no control character", with(get(), ":path", "/a\tb"), k831},
      {"... no DEL", with(get(), ":path", "/a\x7f"), k831},
      {"has no fragment, which is no part of a target (RFC 9110 §7.1)",
       with(get(), ":path", "/a#b"), k831},
      {"... not even an empty one", with(get(), ":path", "/a?b#"), k831},
      {"... but its escape", with(get(), ":path", "/a%23b"), kFine},
      {"* is for OPTIONS", with(with(get(), ":method", "OPTIONS"), ":path", "*"), kFine},
      {"... only", with(get(), ":path", "*"), k831},
      {"... alone", with(with(get(), ":method", "OPTIONS"), ":path", "*a"), k831},
      {"OPTIONS may have a path", with(get(), ":method", "OPTIONS"), kFine},
      {"other schemes have their own rules", with(with(get(), ":scheme", "urn"), ":path", "x:y"),
       kFine},
  });
}

TEST(Requests, PathOfHttpUrisWithAFragmentByOption) {
  const MessageOptions option{.accept_path_fragment = true};
  const auto judge = [&option](const std::string& path) {
    return std::string(section_of(judge_request(with(get(), ":path", path), option)));
  };
  EXPECT_EQ(judge("/a#b"), kFine);
  EXPECT_EQ(judge("/#"), kFine);
  EXPECT_EQ(judge("/a?b"), kFine);
  EXPECT_EQ(judge("/a#b#c"), k831) << "of which RFC 3986 §3.5 has no \"#\"";
  EXPECT_EQ(judge("/a#b c"), k831);
  EXPECT_EQ(judge("#/a"), k831);
  EXPECT_EQ(judge("*#"), k831);
}

TEST(Requests, Authority) {
  expect_requests({
      {"host and port", with(get(), ":authority", "example.org:8443"), kFine},
      {"IPv6", with(get(), ":authority", "[2001:db8::1]:443"), kFine},
      {"must not include userinfo for https", with(get(), ":authority", "me@example.org"), k831},
      {"... nor for http", with(with(get(), ":scheme", "http"), ":authority", "me:pw@example.org"),
       k831},
      {"is not empty (RFC 9110 §4.2.1)", with(get(), ":authority", ""), k831},
      {"is an authority, not a URI", with(get(), ":authority", "https://example.org"), k831},
      {"has no spaces", with(get(), ":authority", "a b"), k831},
      {"may be missing when there is a host", without(get({{"host", "example.org"}}), ":authority"),
       kFine},
      {"may be missing altogether (HTTP/1.0 through a gateway)", without(get(), ":authority"),
       kFine},
  });
}

TEST(Requests, HostAgreesWithAuthority) {
  expect_requests({
      {"the same", get({{"host", "example.org"}}), kFine},
      {"an entity that differs", get({{"host", "example.com"}}), k831},
      {"... by port", get({{"host", "example.org:8443"}}), k831},
      {"... by being empty", get({{"host", ""}}), k831},
      {"values are normalized: case (RFC 3986 §6.2.2.1)", get({{"host", "EXAMPLE.org"}}), kFine},
      {"... https's default port (§6.2.3)", get({{"host", "example.org:443"}}), kFine},
      {"... an empty port", get({{"host", "example.org:"}}), kFine},
      {"... http's default port", with(get({{"host", "example.org:80"}}), ":scheme", "http"),
       kFine},
      {"... not the other one's", get({{"host", "example.org:80"}}), k831},
      {"... on either side", with(get({{"host", "example.org"}}), ":authority", "example.org:443"),
       kFine},
      {"a colon inside of an IP literal is no port",
       with(get({{"host", "[::]"}}), ":authority", "[::443]"), k831},
      {"host twice", get({{"host", "example.org"}, {"host", "example.org"}}), kHost},
      {"host twice without :authority",
       without(get({{"host", "example.org"}, {"host", "example.org"}}), ":authority"), kHost},
      {"host is a host and a port", without(get({{"host", "a/b"}}), ":authority"), kHost},
      {"... without userinfo", without(get({{"host", "me@a"}}), ":authority"), kHost},
      {"... or empty (RFC 9110 §7.2)", without(get({{"host", ""}}), ":authority"), kFine},
  });
}

// --- §8.1.1 and RFC 9110 §8.6: content-length.

TEST(ContentLength, IsOneNumber) {
  expect_requests({
      {"digits", get({{"content-length", "0"}}), kFine},
      {"the largest", get({{"content-length", "9223372036854775807"}}), kFine},
      {"leading zeros are digits", get({{"content-length", "005"}}), kFine},
      {"one more than the largest", get({{"content-length", "9223372036854775808"}}), kLength},
      {"far too many digits", get({{"content-length", std::string(40, '9')}}), kLength},
      {"empty", get({{"content-length", ""}}), kLength},
      {"a sign", get({{"content-length", "+5"}}), kLength},
      {"a negative number", get({{"content-length", "-5"}}), kLength},
      {"hexadecimal", get({{"content-length", "0x5"}}), kLength},
      {"a space inside", get({{"content-length", "5 5"}}), kLength},
      {"a list is refused, even of equals", get({{"content-length", "5, 5"}}), kLength},
      {"twice the same", get({{"content-length", "5"}, {"content-length", "5"}}), kFine},
      {"twice the same number", get({{"content-length", "5"}, {"content-length", "05"}}), kFine},
      {"twice different", get({{"content-length", "5"}, {"content-length", "6"}}), kLength},
      {"twice, the second malformed", get({{"content-length", "5"}, {"content-length", "x"}}),
       kLength},
  });
}

TEST(ContentLength, IsHandedOn) {
  RequestHead head;
  EXPECT_EQ(judge_request(get(), {}, &head), nullptr);
  EXPECT_EQ(head.content_length, kNoContentLength);
  EXPECT_EQ(judge_request(get({{"content-length", "9223372036854775807"}}), {}, &head), nullptr);
  EXPECT_EQ(head.content_length, 9223372036854775807);
  ResponseHead response;
  EXPECT_EQ(check_outbound_response(FieldsView({{":status", "200"}, {"content-length", "12"}}),
                                    &response),
            nullptr);
  EXPECT_EQ(response.content_length, 12);
}

// --- §8.5: CONNECT, and RFC 8441.

const Fields kConnect = {{":method", "CONNECT"}, {":authority", "example.org:443"}};

TEST(Connect, HasMethodAndAuthorityOnly) {
  expect_requests({
      {"both", kConnect, kFine},
      {":scheme must be omitted",
       {{":method", "CONNECT"}, {":scheme", "https"}, {":authority", "a:1"}},
       k85},
      {":path must be omitted",
       {{":method", "CONNECT"}, {":path", "/"}, {":authority", "a:1"}},
       k85},
      {":authority is where to connect to", {{":method", "CONNECT"}}, k85},
      {"... and is not empty", {{":method", "CONNECT"}, {":authority", ""}}, k831},
      {"... and has no userinfo", {{":method", "CONNECT"}, {":authority", "me@a:1"}}, k831},
      {"host must not differ",
       {{":method", "CONNECT"}, {":authority", "a:1"}, {"host", "b:1"}},
       k831},
      {"methods have case: connect is another one",
       {{":method", "connect"}, {":authority", "a:1"}},
       k831},
  });
}

TEST(Connect, ExtendedHasAllOfThem) {  // RFC 8441 §4
  const MessageOptions enabled = {.enable_connect_protocol = true};
  const Fields websocket = {{":method", "CONNECT"},
                            {":protocol", "websocket"},
                            {":scheme", "https"},
                            {":path", "/chat"},
                            {":authority", "example.org"}};
  expect_requests(
      {{"all", websocket, kFine},
       {":scheme must be included", without(websocket, ":scheme"), k831},
       {":path must be included", without(websocket, ":path"), k831},
       {":path is one", with(websocket, ":path", "chat"), k831},
       {":protocol is a token", with(websocket, ":protocol", "web socket"), kExtendedConnect},
       {"... not empty", with(websocket, ":protocol", ""), kExtendedConnect},
       {"only with CONNECT", with(websocket, ":method", "GET"), kExtendedConnect},
       {"plain CONNECT stays what it was", kConnect, kFine}},
      enabled);
}

TEST(Requests, HeadSaysWhatTheConnectionNeedsToKnow) {
  RequestHead head;
  EXPECT_EQ(judge_request(get(), {}, &head), nullptr);
  EXPECT_FALSE(head.is_head);
  EXPECT_FALSE(head.is_connect);
  EXPECT_EQ(judge_request(with(get(), ":method", "HEAD"), {}, &head), nullptr);
  EXPECT_TRUE(head.is_head);
  EXPECT_EQ(judge_request(kConnect, {}, &head), nullptr);
  EXPECT_FALSE(head.is_head);
  EXPECT_TRUE(head.is_connect);
}

TEST(Requests, SomeMayBePromised) {  // §8.4
  const auto judge = [](const Fields& fields) {
    RequestHead head;
    EXPECT_EQ(judge_request(fields, {}, &head), nullptr);
    return std::string(section_of(check_promise(head)));
  };
  EXPECT_EQ(judge(get()), kFine);
  EXPECT_EQ(judge(with(get(), ":method", "HEAD")), kFine);
  EXPECT_EQ(judge(with(get(), ":method", "POST")), "RFC 9113 §8.4");
  EXPECT_EQ(judge(with(get(), ":method", "OPTIONS")), "RFC 9113 §8.4");
  EXPECT_EQ(judge(get({{"content-length", "0"}})), kFine);
  EXPECT_EQ(judge(get({{"content-length", "1"}})), "RFC 9113 §8.4");
  EXPECT_EQ(judge(without(get(), ":authority")), "RFC 9113 §8.4");
}

// --- §8.3.2: responses; both ways in share the rules.

TEST(Responses, HaveOneStatus) {
  const std::vector<Row> rows = {
      {"a status", {{":status", "200"}}, kFine},
      {"the lowest", {{":status", "100"}}, kFine},
      {"any three digits", {{":status", "999"}}, kFine},
      {"none", {{"a", "b"}}, k832},
      {"nothing at all", {}, k832},
      {"empty", {{":status", ""}}, k832},
      {"two digits", {{":status", "99"}}, k832},
      {"four digits", {{":status", "0200"}}, k832},
      {"below 100", {{":status", "099"}}, k832},
      {"not digits", {{":status", "20x"}}, k832},
      {"what is next to the digits", {{":status", "20:"}}, k832},
      {"on their other side", {{":status", "20/"}}, k832},
      {"with its reason phrase", {{":status", "200 OK"}}, k832},
      {"twice", {{":status", "200"}, {":status", "200"}}, k83},
      {"late", {{"a", "b"}, {":status", "200"}}, k83},
      {"a request's pseudo-header fields", {{":status", "200"}, {":path", "/"}}, k83},
      {"§8.6: 101 is not used", {{":status", "101"}}, "RFC 9113 §8.6"},
      {"content-length is one number", {{":status", "200"}, {"content-length", "x"}}, kLength},
  };
  for (const Row& row : rows) {
    std::vector<Field> list = views(row.fields);
    ResponseHead head;
    EXPECT_STREQ(section_of(check_response(list, {}, &head)), row.broken) << row.says;
    EXPECT_STREQ(section_of(check_outbound_response(FieldsView(views(row.fields)), &head)),
                 row.broken)
        << row.says;
  }
  ResponseHead head;
  EXPECT_EQ(check_outbound_response(FieldsView({{":status", "404"}}), &head), nullptr);
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.content_length, kNoContentLength);
}

TEST(Outbound, FieldsAreNotChanged) {
  const std::vector<Field> fields = {{":status", "200"}, {"content-length", "5"}};
  ResponseHead head;
  EXPECT_EQ(check_outbound_response(FieldsView(fields), &head), nullptr);
  for (const Field& field : fields) {
    EXPECT_EQ(field.known_name, FieldName::kUnresolved);
    EXPECT_EQ(field.syntax, FieldSyntax::kUnchecked);
  }
}

}  // namespace
}  // namespace headrace
