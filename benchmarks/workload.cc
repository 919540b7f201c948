#include "benchmarks/workload.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::benchmarks {
namespace {

using reference::HeaderField;
using reference::HpackEncoder;
using reference::LiteralKind;
using reference::StringCoding;

constexpr uint16_t kMaxConcurrentStreams = 0x3;  // RFC 9113 §6.5.2
constexpr uint16_t kInitialWindowSize = 0x4;

// What the client announces.
constexpr uint32_t kClientStreamWindow = 6291456;
constexpr uint32_t kClientConnectionIncrement = 15663105;
constexpr uint32_t kClientConnectionWindow = 65535 + kClientConnectionIncrement;

// A photograph of 1,024 octets.
std::string_view photograph() {
  static const std::string octets = [] {
    std::string made;
    for (int i = 0; i < 1024; ++i) made.push_back(static_cast<char>(i * 7 + i / 256));
    return made;
  }();
  return octets;
}

// More than any window lets through.
std::string_view endless_body() {
  static const std::string octets(20'000'000, 'e');
  return octets;
}

class Builder {
 public:
  explicit Builder(std::string_view name) {
    workload_.name = name;
    add("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    add(reference::encode(reference::SETTINGS, 0, 0,
                          reference::settings({{kMaxConcurrentStreams, 100},
                                               {kInitialWindowSize, kClientStreamWindow}})));
    add(reference::encode(reference::WINDOW_UPDATE, 0, 0,
                          reference::u32(kClientConnectionIncrement)));
    workload_.settings_acks = 1;
  }

  void add(std::string_view octets) { workload_.input += octets; }
  void headers(uint32_t stream_id, bool end_stream, const std::vector<HeaderField>& fields,
               std::string block) {
    for (const HeaderField& field : fields) {
      workload_.tally.field_octets += field.name.size() + field.value.size();
    }
    ++workload_.tally.requests;
    add(reference::encode(
        reference::HEADERS,
        static_cast<uint8_t>(reference::END_HEADERS | (end_stream ? reference::END_STREAM : 0)),
        stream_id, std::move(block)));
  }
  void end_chunk() { workload_.chunk_ends.push_back(workload_.input.size()); }
  // The rest of the input in chunks of one size.
  void end_chunks_of(size_t size) {
    for (size_t end = size; end < workload_.input.size(); end += size) {
      workload_.chunk_ends.push_back(end);
    }
    end_chunk();
  }

  Workload& workload() { return workload_; }
  Workload take() { return std::move(workload_); }

 private:
  Workload workload_;
};

// --- W1, W1b

std::string format(const char* pattern, unsigned a, unsigned b = 0, unsigned c = 0) {
  char text[128];
  std::snprintf(text, sizeof(text), pattern, a, b, c);
  return text;
}

