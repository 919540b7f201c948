#include <chrono>
#include <variant>
#include <vector>

#include "benchmarks/server.h"
#include "headrace.h"

// The run loop of the README, without a socket.

namespace headrace::benchmarks {
namespace {

constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);

Options options(Allocation allocation) {
  Options options;
  options.allocation = allocation;
  options.complete_heads = false;  // they are complete
  options.initial_window_size = kWindow;
  options.connection_window_size = kWindow;
  options.limits.concurrent_streams = kConcurrentStreams;
  // A chunk of W3 asks for some 500 acknowledgements before they are drained. libnghttp2 lets 1,000
  // wait by default; with ours the loop would have to drain in between.
  options.limits.queued_replies = 1000;
  return options;
}

void drain(Connection* connection, FlatOutput* output) {
  for (;;) {
    size_t size = 0;
    for (const ConstBuffer& buffer : connection->pending_output()) {
      output->append(buffer.data, buffer.size);
      size += buffer.size;
    }
    if (size == 0) return;
    connection->sent(size);
  }
}

template <Allocation kAllocation>
void serve(Round* round) {
  const Workload& workload = *round->workload;
  Tally& tally = round->tally;
  std::vector<Field> response;
  for (const auto& [name, value] : workload.response) response.push_back({name, value});

  Connection connection(Role::kServer, options(kAllocation), kNow);
  const auto respond = [&](StreamId stream_id) {
    const bool bare = workload.body.empty();
    const SubmitResult result = connection.submit_response(
        stream_id, response, bare ? Body::none() : Body::view(workload.body));
    if (!result.ok()) fail("a response is refused");
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
    drain(&connection, round->output);
    // What sending has made possible: streams are closed.
    for (EventPtr event : connection.advance(kNow)) {
      if (std::holds_alternative<StreamClosed>(*event)) ++tally.streams_closed;
    }
  });
}

}  // namespace

void serve_with_headrace_reuse(Round* round) { serve<Allocation::kReuse>(round); }
void serve_with_headrace_fresh(Round* round) { serve<Allocation::kFresh>(round); }

}  // namespace headrace::benchmarks
