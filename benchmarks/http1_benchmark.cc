// HTTP/1.1 in the server role: a browser's GET of 520 octets and ten fields. `parse` is its head,
// read and checked whole, to fields in lower case; llhttp only splits it. `event` is what a
// connection does until the application has the request. `exchange` is all of its work: the event,
// an answer with a body of eleven octets (with `no_content` 204), and the output; `pipelined`, of a
// hundred in one input. `TypeLen`, `NoLen`, `NoType` and `NoHeader` are the exchanges of Go's
// BenchmarkServerHandler: its request of 37 octets, and what its four handlers set of the answer's
// head, whose rest, with a date, the connection adds. An op is a request.
#include <llhttp.h>
#include <valgrind/callgrind.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <gsl/span>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "benchmarks/rows.h"
#include "headrace/headrace.h"
#include "headrace/memory/input_queue.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/http1/line_reader.h"
#include "headrace/protocol/http1/request_reader.h"
#include "headrace/protocol/http1/section_reader.h"

namespace headrace::benchmarks {
namespace {

constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);
constexpr std::string_view kBody = "Hello world";
constexpr std::string_view kRequest =
    "GET /assets/img/0042/photo-00042.jpg?v=5f3a9c71 HTTP/1.1\r\n"
    "Host: www.example.org\r\n"
    "Connection: keep-alive\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36\r\n"
    "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: no-cors\r\n"
    "Referer: https://www.example.org/gallery/0042/index.html\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-US,en;q=0.9\r\n"
    "Cookie: session=6f1d0c9be2a34; theme=dark\r\n"
    "\r\n";
static_assert(kRequest.size() == 520);
constexpr std::string_view kShortRequest = "GET / HTTP/1.1\r\nHost: golang.org\r\n\r\n";

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "http1 benchmark: %s\n", what);
  std::abort();
}

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

constexpr Field kOk{":status", "200"};
constexpr Field kType{"content-type", "text/html"};
constexpr Field kLength{"content-length", "11"};
constexpr size_t kRequests = 100;  // of a round

class ParseHeadrace : public Rounds {
 public:
  void run() override {
    for (size_t i = 0; i < kRequests; ++i) {
      reader_.begin();
      input_.give(octets(kRequest));
      if (reader_.read(&input_, &lines_) != http1::RequestReader::Status::kHead) fail("no head");
      if (section_.storage().size() != 13) fail("fields are missing");
    }
  }
  size_t operations() const override { return kRequests; }

 private:
  Ledger ledger_{1 << 20};
  InputQueue input_{&ledger_};
  http1::LineReader lines_{&ledger_};
  http1::SectionReader section_{
      &ledger_, {64 * 1024, 128, Limit::kFieldsPerRequest}, 128, 16 * 1024};
  http1::RequestReader reader_{&section_, {"http", 16 * 1024, 0, false, false}};
};

class ParseLlhttp : public Rounds {
 public:
  ParseLlhttp() {
    llhttp_settings_init(&settings_);
    settings_.on_url = [](llhttp_t*, const char*, size_t) { return 0; };
    settings_.on_header_field = [](llhttp_t* parser, const char*, size_t) {
      ++static_cast<ParseLlhttp*>(parser->data)->fields_;
      return 0;
    };
    settings_.on_header_value = [](llhttp_t* parser, const char*, size_t) {
      ++static_cast<ParseLlhttp*>(parser->data)->values_;
      return 0;
    };
    settings_.on_message_complete = [](llhttp_t* parser) {
      ++static_cast<ParseLlhttp*>(parser->data)->whole_;
      return 0;
    };
    llhttp_init(&parser_, HTTP_REQUEST, &settings_);
    parser_.data = this;
  }
  void run() override {
    fields_ = values_ = whole_ = 0;
    for (size_t i = 0; i < kRequests; ++i) {
      if (llhttp_execute(&parser_, kRequest.data(), kRequest.size()) != HPE_OK) {
        fail("llhttp refuses");
      }
    }
    if (whole_ != kRequests || fields_ != 10 * kRequests || values_ != 10 * kRequests) {
      fail("llhttp has not read it");
    }
  }
  size_t operations() const override { return kRequests; }

 private:
  llhttp_settings_t settings_;
  llhttp_t parser_;
  size_t fields_ = 0;
  size_t values_ = 0;
  size_t whole_ = 0;
};

Options http1() {
  Options options;
  options.protocol = ProtocolVersion::kHttp1;
  options.limits.pipelined_requests = kRequests + 1;
  return options;
}

