#include <algorithm>
#include <cstring>
#include <gsl/span>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "benchmarks/headrace_session.h"
#include "benchmarks/peer.h"
#include "headrace/prepared_head.h"

// The run loop of the README, without a socket.

namespace headrace::benchmarks {
namespace {

// Gives a body from memory, whole when there is room.
class PictureSource : public BodySource {
 public:
  void begin(std::string_view body) { left_ = body; }
  Filled fill(std::span<uint8_t> room) override {
    const size_t size = std::min(room.size(), left_.size());
    std::memcpy(room.data(), left_.data(), size);
    left_.remove_prefix(size);
    return {.size = size, .end = left_.empty()};
  }

 private:
  std::string_view left_;
};

}  // namespace

void serve_with_headrace(Round* round, Allocation allocation, RecordSink* record) {
  const Workload& workload = *round->workload;
  Tally& tally = round->tally;
  std::vector<Field> response;
  for (const auto& [name, value] : workload.response) response.push_back({name, value});

  std::optional<PreparedHead> prepared;
  if (workload.prepared) prepared = PreparedHead::of(response);

  std::vector<PictureSource> sources(kConcurrentStreams);
  size_t next_source = 0;
  Options options = headrace_options(allocation);
  options.record = record;
  Connection connection(Role::kServer, options, kNow);
  const auto respond = [&](StreamId stream_id) {
    Body body = Body::none();
    const bool bare = workload.body.empty();
    if (!bare && workload.body_kind == BodyKind::kView) body = Body::view(workload.body);
    if (!bare && workload.body_kind == BodyKind::kStream) body = Body::stream();
    if (!bare && workload.body_kind == BodyKind::kSource) {
      // (As many as streams can be open. One that has given all is free again.)
      PictureSource* source = &sources[next_source++ % kConcurrentStreams];
      source->begin(workload.body);
      body = Body::source(source);
    }
    const bool streamed = !bare && workload.body_kind == BodyKind::kStream;
    const bool taken =
        prepared ? connection.submit_response(stream_id, *prepared, {}, std::move(body)).ok()
                 : connection.submit_response(stream_id, response, std::move(body)).ok();
    if (!taken) fail("a response is refused");
    if (streamed && connection.send_data(stream_id, workload.body, /*end_stream=*/true).accepted !=
                        workload.body.size()) {
      fail("a body is not accepted whole");
    }
  };
  round->for_each_chunk([&](gsl::span<const uint8_t> bytes) {
    for (EventPtr event : connection.receive(bytes, kNow)) {
      std::visit(Overloaded{
                     [&](const RequestReceived& request) {
                       ++tally.requests;
                       for (const Field& field : request.fields) {
                         tally.field_octets += field.name.size() + field.value.size();
                       }
                       if (request.end_stream) respond(request.stream_id);
                     },
                     [&](const DataReceived& data) {
                       tally.data_octets += data.bytes.size();
                       if (workload.sum_payload) {
                         tally.payload_sum += sum_octets(data.bytes.data(), data.bytes.size());
                       }
                       if (data.end_stream) respond(data.stream_id);
                     },
                     [&](const StreamClosed&) { ++tally.streams_closed; },
                     [](const auto&) {},
                 },
                 *event);
    }
    drain_headrace(&connection, round->output);
    // What sending has made possible: streams are closed.
    for (EventPtr event : connection.advance(kNow)) {
      if (std::holds_alternative<StreamClosed>(*event)) ++tally.streams_closed;
    }
  });
}

}  // namespace headrace::benchmarks
