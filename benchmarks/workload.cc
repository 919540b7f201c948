#include "benchmarks/workload.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>

#include "benchmarks/workload_builder.h"

namespace headrace::benchmarks {
namespace {

// More than any window lets through.
std::string_view endless_body() {
  static const std::string octets(20'000'000, 'e');
  return octets;
}

// --- W2, W2b, W3: one upload

void begin_upload(Builder* builder) {
  const FieldPairs fields = {{":method", "POST"},
                             {":scheme", "https"},
                             {":authority", "www.example.com"},
                             {":path", "/upload"},
                             {"content-type", "application/octet-stream"}};
  reference::HpackEncoder encoder;
  builder->headers(1, /*end_stream=*/false, fields, write_block(fields, true, &encoder));
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

Maker body(BodyKind kind, size_t octets) {
  return [=](auto name, Size size) { return make_bodies(name, size, kind, octets); };
}

Maker prepared(bool indexing) {
  return [=](auto name, Size size) {
    Workload workload = make_requests(name, size, indexing);
    workload.prepared = true;
    return workload;
  };
}

const std::map<std::string, Maker, std::less<>>& makers() {
  static const std::map<std::string, Maker, std::less<>> makers = {
      {"W1", [](auto name, Size size) { return make_requests(name, size, true); }},
      {"W1b", [](auto name, Size size) { return make_requests(name, size, false); }},
      {"W1_prepared", prepared(true)},
      {"W1b_prepared", prepared(false)},
      {"W1_client", make_client},
      {"W1_cut_1", [](auto name, Size size) { return make_requests(name, size, true, 1); }},
      {"W1_cut_9", [](auto name, Size size) { return make_requests(name, size, true, 9); }},
      {"Bodies_none", body(BodyKind::kView, 0)},
      {"Bodies_copied_500", body(BodyKind::kView, 500)},
      {"Bodies_referred_16000", body(BodyKind::kView, 16'000)},
      {"Bodies_send_data_1024", body(BodyKind::kStream, 1024)},
      {"Bodies_send_data_16000", body(BodyKind::kStream, 16'000)},
      {"Bodies_source_1024", body(BodyKind::kSource, 1024)},
      {"Bodies_source_16000", body(BodyKind::kSource, 16'000)},
      {"W2", [](auto name, Size size) { return make_upload(name, size, 16384, false); }},
      {"W2b", [](auto name, Size size) { return make_upload(name, size, 1024, true); }},
      {"W3_window_connection", make_connection_windows},
      {"W3_window_stream", make_stream_windows},
      {"W3_ping", make_pings},
      {"W3_settings", make_settings},
  };
  return makers;
}

std::vector<std::string> names_of(bool bodies) {
  std::vector<std::string> names;
  for (const auto& [name, maker] : makers()) {
    if (name.starts_with("Bodies_") == bodies) names.push_back(name);
  }
  return names;
}

}  // namespace

std::string client_preface() {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
         reference::encode(reference::SETTINGS, 0, 0,
                           reference::settings({{kMaxConcurrentStreams, 100},
                                                {kInitialWindowSize, kClientStreamWindow}})) +
         reference::encode(reference::WINDOW_UPDATE, 0, 0,
                           reference::u32(kClientConnectionIncrement));
}

Builder::Builder(std::string_view name) {
  workload_.name = name;
  add(client_preface());
  workload_.settings_acks = 1;
}

void Builder::headers(uint32_t stream_id, bool end_stream, const FieldPairs& fields,
                      std::string block) {
  for (const auto& [name, value] : fields) {
    workload_.tally.field_octets += name.size() + value.size();
  }
  ++workload_.tally.requests;
  add(reference::encode(
      reference::HEADERS,
      static_cast<uint8_t>(reference::END_HEADERS | (end_stream ? reference::END_STREAM : 0)),
      stream_id, std::move(block)));
}

void Builder::end_chunks_of(size_t size) {
  std::vector<size_t>& ends = workload_.chunk_ends;
  for (size_t end = (ends.empty() ? 0 : ends.back()) + size; end < workload_.input.size();
       end += size) {
    ends.push_back(end);
  }
  end_chunk();
}

std::string write_block(const FieldPairs& fields, bool indexing, reference::HpackEncoder* encoder) {
  std::string block;
  for (const auto& [name, value] : fields) {
    const reference::HeaderField field{name, value};
    const uint64_t index = indexing ? encoder->table().find(field) : 0;
    if (index != 0) {
      encoder->write_indexed(index, &block);
      continue;
    }
    const bool index_it = indexing && name != ":path";
    encoder->write_literal(index_it ? reference::LiteralKind::kIncrementalIndexing
                                    : reference::LiteralKind::kWithoutIndexing,
                           encoder->table().find_name(name), field,
                           reference::StringCoding::kShorter, reference::StringCoding::kShorter,
                           &block);
  }
  return block;
}

std::vector<std::string> protocol_workloads() { return names_of(/*bodies=*/false); }
std::vector<std::string> body_workloads() { return names_of(/*bodies=*/true); }

Workload make_workload(std::string_view name, Size size) {
  const auto maker = makers().find(name);
  if (maker == makers().end()) {
    std::fprintf(stderr, "there is no workload of that name\n");
    std::exit(1);
  }
  return maker->second(name, size);
}

}  // namespace headrace::benchmarks