// A connection that gets the request again and again. Instructions are counted from receive() to
// the event, and not those of the answer and the end; a clock cannot be stopped so often, so that
// the time of this row is that of `no_content`.
class Events : public Rounds {
 public:
  void run() override {
    for (size_t i = 0; i < kRequests; ++i) {
      EventRange events = connection_.receive(kRequest, kNow);
      EventRange::Iterator at = events.begin();
      EventPtr event = *at;
      CALLGRIND_TOGGLE_COLLECT;
      finish(std::move(event), &at, events.end());
      CALLGRIND_TOGGLE_COLLECT;
    }
  }
  size_t operations() const override { return kRequests; }

 private:
  void finish(EventPtr event, EventRange::Iterator* at, std::default_sentinel_t end) {
    const auto* request = std::get_if<RequestReceived>(event.get());
    if (request == nullptr || request->fields.size() != 13) fail("no request");
    if (!connection_.submit_response(request->stream_id, 204).ok()) fail("a response is refused");
    event.reset();
    while (*at != end) ++*at;
    size_t size = 0;
    for (const ConstBuffer& buffer : connection_.pending_output()) size += buffer.size;
    connection_.sent(size);
    for (EventPtr other : connection_.advance(kNow)) (void)other;
    if (connection_.open_streams() > 0) fail("an exchange is not whole");
  }

  Connection connection_{Role::kServer, http1(), kNow};
};

// A connection that gets a request again and again; so many in one input, and that as often as
// makes a hundred. The answer is `fields` with the body, or without fields 204.
class Exchanges : public Rounds {
 public:
  Exchanges(std::string_view request, std::vector<Field> fields, size_t at_once = 1)
      : fields_(std::move(fields)), at_once_(at_once), connection_(Role::kServer, http1(), kNow) {
    for (size_t i = 0; i < at_once; ++i) input_.append(request);
  }
  void set_time_of_day(std::chrono::system_clock::time_point now) {
    connection_.set_time_of_day(now);
  }
  void run() override {
    for (size_t i = 0; i < kRequests; i += at_once_) exchange();
  }
  size_t operations() const override { return kRequests; }

 private:
  void exchange() {
    size_t requests = 0;
    for (EventPtr event : connection_.receive(input_, kNow)) {
      const auto* request = std::get_if<RequestReceived>(event.get());
      if (request == nullptr) continue;
      ++requests;
      if (!answer(request->stream_id).ok()) fail("a response is refused");
    }
    size_t size = 0;
    for (const ConstBuffer& buffer : connection_.pending_output()) size += buffer.size;
    connection_.sent(size);
    for (EventPtr event : connection_.advance(kNow)) (void)event;
    if (requests != at_once_ || connection_.open_streams() > 0) fail("an exchange is not whole");
  }
  SubmitResult answer(StreamId id) {
    if (fields_.empty()) return connection_.submit_response(id, 204);
    return connection_.submit_response(id, fields_, Body::view(kBody));
  }

  const std::vector<Field> fields_;
  const size_t at_once_;
  std::string input_;
  Connection connection_;
};

Row exchange(const char* name, std::vector<Field> fields, size_t at_once = 1) {
  return {name, [=] { return std::make_unique<Exchanges>(kRequest, fields, at_once); }};
}

Row of_go(const char* name, std::vector<Field> fields) {
  return {
      name, [=] {
        auto exchanges = std::make_unique<Exchanges>(kShortRequest, fields);
        exchanges->set_time_of_day(std::chrono::system_clock::time_point{std::chrono::hours(1)});
        return exchanges;
      }};
}

}  // namespace
}  // namespace headrace::benchmarks

int main(int argc, char** argv) {
  using namespace headrace::benchmarks;
  return run_rows(argc, argv,
                  {
                      {"Http1_parse/headrace", [] { return std::make_unique<ParseHeadrace>(); }},
                      {"Http1_parse/llhttp", [] { return std::make_unique<ParseLlhttp>(); }},
                      {"Http1_event/headrace", [] { return std::make_unique<Events>(); }},
                      exchange("Http1_no_content/headrace", {}),
                      exchange("Http1_exchange/headrace", {kOk, kType}),
                      exchange("Http1_pipelined/headrace", {kOk, kType}, kRequests),
                      of_go("Http1_TypeLen/headrace", {kOk, kType, kLength}),
                      of_go("Http1_NoLen/headrace", {kOk, kType}),
                      of_go("Http1_NoType/headrace", {kOk, kLength}),
                      of_go("Http1_NoHeader/headrace", {kOk}),
                  });
}
