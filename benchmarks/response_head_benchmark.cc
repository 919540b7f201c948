// A response's head, completed and written: the application's fields borrowed, beside a copy of
// them that is changed (the way it is done without the former). What the application sets is that
// of Go's BenchmarkServerHandler...: type and length, only the type, only the length, nothing. An
// op is a head.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <gsl/span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "benchmarks/measure.h"
#include "headrace/hpack/encoder.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/message/content_type.h"
#include "headrace/protocol/message/http_date.h"
#include "headrace/protocol/message/response_head.h"
#include "headrace/protocol/message/response_text.h"

namespace headrace::benchmarks {
namespace {

constexpr std::string_view kBody = "Hello world";

struct Row {
  const char* name;
  std::vector<Field> fields;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> rows = {
      {"TypeLen", {{":status", "200"}, {"content-type", "text/html"}, {"content-length", "11"}}},
      {"NoLen", {{":status", "200"}, {"content-type", "text/html"}}},
      {"NoType", {{":status", "200"}, {"content-length", "11"}}},
      {"NoHeader", {{":status", "200"}}},
  };
  return rows;
}

gsl::span<const uint8_t> body() {
  return {reinterpret_cast<const uint8_t*>(kBody.data()), kBody.size()};
}

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "response_head benchmark: %s\n", what);
  std::abort();
}

// Where heads go. Its table is warm, as it is from the second response of a connection on.
class Writer {
 public:
  explicit Writer(HttpVersion version) : version_(version), ledger_(1 << 20), encoder_(&ledger_) {}

  size_t write(const OutgoingHead& head) {
    if (version_ != HttpVersion::kHttp2) {
      if (max_response_text_size(head) > sizeof(room_)) fail("a head is too large");
      char* const text = reinterpret_cast<char*>(room_);
      return static_cast<size_t>(write_response_text(head, version_, text) - text);
    }
    size_t bound = hpack::Encoder::kMaxBeginSize;
    head.each_field([&](const Field& field) { bound += hpack::Encoder::max_field_size(field); });
    if (bound > sizeof(room_)) fail("a head is too large");
    uint8_t* end = encoder_.begin_block(room_);
    head.each_field([&](const Field& field) { end = encoder_.add(field, end); });
    return static_cast<size_t>(end - room_);
  }
  std::string_view room() const { return {reinterpret_cast<const char*>(room_), sizeof(room_)}; }

 private:
  HttpVersion version_;
  Ledger ledger_;
  hpack::Encoder encoder_;
  uint8_t room_[1024];
};

size_t write_borrowed(const Row& row, HttpVersion version, std::string_view date, Writer* writer) {
  ResponseFacts facts;
  facts.version = version;
  facts.body = body();
  facts.body_size = kBody.size();
  facts.date = date;
  return writer->write(OutgoingHead::complete(row.fields, facts));
}

// What a server does that must not change its application's fields, and changes a clone: it asks
// the clone for each name, sets what is missing, deletes what must not be sent.
class Clone {
 public:
  explicit Clone(FieldsView fields) {
    fields_.reserve(fields.size() + 3);
    for (const Field& field : fields) fields_.emplace_back(field.name, field.value);
  }
  bool has(std::string_view name) const {
    return std::any_of(fields_.begin(), fields_.end(),
                       [name](const auto& field) { return field.first == name; });
  }
  void set(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }
  void erase(std::string_view name) {
    std::erase_if(fields_, [name](const auto& field) { return field.first == name; });
  }
  std::vector<Field> views() const {
    std::vector<Field> views;
    views.reserve(fields_.size());
    for (const auto& [name, value] : fields_) views.push_back({name, value});
    return views;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

size_t write_cloned(const Row& row, HttpVersion version, std::string_view date, Writer* writer) {
  Clone clone(row.fields);
  if (version == HttpVersion::kHttp2) {
    for (const char* name :
         {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}) {
      clone.erase(name);
    }
  }
  if (!clone.has("date")) clone.set("date", date);
  if (!clone.has("content-type")) clone.set("content-type", detect_content_type(body()));
  if (!clone.has("content-length")) clone.set("content-length", std::to_string(kBody.size()));
  const std::vector<Field> fields = clone.views();
  if (version == HttpVersion::kHttp2) return writer->write(OutgoingHead(fields));
  ResponseFacts facts;  // for the status line; nothing is left to be decided
  facts.version = version;
  return writer->write(OutgoingHead::complete(fields, facts));
}

using Write = size_t (*)(const Row&, HttpVersion, std::string_view, Writer*);

// Both must write the same, or there is nothing to compare.
void check(const Row& row, HttpVersion version, std::string_view date) {
  Writer one(version), other(version);
  for (int i = 0; i < 2; ++i) {
    const size_t size = write_borrowed(row, version, date, &one);
    if (size != write_cloned(row, version, date, &other) ||
        one.room().substr(0, size) != other.room().substr(0, size)) {
      fail("the two ways write different heads");
    }
  }
}

void run(benchmark::State& state, const Row& row, HttpVersion version, Write write,
         bool must_not_allocate) {
  DateField date;
  date.set(std::chrono::system_clock::time_point(std::chrono::seconds(784111777)));
  check(row, version, date.text());
  Writer writer(version);
  (void)write(row, version, date.text(), &writer);
  const uint64_t allocations = heap_allocations();
  (void)write(row, version, date.text(), &writer);
  if (must_not_allocate && heap_allocations() != allocations) fail("a borrowed head allocates");
  Measure measure(&state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(write(row, version, date.text(), &writer));
    benchmark::ClobberMemory();
  }
  measure.report(static_cast<double>(state.iterations()));
}

void register_rows() {
  for (const Row& row : rows()) {
    for (HttpVersion version : {HttpVersion::kHttp11, HttpVersion::kHttp2}) {
      for (bool borrowed : {true, false}) {
        const std::string name = std::string(row.name) +
                                 (version == HttpVersion::kHttp2 ? "/http2" : "/http1") +
                                 (borrowed ? "/borrowed" : "/cloned");
        benchmark::RegisterBenchmark(
            name.c_str(), [&row, version, borrowed](benchmark::State& state) {
              run(state, row, version, borrowed ? write_borrowed : write_cloned, borrowed);
            });
      }
    }
  }
}

}  // namespace
}  // namespace headrace::benchmarks

int main(int argc, char** argv) {
  headrace::benchmarks::register_rows();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
