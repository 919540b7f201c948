#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/protocol/connection/connection.h"

// What public probes, smuggling tools and the test documents of other parsers send, each as one
// input and octet by octet. What has to come of it is RFC 9112's and RFC 9110's, not theirs.
namespace headrace {
namespace {

const TimePoint kNow{};

Options http1() {
  Options options;
  options.protocol = ProtocolVersion::kHttp1;
  return options;
}

// A message as it goes by: `POST /a "hello" +x-trailer`, with "..." if its end has not come.
class Message {
 public:
  void begin(std::string text, bool ends) {
    head_ = std::move(text);
    content_.clear();
    open_ = !ends;
  }
  void content(std::string_view octets, bool ends) {
    content_ += octets;
    open_ = !ends;
  }
  void trailers(FieldsView fields) {
    for (const Field& field : fields) trailers_.append(" +").append(field.name);
    open_ = false;
  }
  bool is_open() const { return open_; }
  std::string take() {
    std::string text = std::move(head_);
    if (!content_.empty()) text.append(" \"").append(content_).append("\"");
    text += trailers_;
    if (open_) text += "...";
    *this = Message();
    return text;
  }

 private:
  std::string head_, content_, trailers_;
  bool open_ = false;
};

std::string output_of(Connection& connection) {
  std::string text;
  while (connection.wants_output()) {
    for (const ConstBuffer& buffer : connection.pending_output()) {
      text.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
      connection.sent(buffer.size);
      break;
    }
  }
  return text;
}

// What a server makes of the octets: the requests, each answered with 200 when it is whole; the
// status of a refusal; "closes", "waits" for more of a message, or nothing between messages.
std::string served(std::string_view input, size_t step) {
  Connection connection(Role::kServer, http1(), kNow);
  std::string said, sent;
  Message message;
  bool begun = false, refused = false;
  const auto whole = [&](StreamId id) {
    said += message.take() + "; ";
    begun = false;
    EXPECT_TRUE(connection.submit_response(id, 200).ok());
  };
  const auto take = [&](EventRange&& events) {
    for (EventPtr event : events) {
      if (const auto* request = std::get_if<RequestReceived>(event.get())) {
        message.begin(std::string(request->method()) + " " + std::string(request->path()),
                      request->end_stream);
        begun = true;
        if (request->end_stream) whole(request->stream_id);
      } else if (const auto* data = std::get_if<DataReceived>(event.get())) {
        message.content(data->bytes.text(), data->end_stream);
        if (data->end_stream) whole(data->stream_id);
      } else if (const auto* trailers = std::get_if<TrailersReceived>(event.get())) {
        message.trailers(trailers->fields);
        whole(trailers->stream_id);
      } else if (const auto* closed = std::get_if<StreamClosed>(event.get())) {
        if (closed->closed_by == ClosedBy::kLocal) begun = false;
      } else if (const auto* end = std::get_if<ConnectionClosed>(event.get())) {
        refused = end->error.code != ErrorCode::kNoError;
      }
    }
    sent += output_of(connection);
  };
  for (; !input.empty(); input.remove_prefix(std::min(step, input.size()))) {
    take(connection.receive(input.substr(0, step), kNow));
    while (connection.has_events()) take(connection.advance(kNow));
  }
  if (begun) said += message.take() + "; ";
  if (refused) {
    const size_t last = sent.rfind("HTTP/1.1 ");
    said += last == sent.npos ? "no answer; " : sent.substr(last + 9, 3) + "; ";
    EXPECT_NE(sent.find("\r\nconnection: close\r\n", last), sent.npos) << sent;
  }
  return said + (connection.should_close() || !connection.wants_input() ? "closes" : "open");
}

// What a client makes of them behind its request: the response, or "refused"; and whether the
// connection went on before the input ended.
std::string fetched(std::string_view method, std::string_view input, size_t step) {
  Connection connection(Role::kClient, http1(), kNow);
  const auto request =
      method == "CONNECT"
          ? connection.submit_request({{":method", method}, {":authority", "a:80"}})
          : connection.submit_request(
                {{":method", method}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}});
  EXPECT_TRUE(request.ok());
  output_of(connection);
  std::string said;
  Message message;
  bool begun = false;
  const auto take = [&](EventRange&& events) {
    for (EventPtr event : events) {
      if (const auto* response = std::get_if<ResponseReceived>(event.get())) {
        message.begin(std::to_string(response->status), response->end_stream);
        begun = true;
      } else if (const auto* interim = std::get_if<InformationalReceived>(event.get())) {
        said += std::to_string(interim->status) + "; ";
      } else if (const auto* data = std::get_if<DataReceived>(event.get())) {
        message.content(data->bytes.text(), data->end_stream);
      } else if (const auto* trailers = std::get_if<TrailersReceived>(event.get())) {
        message.trailers(trailers->fields);
      } else if (const auto* closed = std::get_if<StreamClosed>(event.get())) {
        if (begun) said += message.take() + "; ";
        if (closed->error != ErrorCode::kNoError) said += "refused; ";
        begun = false;
      }
    }
  };
  for (; !input.empty(); input.remove_prefix(std::min(step, input.size()))) {
    take(connection.receive(input.substr(0, step), kNow));
  }
  const bool open = connection.accepts_requests() && !connection.should_close();
  take(connection.end_of_input(kNow));
  if (begun) said += message.take() + "; ";  // a tunnel's other direction is open
  return said + (open ? "open" : "closes");
}

struct Probe {
  const char* name;
  std::string octets;
  std::string expected;
};

std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string post(std::string_view fields, std::string_view content) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(content);
}
std::string chunked(std::string_view content) {
  return post("Transfer-Encoding: chunked\r\n", content);
}
// With a request behind it, which must not be taken for one if the framing is in doubt.
std::string smuggle(std::string_view fields) {
  return post(fields, "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
}
std::string nul(std::string_view before, std::string_view behind) {
  return std::string(before).append(1, '\0').append(behind);
}

const std::string kTwo = "GET /; GET /b; open";
const std::string kBad = "400; closes";
constexpr std::string_view kOfTokens = "!#$%&'*+-.^_`|~";
const std::string kTooLarge = "413; closes";

// A request line and what stands around it.
const std::vector<Probe> kRequestLines = {
    {"another protocol", "GET /music ICE/1.0\r\nHost: a\r\n\r\n", kBad},
    {"a protocol that ends like HTTP", "GET / IHTTP/1.0\r\nHost: a\r\n\r\n", kBad},
    {"RTSP", "PUT / RTSP/1.0\r\nHost: a\r\n\r\n", kBad},
    {"a version of one digit", "GET / HTTP/1\r\nHost: a\r\n\r\n", kBad},
    {"a version with a leading zero", "GET / HTTP/01.1\r\nHost: a\r\n\r\n", kBad},
    {"a minor version of two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", kBad},
    {"a space in the version", "GET / HTTP/1. 1\r\nHost: a\r\n\r\n", kBad},
    {"a space behind the slash", "GET / HTTP/ 1.1\r\nHost: a\r\n\r\n", kBad},
    {"a comma in the version", "GET / HTTP/1,1\r\nHost: a\r\n\r\n", kBad},
    {"no slash in the version", "GET / HTTP1.1\r\nHost: a\r\n\r\n", kBad},
    {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"no target, two spaces", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a method alone", "GET\r\nHost: a\r\n\r\n", kBad},
    {"a method and a space", "GET \r\nHost: a\r\n\r\n", kBad},
    {"a space in front of the line's end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", kBad},
    {"a tab in front of the version", "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a tab in front of the line", "\tGET / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a vertical tab between", "GET\v/ HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a form feed between", "GET\f/ HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a NUL behind the method", nul("GET", " / HTTP/1.1\r\nHost: a\r\n\r\n"), kBad},
    {"a colon in the method", "GET: / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"quotes in the method", "\"GET\" / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a bracket in the method", "GE[T / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"an umlaut in the method", "G\xc3\x84T / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a method in lower case is another one", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "get /; open"},
    {"a method of every kind of octet of a token", "!#$%&'*+-.^_`|~1 / HTTP/1.1\r\nHost: a\r\n\r\n",
     "!#$%&'*+-.^_`|~1 /; open"},
    {"a method that resembles one", "MKCOLA / HTTP/1.1\r\nHost: a\r\n\r\n", "MKCOLA /; open"},
    {"M-SEARCH", "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n", "M-SEARCH /; open"},
    {"a target without a slash", "GET index.html HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a target of a question mark", "GET ?a=b HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a target of two slashes", "GET //evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n",
     "GET //evil.example/; open"},
    {"a backslash for a slash", "GET \\ HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"an asterisk with more", "OPTIONS *a HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"an asterisk with POST", "POST * HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"CONNECT with a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"CONNECT with an empty port", "CONNECT a: HTTP/1.1\r\nHost: a:\r\n\r\n", kBad},
    {"CONNECT with a port that is too large", "CONNECT a:70000 HTTP/1.1\r\nHost: a:70000\r\n\r\n",
     kBad},
    {"a host as the target of GET", "GET a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", kBad},
    {"a percent sign alone is only odd", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%zz; open"},
    {"a NUL in per cent form is not ours to decode", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
     "GET /%00; open"},
    {"overlong UTF-8", "GET /\xc0\xaf HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"DEL in the target", "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a fragment alone", "GET # HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a CR alone ends the line", "GET / HTTP/1.1\rHost: a\r\n\r\n", kBad},
    {"only CRs", "GET / HTTP/1.1\rHost: a\r\r", "open"},
    {"only LFs", "GET / HTTP/1.1\nHost: a\n\n", kBad},
    {"LF CR", "GET / HTTP/1.1\n\rHost: a\n\r\n\r", kBad},
    {"CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", kBad},
    {"a CR in front of the line", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"an LF in front of the line", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"an empty line in front", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /; open"},
    {"an empty line with a space in front", " \r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"an empty line between requests", get("") + "\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n", kTwo},
    {"a byte order mark", "\xef\xbb\xbfGET / HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"a response", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", kBad},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505; closes"},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET /; open"},
    {"HTTP/0.9 with a version", "GET / HTTP/0.9\r\n\r\n", "505; closes"},
    {"HTTP/3", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505; closes"},
    {"HTTP/9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", "505; closes"},
    {"garbage", "\x01\x02\x03\x80\x81\r\n\r\n", kBad},
    {"two heads without an end between them",
     "GET / HTTP/1.1\r\nHost: a\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
};

// Names, values and Host.
const std::vector<Probe> kFields = {
    {"an at sign in a name", get("Fo@: 1\r\n"), kBad},
    {"a control in a name", get("Foo\x01 test: 1\r\n"), kBad},
    {"a name in brackets", get("[x]: 1\r\n"), kBad},
    {"a name in quotes", get("\"x\": 1\r\n"), kBad},
    {"a slash in a name", get("a/b: 1\r\n"), kBad},
    {"a backslash in a name", get("Content\\Length: 5\r\n"), kBad},
    {"an equals sign in a name", get("a=b: 1\r\n"), kBad},
    {"a tab in a name", get("Content\tLength: 5\r\n"), kBad},
    {"a NUL in a name", get(nul("Content", "-Length: 5\r\n")), kBad},
    {"Latin-1 in a name", get("Caf\xe9: 1\r\n"), kBad},
    {"a line of a colon", get(":\r\n"), kBad},
    {"a pseudo-header field", get(":path: /evil\r\n"), kBad},
    {"two colons in front", get("::a: 1\r\n"), kBad},
    {"a line without a colon behind one with", get("a: 1\r\nb\r\n"), kBad},
    {"a name that is cut by a line", get("a\r\n : 1\r\n"), kBad},
    {"a CR in a name", get("Content-\rLength: 5\r\n"), kBad},
    {"a CR that begins a line", get("\rContent-Length: 5\r\n"), kBad},
    {"a CR before the colon", get("Content-Length\r: 5\r\n"), kBad},
    {"words behind the name", get("Content-Length x: 5\r\n"), kBad},
    {"a CR between two fields", get("a: 1\rb: 2\r\n"), kBad},
    {"an LF between two fields", get("a: 1\nb: 2\r\n"), kBad},
    {"an LF behind an empty value", get("x:\nTransfer-Encoding: chunked\r\n"), kBad},
    {"an LF and a space in a value", get("x: a\n b\r\n"), kBad},
    {"a CR at the end of a value", get("x: a\r\r\n"), kBad},
    {"a CR instead of the last line's end",
     "GET / HTTP/1.1\r\nHost: a\r\n\rZGET /evil HTTP/1.1\r\nHost: a\r\n\r\n", kBad},
    {"an LF instead of the last line", "GET / HTTP/1.1\r\nHost: a\r\n\n", kBad},
    {"an escape in a value", get("x: a\x1b[2J\r\n"), kBad},
    {"a bell in a value", get("x: \a\r\n"), kBad},
    {"a NUL value", get(nul("x: ", "\r\n")), kBad},
    {"UTF-8 in a value", get("x: \xc3\xa9\r\n"), "GET /; open"},
    {"tabs around a value", get("x:\t\t1\t\r\n"), "GET /; open"},
    {"no space behind the colon", get("x:1\r\n"), "GET /; open"},
    {"a value of spaces", get("x:     \r\n"), "GET /; open"},
    {"a name of one octet of each kind", get("!#$%&'*+-.^_`|~9aZ: 1\r\n"), "GET /; open"},
    {"a fold in front of any field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", kBad},
    {"a tab in front of any field", "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", kBad},
    {"a fold that hides a length", get("a: b\r\n Content-Length: 38\r\n"), kBad},
    {"a fold of spaces only", get("a: b\r\n  \r\n"), kBad},
    {"a folded Host", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", kBad},
    {"two equal Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", kBad},
    {"two Hosts of other cases", "GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", kBad},
    {"no Host but X-Forwarded-Host", "GET / HTTP/1.1\r\nX-Forwarded-Host: a\r\n\r\n", kBad},
    {"Host with two words", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", kBad},
    {"Host with a comma", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", kBad},
    {"Host with a question mark", "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", kBad},
    {"Host with a fragment", "GET / HTTP/1.1\r\nHost: a#b\r\n\r\n", kBad},
    {"Host with a backslash", "GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", kBad},
    {"Host with a URL", "GET / HTTP/1.1\r\nHost: http://a/\r\n\r\n", kBad},
    {"Host with a negative port", "GET / HTTP/1.1\r\nHost: a:-1\r\n\r\n", kBad},
    {"Host with a port in words", "GET / HTTP/1.1\r\nHost: a:http\r\n\r\n", kBad},
    {"Host with a tab", "GET / HTTP/1.1\r\nHost: a\tb\r\n\r\n", kBad},
    {"Host with an at sign first", "GET / HTTP/1.1\r\nHost: @a\r\n\r\n", kBad},
    {"Host with a control", "GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", kBad},
    {"Host with an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", kBad},
    {"Host with a bracket behind", "GET / HTTP/1.1\r\nHost: ::1]\r\n\r\n", kBad},
    {"Host with text behind the bracket", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", kBad},
    {"Host with a port alone", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", kBad},
    {"Host as a literal with a port", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "GET /; open"},
    {"HTTP/1.0 needs no Host", "GET / HTTP/1.0\r\n\r\n", "GET /; closes"},
    {"HTTP/1.0 with two Hosts", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", kBad},
    {"close in a list", get("Connection: x, CLOSE\r\n"), "GET /; closes"},
    {"close in a second line", get("Connection: x\r\nConnection: close\r\n"), "GET /; closes"},
    {"closed is not close", get("Connection: closed\r\n"), "GET /; open"},
    {"close in quotes is not close", get("Connection: \"close\"\r\n"), "GET /; open"},
    {"nothing is read behind close",
     get("Connection: close\r\n") + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /; closes"},
};

// Lengths of requests.
const std::vector<Probe> kLengths = {
    {"-0", post("Content-Length: -0\r\n", ""), kBad},
    {"5_0", post("Content-Length: 5_0\r\n", "hello"), kBad},
    {"0o5", post("Content-Length: 0o5\r\n", "hello"), kBad},
    {"0b1", post("Content-Length: 0b1\r\n", "h"), kBad},
    {"5 0", post("Content-Length: 5 0\r\n", "hello"), kBad},
    {"5\\t0", post("Content-Length: 5\t0\r\n", "hello"), kBad},
    {"5,", post("Content-Length: 5,\r\n", "hello"), kBad},
    {",5", post("Content-Length: ,5\r\n", "hello"), kBad},
    {"5, 5", post("Content-Length: 5, 5\r\n", "hello"), kBad},
    {"5, 6", post("Content-Length: 5, 6\r\n", "hello"), kBad},
    {"5;a", post("Content-Length: 5;a\r\n", "hello"), kBad},
    {"5.0", post("Content-Length: 5.0\r\n", "hello"), kBad},
    {"5e0", post("Content-Length: 5e0\r\n", "hello"), kBad},
    {"\"5\"", post("Content-Length: \"5\"\r\n", "hello"), kBad},
    {"'5'", post("Content-Length: '5'\r\n", "hello"), kBad},
    {"5 in Arabic digits", post("Content-Length: \xd9\xa5\r\n", "hello"), kBad},
    {"5 in full width", post("Content-Length: \xef\xbc\x95\r\n", "hello"), kBad},
    {"a NUL behind it", post(nul("Content-Length: 5", "\r\n"), "hello"), kBad},
    {"a vertical tab in front", post("Content-Length: \v5\r\n", "hello"), kBad},
    {"a form feed behind it", post("Content-Length: 5\f\r\n", "hello"), kBad},
    {"2^64", post("Content-Length: 18446744073709551616\r\n", ""), kTooLarge},
    {"2^64 + 5", post("Content-Length: 18446744073709551621\r\n", "hello"), kTooLarge},
    {"a hundred digits", post("Content-Length: " + std::string(100, '9') + "\r\n", ""), kTooLarge},
    {"thirty-one zeros and 5", post("Content-Length: " + std::string(31, '0') + "5\r\n", "hello"),
     "POST / \"hello\"; open"},
    // (More than 32 digits are not read.)
    {"a hundred zeros and 5", post("Content-Length: " + std::string(100, '0') + "5\r\n", "hello"),
     kTooLarge},
    {"0005 is decimal", post("Content-Length: 0005\r\n", "hello"), "POST / \"hello\"; open"},
    {"010 is decimal", post("Content-Length: 010\r\n", "0123456789"),
     "POST / \"0123456789\"; open"},
    {"00", post("Content-Length: 00\r\n", ""), "POST /; open"},
    {"spaces around it", post("Content-Length:   5  \r\n", "hello"), "POST / \"hello\"; open"},
    {"tabs around it", post("Content-Length:\t5\t\r\n", "hello"), "POST / \"hello\"; open"},
    {"two that are equal, in other cases",
     post("Content-Length: 5\r\ncontent-length: 5\r\n", "hello"), kBad},
    {"two, the second empty", post("Content-Length: 5\r\nContent-Length:\r\n", "hello"), kBad},
    {"two, one with zeros", post("Content-Length: 5\r\nContent-Length: 05\r\n", "hello"), kBad},
    {"a name with an underscore is another field", post("Content_Length: 5\r\n", ""),
     "POST /; open"},
    {"too little comes", post("Content-Length: 5\r\n", "hel"), "POST / \"hel\"...; open"},
    {"what is behind it is a request",
     post("Content-Length: 5\r\n", "helloGET /b HTTP/1.1\r\nHost: a\r\n\r\n"),
     "POST / \"hello\"; GET /b; open"},
    {"more than it is no request", post("Content-Length: 3\r\n", "hello\r\n\r\n"),
     "POST / \"hel\"; 400; closes"},
    {"a GET with content", get("Content-Length: 5\r\n") + "helloGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
     "GET / \"hello\"; GET /b; open"},
    {"a GET without its content's length", get("") + "hello\r\n\r\n", "GET /; 400; closes"},
    {"content without a length is a request", post("", "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"),
     "POST /; GET /b; open"},
};

// Transfer-Encoding and its look-alikes; each with a request behind it. Where chunked is not the
// last coding the answer is 400 (§6.3), and 501 where another is in front of it (§6.1).
const std::vector<Probe> kCodings = {
    {"beside a length", smuggle("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n"), kBad},
    {"in front of a length", smuggle("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n"), kBad},
    {"beside a length of nothing", smuggle("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
     kBad},
    {"beside a length that is none", smuggle("Content-Length: x\r\nTransfer-Encoding: chunked\r\n"),
     kBad},
    {"xchunked", smuggle("Transfer-Encoding: xchunked\r\n"), kBad},
    {"chunkedx", smuggle("Transfer-Encoding: chunkedx\r\n"), kBad},
    {"chunk", smuggle("Transfer-Encoding: chunk\r\n"), kBad},
    {"cow, chunked", smuggle("Transfer-Encoding: cow, chunked\r\n"), "501; closes"},
    {"chunked, cow", smuggle("Transfer-Encoding: chunked, cow\r\n"), kBad},
    {"identity, chunked", smuggle("Transfer-Encoding: identity, chunked\r\n"), "501; closes"},
    {"chunked, identity", smuggle("Transfer-Encoding: chunked, identity\r\n"), kBad},
    {"identity, chunked, identity", smuggle("Transfer-Encoding: identity, chunked, identity\r\n"),
     kBad},
    {"chunked in quotes", smuggle("Transfer-Encoding: \"chunked\"\r\n"), kBad},
    {"chunked in apostrophes is another token", smuggle("Transfer-Encoding: 'chunked'\r\n"), kBad},
    {"chunked with a parameter", smuggle("Transfer-Encoding: chunked;q=1\r\n"), kBad},
    {"cow chunked bar", smuggle("Transfer-Encoding: cow chunked bar\r\n"), kBad},
    {"two lines, the first another",
     smuggle("Transfer-Encoding: cow\r\nTransfer-Encoding: "
             "chunked\r\n"),
     "501; closes"},
    {"two lines, the second another",
     smuggle("Transfer-Encoding: chunked\r\nTransfer-Encoding: "
             "cow\r\n"),
     kBad},
    {"two lines, the second empty", smuggle("Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"),
     kBad},
    {"three empty lines beside a length",
     smuggle("Content-Length: 10\r\nTransfer-Encoding:\r\nTransfer-Encoding:\r\n"), kBad},
    {"chunked twice in other cases",
     smuggle("Transfer-Encoding: chunked\r\ntransfer-encoding: CHUNKED\r\n"), kBad},
    {"folded", smuggle("Transfer-Encoding:\r\n chunked\r\n"), kBad},
    {"folded within", smuggle("Transfer-Encoding: chu\r\n nked\r\n"), kBad},
    {"hidden in a fold", smuggle("a: b\r\n Transfer-Encoding: chunked\r\n"), kBad},
    {"hidden behind a CR", smuggle("a: b\rTransfer-Encoding: chunked\r\n"), kBad},
    {"hidden behind an LF", smuggle("a: b\nTransfer-Encoding: chunked\r\n"), kBad},
    {"hidden behind two LFs", smuggle("a: b\n\nTransfer-Encoding: chunked\r\n"), kBad},
    {"in a line of a CR", smuggle("a: b\r\n\rTransfer-Encoding: chunked\r\n"), kBad},
    {"a CR within", smuggle("Tra\rnsfer-Encoding: chunked\r\n"), kBad},
    {"with a space for the hyphen", smuggle("Transfer Encoding: chunked\r\n"), kBad},
    {"with a backslash for the hyphen", smuggle("Transfer\\Encoding: chunked\r\n"), kBad},
    {"with a letter in per cent form is another field",
     post("Content-Length: 3\r\nTransfer-%45ncoding: chunked\r\n", "0\r\n"),
     "POST / \"0\r\n\"; open"},
    {"with an underscore is another field",
     post("Content-Length: 3\r\nTransfer_Encoding: chunked\r\n", "0\r\n"),
     "POST / \"0\r\n\"; open"},
    {"Content-Encoding is another field",
     post("Content-Length: 3\r\nContent-Encoding: chunked\r\n", "0\r\n"), "POST / \"0\r\n\"; open"},
    {"named by Connection",
     smuggle("Content-Length: 3\r\nConnection: Transfer-Encoding\r\n"
             "Transfer-Encoding: chunked\r\n"),
     kBad},
    {"in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     kBad},
    {"in HTTP/1.0 beside a length",
     "POST / HTTP/1.0\r\nContent-Length: 3\r\n"
     "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n",
     kBad},
    {"of a GET", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: cow\r\n\r\n", kBad},
    {"in letters of both sizes", smuggle("TrAnSFer-EnCODinG: cHuNkeD\r\n"),
     "POST /; GET /smuggled; open"},
    {"with spaces around it", smuggle("Transfer-Encoding:   chunked  \r\n"),
     "POST /; GET /smuggled; open"},
    {"with tabs around it", smuggle("Transfer-Encoding:\tchunked\t\r\n"),
     "POST /; GET /smuggled; open"},
    {"without a space", smuggle("Transfer-Encoding:chunked\r\n"), "POST /; GET /smuggled; open"},
};

// Chunks of requests.
const std::string kBehind = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
const std::vector<Probe> kChunks = {
    {"in capitals", chunked("A\r\n0123456789\r\n0\r\n\r\n"), "POST / \"0123456789\"; open"},
    {"with zeros in front", chunked("00005\r\nhello\r\n0000\r\n\r\n"), "POST / \"hello\"; open"},
    {"with names for extensions", chunked("5;a;b=c;d=\"e f\"\r\nhello\r\n0;z\r\n\r\n"),
     "POST / \"hello\"; open"},
    {"with escapes in quotes", chunked("5;a=\"\\\"b\\\\\"\r\nhello\r\n0\r\n\r\n"),
     "POST / \"hello\"; open"},
    {"with a semicolon in quotes", chunked("5;a=\"b;c=d\"\r\nhello\r\n0\r\n\r\n"),
     "POST / \"hello\"; open"},
    {"with words instead of an extension", chunked("2 erf\r\naa\r\n0\r\n\r\n"), kBad},
    {"with a semicolon and nothing", chunked("2;\r\naa\r\n0\r\n\r\n"), kBad},
    {"with two semicolons", chunked("2;;a\r\naa\r\n0\r\n\r\n"), kBad},
    {"with an equals sign and nothing", chunked("2;a=\r\naa\r\n0\r\n\r\n"), kBad},
    {"with quotes that stay open", chunked("5;a=\"b\r\nhello\r\n0\r\n\r\n"), kBad},
    {"with text behind the quotes", chunked("5;a=\"b\"c\r\nhello\r\n0\r\n\r\n"), kBad},
    {"with an LF in an extension", chunked("5;\nxx\r\nhello\r\n0\r\n\r\n"), kBad},
    {"with an LF in an extension's value", chunked("5;a=b\nxx\r\nhello\r\n0\r\n\r\n"), kBad},
    {"with an LF in quotes", chunked("5;a=\"b\nc\"\r\nhello\r\n0\r\n\r\n"), kBad},
    {"with a CR in an extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), kBad},
    {"with a NUL in an extension", chunked(nul("5;a", "\r\nhello\r\n0\r\n\r\n")), kBad},
    {"with a NUL behind the size", chunked(nul("5", "\r\nhello\r\n0\r\n\r\n")), kBad},
    {"with a vertical tab in front", chunked("\v5\r\nhello\r\n0\r\n\r\n"), kBad},
    {"with a tab in front", chunked("\t5\r\nhello\r\n0\r\n\r\n"), kBad},
    {"with a comma behind the size", chunked("5,\r\nhello\r\n0\r\n\r\n"), kBad},
    {"0x5", chunked("0x5\r\nhello\r\n0\r\n\r\n"), kBad},
    {"5h", chunked("5h\r\nhello\r\n0\r\n\r\n"), kBad},
    {"5.0", chunked("5.0\r\nhello\r\n0\r\n\r\n"), kBad},
    {"-1", chunked("-1\r\nhello\r\n0\r\n\r\n"), kBad},
    {"+5", chunked("+5\r\nhello\r\n0\r\n\r\n"), kBad},
    {"2^64", chunked("10000000000000000\r\nhello\r\n0\r\n\r\n"), kBad},
    {"2^64 + 5", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), kBad},
    {"2^64 - 1", chunked("ffffffffffffffff\r\nhello\r\n0\r\n\r\n"), kBad},
    {"2^32 + 5 is not 5", chunked("100000005\r\nhello\r\n0\r\n\r\n" + kBehind),
     "POST / \"hello\r\n0\r\n\r\n" + kBehind + "\"...; open"},
    {"no size", chunked("\r\nhello\r\n0\r\n\r\n"), kBad},
    {"an LF behind the size", chunked("5\nhello\r\n0\r\n\r\n"), kBad},
    {"a CR behind the size", chunked("5\rhello\r\n0\r\n\r\n"), kBad},
    {"an LF behind the data", chunked("5\r\nhello\n0\r\n\r\n"), kBad},
    {"a CR behind the data", chunked("5\r\nhello\r0\r\n\r\n"), kBad},
    {"LF CR behind the data", chunked("5\r\nhello\n\r0\r\n\r\n"), kBad},
    {"nothing behind the data", chunked("5\r\nhello0\r\n\r\n"), kBad},
    {"two octets too many", chunked("5\r\nhelloXX0\r\n\r\n"), kBad},
    {"one octet too few", chunked("5\r\nhell\r\n0\r\n\r\n"), kBad},
    {"an LF behind the last", chunked("5\r\nhello\r\n0\n\r\n"), kBad},
    {"an LF as the last line", chunked("0\r\n\n" + kBehind), kBad},
    {"a CR as the last line", chunked("0\r\n\rX" + kBehind), kBad},
    {"a request instead of the last line", chunked("0\r\n" + kBehind), kBad},
    {"no last chunk", chunked("5\r\nhello\r\n"), "POST / \"hello\"...; open"},
    {"the last chunk is not whole", chunked("0\r\n"), "POST /...; open"},
    {"an empty line behind the last", chunked("0\r\n\r\n\r\n" + kBehind), "POST /; GET /b; open"},
    {"octets behind the last are a request line", chunked("0\r\n\r\nX\r\n\r\n"),
     "POST /; 400; closes"},
    {"a trailer", chunked("0\r\nx-a: 1\r\n\r\n"), "POST / +x-a; open"},
    {"a trailer with a space before the colon", chunked("0\r\nx-a : 1\r\n\r\n"), kBad},
    {"a trailer without a colon", chunked("0\r\nx-a\r\n\r\n"), kBad},
    {"a trailer with an LF", chunked("0\r\nx-a: 1\n\r\n"), kBad},
    {"a trailer with a NUL", chunked(nul("0\r\nx-a: ", "\r\n\r\n")), kBad},
    {"a trailer that begins with a space", chunked("0\r\n x-a: 1\r\n\r\n"), kBad},
    {"a trailer that is a pseudo-header field", chunked("0\r\n:path: /evil\r\n\r\n"), kBad},
    {"content-length beside chunks in the trailers", chunked("0\r\nContent-Length: 5\r\n\r\nhello"),
     kBad},
};

void play(const std::vector<Probe>& probes) {
  for (const Probe& probe : probes) {
    SCOPED_TRACE(probe.name);
    for (const size_t step : {probe.octets.size(), size_t{1}, size_t{7}}) {
      EXPECT_EQ(served(probe.octets, step), probe.expected) << "in pieces of " << step;
    }
  }
}

TEST(Probes, RequestLines) { play(kRequestLines); }
TEST(Probes, Fields) { play(kFields); }
TEST(Probes, Lengths) { play(kLengths); }
TEST(Probes, Codings) { play(kCodings); }
TEST(Probes, Chunks) { play(kChunks); }

// Each octet in each place around the name and the value, beside a length: nothing is framed by
// one of the two where somebody else could take the other.
TEST(Probes, EveryOctetAroundTransferEncoding) {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string c(1, static_cast<char>(octet));
    const std::pair<std::string, bool> lines[] = {{"Transfer-Encoding" + c + ": chunked", true},
                                                  {c + "Transfer-Encoding: chunked", true},
                                                  {"Transfer-Encoding:" + c + "chunked", false},
                                                  {"Transfer-Encoding: chunked" + c, false},
                                                  {"Transfer-Encoding: " + c + "chunked", false},
                                                  {"Transfer-Encoding: chun" + c + "ked", false}};
    for (const auto& [line, in_name] : lines) {
      const std::string got = served(smuggle("Content-Length: 5\r\n" + line + "\r\n"), 1000);
      const bool of_token = octet < 0x80 && (std::isalnum(octet) != 0 ||
                                             (octet != 0 && kOfTokens.find(c) != kOfTokens.npos));
      if (in_name && of_token) {  // another field: the length is what counts
        EXPECT_EQ(got, "POST / \"0\r\n\r\n\"; GET /smuggled; open") << octet << " " << line;
      } else {
        EXPECT_TRUE(got == kBad || got == "501; closes") << octet << " " << line << ": " << got;
      }
    }
  }
}

// --- Responses

struct Answer {
  const char* name;
  const char* method;
  std::string octets;
  std::string expected;
};

std::string ok(std::string_view fields, std::string_view content) {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n" + std::string(content);
}

const std::string kRefused = "refused; closes";
const std::vector<Answer> kAnswers = {
    {"HTP", "GET", "HTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"HTTP/01.1", "GET", "HTTP/01.1 200 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"HTTP/11.1", "GET", "HTTP/11.1 200 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"HTTP/1.01", "GET", "HTTP/1.01 200 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"HTTP/5.6", "GET", "HTTP/5.6 200 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"a tab behind the version", "GET", "HTTP/1.1\t200 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"a CR in front", "GET", "\rHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"one digit", "GET", "HTTP/1.1 2 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"+200", "GET", "HTTP/1.1 +200 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"2e2", "GET", "HTTP/1.1 2e2 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"099", "GET", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"a tab behind the status", "GET", "HTTP/1.1 200\tOK\r\nContent-Length: 0\r\n\r\n", kRefused},
    {"a NUL in the reason", "GET", nul("HTTP/1.1 200 O", "K\r\nContent-Length: 0\r\n\r\n"),
     kRefused},
    {"two spaces behind the status", "GET", "HTTP/1.1 200  OK\r\nContent-Length: 0\r\n\r\n",
     "200; open"},
    {"no reason", "GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200; open"},
    {"UTF-8 in the reason", "GET", "HTTP/1.1 200 D\xc3\xa9j\xc3\xa0\r\nContent-Length: 0\r\n\r\n",
     "200; open"},
    {"600", "GET", "HTTP/1.1 600 x\r\nContent-Length: 0\r\n\r\n", "600; open"},
    {"999", "GET", "HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n", "999; open"},
    {"a field in front of the first", "GET", "HTTP/1.1 200 OK\r\n Host: a\r\n\r\n", kRefused},
    {"a CR between fields", "GET", ok("a: 1\rb: 2\r\nContent-Length: 0\r\n", ""), kRefused},
    {"an LF between fields", "GET", ok("a: 1\nContent-Length: 0\r\n", ""), kRefused},
    {"only LFs", "GET", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", kRefused},
    {"a NUL in a value", "GET", ok(nul("a: ", "\r\nContent-Length: 0\r\n"), ""), kRefused},
    {"a pseudo-header field", "GET", ok(":status: 500\r\nContent-Length: 0\r\n", ""), kRefused},
    {"no colon", "GET", ok("a\r\nContent-Length: 0\r\n", ""), kRefused},
    {"both lengths", "GET",
     ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nHTTP/1.1 200 OK\r\n"),
     kRefused},
    {"lengths that differ in a list", "GET", ok("Content-Length: 5, 6\r\n", "hello!"), kRefused},
    {"equal lengths in a list", "GET", ok("Content-Length: 5, 5\r\n", "hello"),
     "200 \"hello\"; open"},
    {"equal lengths in two lines", "GET", ok("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
     "200 \"hello\"; open"},
    {"2^64 + 5", "GET", ok("Content-Length: 18446744073709551621\r\n", "hello"), kRefused},
    {"-5", "GET", ok("Content-Length: -5\r\n", "hello"), kRefused},
    {"0x5", "GET", ok("Content-Length: 0x5\r\n", "hello"), kRefused},
    {"too little", "GET", ok("Content-Length: 5\r\n", "hel"), "200 \"hel\"...; refused; open"},
    {"more behind it", "GET", ok("Content-Length: 3\r\n", "hello"), "200 \"hel\"; closes"},
    {"another response behind it", "GET",
     ok("Content-Length: 0\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "200; closes"},
    {"HEAD with a length", "HEAD", ok("Content-Length: 5\r\n", ""), "200; open"},
    {"HEAD with chunked", "HEAD", ok("Transfer-Encoding: chunked\r\n", ""), "200; open"},
    {"HEAD with neither", "HEAD", ok("", ""), "200; open"},
    {"204 with a length", "GET", "HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n", "204; open"},
    {"204 with chunked", "GET", "HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n",
     "204; open"},
    {"304 with a length", "GET", "HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n", "304; open"},
    {"205 with chunks", "GET", "HTTP/1.1 205 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "205; open"},
    {"interim responses in front", "GET",
     "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 103 x\r\nLink: a\r\n\r\n" + ok("Content-Length: 0\r\n", ""),
     "100; 103; 200; open"},
    {"102 with a length", "GET",
     "HTTP/1.1 102 x\r\nContent-Length: 5\r\n\r\n" + ok("Content-Length: 0\r\n", ""),
     "102; 200; open"},
    {"101 that nobody asked for", "GET",
     "HTTP/1.1 101 x\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\n", kRefused},
    {"until the end", "GET", ok("", "hello"), "200 \"hello\"; closes"},
    {"until the end with keep-alive", "GET", ok("Connection: keep-alive\r\n", "hello"),
     "200 \"hello\"; closes"},
    {"HTTP/1.0 until the end", "GET", "HTTP/1.0 200 OK\r\n\r\nhello", "200 \"hello\"; closes"},
    {"HTTP/1.0 with chunked", "GET",
     "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", kRefused},
    {"chunks", "GET", ok("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
     "200 \"hello\"; open"},
    {"chunks with spaces behind their sizes", "GET",
     ok("Transfer-Encoding: chunked\r\n", "5  \r\nhello\r\n0 \r\n\r\n"), "200 \"hello\"; open"},
    {"chunks and a trailer", "GET", ok("Transfer-Encoding: chunked\r\n", "0\r\nx-a: 1\r\n\r\n"),
     "200 +x-a; open"},
    {"chunked twice", "GET", ok("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), kRefused},
    {"chunked in quotes", "GET", ok("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), kRefused},
    {"chunked with an empty element", "GET", ok("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"),
     kRefused},
    {"a chunk's size with a sign", "GET",
     ok("Transfer-Encoding: chunked\r\n", "+5\r\nhello\r\n0\r\n\r\n"), "200...; refused; closes"},
    {"a chunk's size of 17 digits", "GET",
     ok("Transfer-Encoding: chunked\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
     "200...; refused; closes"},
    {"a chunk that ends with an LF", "GET",
     ok("Transfer-Encoding: chunked\r\n", "5\r\nhello\n0\r\n\r\n"),
     "200 \"hello\"...; refused; closes"},
    {"a chunk that is too long", "GET",
     ok("Transfer-Encoding: chunked\r\n", "3\r\nhello\r\n0\r\n\r\n"),
     "200 \"hel\"...; refused; closes"},
    {"no last chunk", "GET", ok("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n"),
     "200 \"hello\"...; refused; open"},
    {"a last chunk without its last line", "GET",
     ok("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n"),
     "200 \"hello\"...; refused; open"},
    {"CONNECT with a length opens a tunnel", "CONNECT",
     ok("Content-Length: 5\r\n", "octets of the tunnel"), "200 \"octets of the tunnel\"; closes"},
    {"close", "GET", ok("Connection: close\r\nContent-Length: 0\r\n", ""), "200; closes"},
    {"HTTP/1.0 without keep-alive", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
     "200; closes"},
    {"HTTP/1.0 with keep-alive", "GET",
     "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", "200; open"},
    {"a head that is cut", "GET", "HTTP/1.1 200 OK\r\nContent-Le", "refused; open"},
    {"HTTP/0.9", "GET", "<html>hello</html>\r\n", kRefused},
};

TEST(Probes, Responses) {
  for (const Answer& answer : kAnswers) {
    SCOPED_TRACE(answer.name);
    for (const size_t step : {answer.octets.size(), size_t{1}, size_t{7}}) {
      EXPECT_EQ(fetched(answer.method, answer.octets, step), answer.expected)
          << "in pieces of " << step;
    }
  }
}

}  // namespace
}  // namespace headrace
