#include "benchmarks/exchange.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "benchmarks/gzip.h"
#include "benchmarks/peer.h"
#include "headrace/headrace.h"

namespace headrace::benchmarks {
namespace {

constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);
constexpr size_t kDownload = 8 * 1024 * 1024;

// Gives 1,000 octets at once, and says so.
class SmallSource : public BodySource {
 public:
  static constexpr size_t kSize = 1000;
  Filled fill(std::span<uint8_t> room) override {
    if (room.size() < kSize) fail("there is no room for a small body");
    std::memset(room.data(), 's', kSize);
    return {.size = kSize, .end = true};
  }
};

// "x-field-0007: value 0007"
class FieldList {
 public:
  FieldList(std::vector<Field> first, size_t more) : fields_(std::move(first)) {
    for (size_t i = 0; i < more; ++i) {
      char text[40];
      std::snprintf(text, sizeof(text), "x-field-%04zu", i);
      texts_.emplace_back(text);
      std::snprintf(text, sizeof(text), "value %04zu", i);
      texts_.emplace_back(text);
    }
    for (size_t i = 0; i < more; ++i) fields_.push_back({texts_[2 * i], texts_[2 * i + 1]});
  }
  FieldsView view() const { return fields_; }

 private:
  std::vector<std::string> texts_;
  std::vector<Field> fields_;
};

// 1 MiB of text that is compressed to a third or so, as a page is.
constexpr size_t kText = 1024 * 1024;

std::string_view gzipped_text() {
  static const std::string octets = [] {
    std::string text;
    for (uint32_t word = 1; text.size() < kText; word = word * 1664525 + 1013904223) {
      text += "<td>" + std::to_string(word >> 16) + "</td>";
    }
    text.resize(kText);
    return gzip(text);
  }();
  return octets;
}

std::string_view download() {
  static const std::string octets(kDownload, 'd');
  return octets;
}

Options options(Allocation allocation, const Exchange& exchange) {
  Options options;
  options.allocation = allocation;
  if (exchange.http1) options.protocol = ProtocolVersion::kHttp1;
  options.max_frame_size = exchange.frame_size;
  // Where bodies are small: so that credit for them is given back within the warm-up.
  const uint32_t window = exchange.trailers ? 1 << 17 : kWindow;
  options.initial_window_size = window;
  options.connection_window_size = window;
  options.complete_heads = exchange.complete_heads;
  const size_t fields = std::max(exchange.request_fields, exchange.response_fields);
  if (fields > 100) {  // a limit of its own
    options.limits.fields_per_request = options.limits.fields_per_response =
        static_cast<uint32_t>(fields) + 16;
    options.limits.field_list_size = static_cast<uint32_t>(fields) * 128;
  }
  return options;
}

class ExchangeCycle : public Cycle {
 public:
  ExchangeCycle(Allocation allocation, const Exchange& exchange, Wires wires)
      : exchange_(exchange),
        wires_(std::move(wires)),
        request_({{":method", "GET"},
                  {":scheme", "https"},
                  {":authority", "www.example.com"},
                  {":path", "/download"}},
                 exchange.request_fields),
        response_({{":status", "200"}}, exchange.response_fields),
        trailers_({}, 2),
        client_(Role::kClient, options(allocation, exchange), kNow),
        server_(Role::kServer, options(allocation, exchange), kNow) {
    settle();
  }

  void run() override {
    requests_ = responses_ = trailers_seen_ = octets_ = closed_ = 0;
    for (size_t i = 0; i < exchange_.at_once; ++i) request();
    settle();
    const size_t each =
        (exchange_.gzipped ? kText : exchange_.body) + (exchange_.trailers ? 2 * kSmallBody : 0);
    const size_t trailers = exchange_.trailers ? 2 : 0;
    const size_t count = exchange_.at_once;
    if (requests_ != count || responses_ != count || closed_ != 2 * count ||
        octets_ != each * count || trailers_seen_ != trailers * count) {
      fail("an exchange is not whole");
    }
  }

 private:
  static constexpr size_t kSmallBody = SmallSource::kSize;

