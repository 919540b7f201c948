#include <cstdio>
#include <string>
#include <string_view>

#include "benchmarks/workload_builder.h"

namespace headrace::benchmarks {
namespace {

using reference::HpackEncoder;

// A photograph of as many octets as a workload asks for, at most.
std::string_view photograph() {
  static const std::string octets = [] {
    std::string made;
    for (int i = 0; i < 16000; ++i) made.push_back(static_cast<char>(i * 7 + i / 256));
    return made;
  }();
  return octets;
}

std::string format(const char* pattern, unsigned a, unsigned b = 0, unsigned c = 0) {
  char text[128];
  std::snprintf(text, sizeof(text), pattern, a, b, c);
  return text;
}

// What a browser asks for while it shows a page of pictures: 485 octets.
FieldPairs picture_request(unsigned number) {
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

FieldPairs picture_response(size_t octets) {
  FieldPairs fields = {{":status", "200"},
                       {"content-type", "image/jpeg"},
                       {"content-length", std::to_string(octets)},
                       {"server", "example"},
                       {"date", "Mon, 01 Jan 2024 00:00:00 GMT"},
                       {"cache-control", "public, max-age=86400"}};
  return fields;
}

struct Count {
  unsigned chunks;
  unsigned requests;  // a chunk
};
Count count(Size size) { return size == Size::kFull ? Count{10, 100} : Count{3, 7}; }

void answer_with(size_t octets, Workload* workload) {
  workload->response = picture_response(octets);
  workload->body = photograph().substr(0, octets);
  workload->tally.streams_closed = workload->responses = workload->operations;
  workload->data_sent = uint64_t{workload->operations} * octets;
}

}  // namespace

Workload make_requests(std::string_view name, Size size, bool indexing, size_t cut) {
  const auto [chunks, requests] = count(size);
  Builder builder(name);
  HpackEncoder encoder;
  unsigned number = 0;
  for (unsigned chunk = 0; chunk < chunks; ++chunk) {
    for (unsigned i = 0; i < requests; ++i, ++number) {
      const FieldPairs fields = picture_request(number);
      builder.headers(2 * number + 1, /*end_stream=*/true, fields,
                      write_block(fields, indexing, &encoder));
    }
    if (cut == 0) builder.end_chunk();
  }
  if (cut != 0) builder.end_chunks_of(cut);
  builder.workload().operations = number;
  answer_with(1024, &builder.workload());
  return builder.take();
}

Workload make_bodies(std::string_view name, Size size, BodyKind kind, size_t octets) {
  Workload workload = make_requests(name, size, /*indexing=*/true);
  answer_with(octets, &workload);
  workload.body_kind = kind;
  // The client gives back what a chunk's answers take of the connection's window (they fit into it
  // and into the server's output of one turn).
  const std::string credit =
      reference::encode(reference::WINDOW_UPDATE, 0, 0,
                        reference::u32(static_cast<uint32_t>(16'000 * count(size).requests)));
  for (size_t i = 0; i < workload.chunk_ends.size(); ++i) {
    workload.input.insert(workload.chunk_ends[i] + i * credit.size(), credit);
  }
  for (size_t i = 0; i < workload.chunk_ends.size(); ++i) {
    workload.chunk_ends[i] += (i + 1) * credit.size();
  }
  return workload;
}

Workload make_client(std::string_view name, Size size) {
  const auto [chunks, requests] = count(size);
  Builder builder(name);
  Workload& workload = builder.workload();
  workload.client = true;
  workload.requests_a_chunk = requests;
  // A server's preface instead of a client's.
  workload.input =
      reference::encode(
          reference::SETTINGS, 0, 0,
          reference::settings({{kMaxConcurrentStreams, 100}, {kInitialWindowSize, kWindow}})) +
      reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(kWindow - 65535)) +
      reference::encode(reference::SETTINGS, reference::ACK, 0);
  builder.end_chunk();
  HpackEncoder encoder;
  const FieldPairs response = picture_response(1024);
  const std::string body(photograph().substr(0, 1024));
  unsigned number = 0;
  for (unsigned chunk = 0; chunk < chunks; ++chunk) {
    for (unsigned i = 0; i < requests; ++i, ++number) {
      workload.requests.push_back(picture_request(number));
      builder.headers(2 * number + 1, /*end_stream=*/false, response,
                      write_block(response, true, &encoder));
      builder.add(reference::encode(reference::DATA, reference::END_STREAM, 2 * number + 1, body));
    }
    builder.end_chunk();
  }
  workload.operations = number;
  workload.tally.data_octets = uint64_t{number} * body.size();
  workload.tally.streams_closed = number;
  return builder.take();
}

}  // namespace headrace::benchmarks