// What a browser asks for while it shows a page of pictures: 485 octets.
std::vector<HeaderField> picture_request(unsigned number) {
  return {
      {":method", "GET"},
      {":scheme", "https"},
      {":authority", "www.example.com"},
      {":path", format("/assets/img/%04u/photo-%05u.jpg?v=%08x", number % 100, number,
                       number * 2654435761u)},
      {"user-agent",
       "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/124.0.0.0 Safari/537.36"},
      {"accept", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"},
      {"accept-language", "en-US,en;q=0.9"},
      {"accept-encoding", "gzip, deflate, br"},
      {"cookie", "session=8f14e45fceea167a5a36dedd4bea254; theme=dark"},
      {"sec-fetch-mode", "no-cors"},
      {"cache-control", "no-cache"},
      {"referer", format("https://www.example.com/gallery/page-%05u", number / 10)},
  };
}

// Indexed where a browser indexes; a name of the tables by its index.
void write_field(const HeaderField& field, bool indexing, HpackEncoder* encoder,
                 std::string* block) {
  const uint64_t index = indexing ? encoder->table().find(field) : 0;
  if (index != 0) return encoder->write_indexed(index, block);
  const bool index_it = indexing && field.name != ":path";
  encoder->write_literal(
      index_it ? LiteralKind::kIncrementalIndexing : LiteralKind::kWithoutIndexing,
      encoder->table().find_name(field.name), field, StringCoding::kShorter, StringCoding::kShorter,
      block);
}

Workload make_requests(std::string_view name, Size size, bool indexing) {
  const unsigned chunks = size == Size::kFull ? 10 : 3;
  const unsigned requests = size == Size::kFull ? 100 : 7;
  Builder builder(name);
  HpackEncoder encoder;
  unsigned number = 0;
  for (unsigned chunk = 0; chunk < chunks; ++chunk) {
    for (unsigned i = 0; i < requests; ++i, ++number) {
      const std::vector<HeaderField> fields = picture_request(number);
      std::string block;
      for (const HeaderField& field : fields) write_field(field, indexing, &encoder, &block);
      builder.headers(2 * number + 1, /*end_stream=*/true, fields, std::move(block));
    }
    builder.end_chunk();
  }
  Workload& workload = builder.workload();
  workload.operations = number;
  workload.response = {{":status", "200"},
                       {"content-type", "image/jpeg"},
                       {"content-length", "1024"},
                       {"server", "example"},
                       {"date", "Mon, 01 Jan 2024 00:00:00 GMT"},
                       {"cache-control", "public, max-age=86400"}};
  workload.body = photograph();
  workload.tally.streams_closed = workload.responses = number;
  workload.data_sent = uint64_t{number} * workload.body.size();
  return builder.take();
}

// --- W2, W2b, W3: one upload

void begin_upload(Builder* builder) {
  const std::vector<HeaderField> fields = {{":method", "POST"},
                                           {":scheme", "https"},
                                           {":authority", "www.example.com"},
                                           {":path", "/upload"},
                                           {"content-type", "application/octet-stream"}};
  HpackEncoder encoder;
  std::string block;
  for (const HeaderField& field : fields) write_field(field, true, &encoder, &block);
  builder->headers(1, /*end_stream=*/false, fields, std::move(block));
  builder->workload().response = {{":status", "200"}, {"server", "example"}};
}

Workload make_upload(std::string_view name, Size size, size_t payload, bool sum_payload) {
  const size_t frames = size == Size::kFull ? 4096 : 20;
  Builder builder(name);
  begin_upload(&builder);
  std::string octets;
  for (size_t i = 0; i < payload; ++i) octets.push_back(static_cast<char>(i * 31 + i / 256));
  uint64_t sum = 0;
  for (char octet : octets) sum += static_cast<uint8_t>(octet);
  for (size_t i = 1; i <= frames; ++i) {
    builder.add(
        reference::encode(reference::DATA, i == frames ? reference::END_STREAM : 0, 1, octets));
  }
  builder.end_chunks_of(64 * 1024);
  Workload& workload = builder.workload();
  workload.operations = frames;
  workload.sum_payload = sum_payload;
  workload.tally.data_octets = frames * payload;
  workload.tally.payload_sum = sum_payload ? frames * sum : 0;
  workload.tally.streams_closed = workload.responses = 1;
  return builder.take();
}

constexpr size_t kControlChunk = 8 * 1024;

size_t control_frames(Size size) { return size == Size::kFull ? 100'000 : 1'500; }

// `frame` makes the i-th; what it means for the answer is told to the workload.
Workload make_control(std::string_view name, Size size,
                      const std::function<std::string(size_t)>& frame) {
  const size_t frames = control_frames(size);
  Builder builder(name);
  begin_upload(&builder);
  for (size_t i = 0; i < frames; ++i) builder.add(frame(i));
  builder.end_chunks_of(kControlChunk);
  Workload& workload = builder.workload();
  workload.operations = frames;
  workload.body = endless_body();
  workload.epilogue = reference::encode(reference::DATA, reference::END_STREAM, 1);
  workload.epilogue_data_sent = kClientStreamWindow;
  return builder.take();
}

Workload make_connection_windows(std::string_view name, Size size) {
  Workload workload = make_control(name, size, [](size_t) {
    return reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(1));
  });
  // The stream's window stays out of the way.
  workload.epilogue = reference::encode(reference::SETTINGS, 0, 0,
                                        reference::settings({{kInitialWindowSize, 0x7fffffff}})) +
                      workload.epilogue;
  ++workload.settings_acks;
  workload.epilogue_data_sent = kClientConnectionWindow + workload.operations;
  return workload;
}

Workload make_stream_windows(std::string_view name, Size size) {
  Workload workload = make_control(name, size, [](size_t) {
    return reference::encode(reference::WINDOW_UPDATE, 0, 1, reference::u32(1));
  });
  workload.epilogue_data_sent += workload.operations;
  return workload;
}

Workload make_pings(std::string_view name, Size size) {
  Workload workload = make_control(name, size, [](size_t i) {
    return reference::encode(reference::PING, 0, 0, reference::u64(i * 0x0123456789ull));
  });
  for (size_t i = 0; i < workload.operations; ++i)
    workload.ping_acks.push_back(i * 0x0123456789ull);
  return workload;
}

Workload make_settings(std::string_view name, Size size) {
  Workload workload = make_control(name, size, [](size_t i) {
    const uint32_t window = kClientStreamWindow + (i % 2 == 0 ? 1000 : 0);
    return reference::encode(reference::SETTINGS, 0, 0,
                             reference::settings({{kInitialWindowSize, window}}));
  });
  workload.settings_acks += workload.operations;
  return workload;
}

using Maker = std::function<Workload(std::string_view, Size)>;

const std::map<std::string, Maker, std::less<>>& makers() {
  static const std::map<std::string, Maker, std::less<>> makers = {
      {"W1", [](auto name, Size size) { return make_requests(name, size, true); }},
      {"W1b", [](auto name, Size size) { return make_requests(name, size, false); }},
      {"W2", [](auto name, Size size) { return make_upload(name, size, 16384, false); }},
      {"W2b", [](auto name, Size size) { return make_upload(name, size, 1024, true); }},
      {"W3_window_connection", make_connection_windows},
      {"W3_window_stream", make_stream_windows},
      {"W3_ping", make_pings},
      {"W3_settings", make_settings},
  };
  return makers;
}

}  // namespace

std::vector<std::string> workload_names() {
  std::vector<std::string> names;
  for (const auto& [name, maker] : makers()) names.push_back(name);
  return names;
}

Workload make_workload(std::string_view name, Size size) {
  const auto maker = makers().find(name);
  if (maker == makers().end()) {
    std::fprintf(stderr, "there is no workload of that name\n");
    std::exit(1);
  }
  return maker->second(name, size);
}

}  // namespace headrace::benchmarks