  void request() {
    Body body = exchange_.trailers ? small_body() : Body::none();
    const RequestResult result = client_.submit_request(request_.view(), std::move(body));
    if (!result.ok()) fail("a request is refused");
    if (exchange_.trailers) send_rest(&client_, result.stream_id);
  }
  void settle() {
    for (bool moved = true; moved;) {
      moved = move(&client_, wires_.to_server.get(), &server_);
      moved = move(&server_, wires_.to_client.get(), &client_) || moved;
    }
  }
  bool move(Connection* from, Wire* wire, Connection* to) {
    bool moved = false;
    while (from->wants_output()) {
      // So much that only the frame size cuts DATA.
      const size_t size = wire->write(from->pending_output(1 << 20));
      if (size == 0) fail("the output is empty");
      for (std::span<const uint8_t> octets = wire->read(); !octets.empty(); octets = wire->read()) {
        take(to, to->receive(octets, kNow));
      }
      from->sent(size);
      moved = true;
    }
    if (from->has_events()) {
      take(from, from->advance(kNow));
      moved = true;
    }
    return moved;
  }
  void take(Connection* to, EventRange range) {
    for (EventPtr event : range) {
      std::visit(Overloaded{
                     [&](const RequestReceived& request) {
                       ++requests_;
                       if (request.fields.size() != 4 + exchange_.request_fields) {
                         fail("a request's fields are missing");
                       }
                       if (request.end_stream) respond(request.stream_id);
                     },
                     [&](const ResponseReceived& response) {
                       ++responses_;
                       if (response.fields.size() != 1 + exchange_.response_fields + added()) {
                         fail("a response's fields are missing");
                       }
                     },
                     [&](const DataReceived& data) {
                       octets_ += exchange_.gzipped ? gunzip_.read(data.bytes) : data.bytes.size();
                       if (exchange_.gzipped && data.end_stream && !gunzip_.end()) {
                         fail("a text is not whole");
                       }
                     },
                     [&](const TrailersReceived& trailers) {
                       ++trailers_seen_;
                       if (to == &server_) respond(trailers.stream_id);
                     },
                     [&](const StreamClosed&) { ++closed_; },
                     [](const ConnectionClosed&) { fail("a connection is closed"); },
                     [](const auto&) {},
                 },
                 *event);
    }
  }
  // The fields that a response has besides: type and length; in HTTP/1.1 a length anyway, or
  // chunks.
  size_t added() const {
    if (exchange_.complete_heads) return 2;
    return exchange_.http1 && !exchange_.trailers ? 1 : 0;
  }
  void respond(StreamId id) {
    Body body = exchange_.trailers ? small_body() : body_alone();
    if (!server_.submit_response(id, response_.view(), std::move(body)).ok()) {
      fail("a response is refused");
    }
    if (exchange_.trailers) send_rest(&server_, id);
  }
  Body body_alone() {
    if (exchange_.gzipped) return Body::view(gzipped_text());
    if (exchange_.body == 0) return Body::none();
    if (exchange_.bodies == Bodies::kSources) return Body::source(&source_);
    return Body::view(download().substr(0, exchange_.body));
  }
  Body small_body() {
    switch (exchange_.bodies) {
      case Bodies::kStreams:
        return Body::stream();
      case Bodies::kSources:
        return Body::source(&source_).expect_trailers();
      case Bodies::kViews:
        break;
    }
    return Body::view(download().substr(0, kSmallBody));
  }
  void send_rest(Connection* from, StreamId id) {
    const auto* const octets = reinterpret_cast<const uint8_t*>(download().data());
    if (exchange_.bodies == Bodies::kStreams &&
        from->send_data(id, {octets, kSmallBody}, /*end_stream=*/false).accepted != kSmallBody) {
      fail("data is refused");
    }
    if (!from->send_trailers(id, trailers_.view()).ok()) fail("trailers are refused");
  }

  const Exchange exchange_;
  const Wires wires_;
  const FieldList request_;
  const FieldList response_;
  const FieldList trailers_;
  SmallSource source_;
  Gunzip gunzip_;
  Connection client_;
  Connection server_;
  size_t requests_ = 0;
  size_t responses_ = 0;
  size_t trailers_seen_ = 0;
  size_t octets_ = 0;
  size_t closed_ = 0;
};

}  // namespace

std::unique_ptr<Cycle> make_exchange_cycle(Allocation allocation, const Exchange& exchange,
                                           Wires wires) {
  return std::make_unique<ExchangeCycle>(allocation, exchange, std::move(wires));
}

std::vector<NamedExchange> exchanges_of_sizes() {
  std::vector<NamedExchange> exchanges;
  for (uint32_t size : {16, 64, 128, 256, 512}) {
    exchanges.push_back({"Download_8MiB_in_" + std::to_string(size) + "k_frames",
                         {.frame_size = size * 1024, .body = kDownload}});
  }
  for (size_t fields : {0, 10, 100, 1000}) {
    exchanges.push_back(
        {"Request_of_" + std::to_string(fields) + "_fields", {.request_fields = fields}});
  }
  for (size_t fields : {0, 10, 100, 1000}) {
    exchanges.push_back(
        {"Response_of_" + std::to_string(fields) + "_fields", {.response_fields = fields}});
  }
  return exchanges;
}

}  // namespace headrace::benchmarks
