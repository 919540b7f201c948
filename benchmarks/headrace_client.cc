#include <gsl/span>
#include <variant>
#include <vector>

#include "benchmarks/headrace_session.h"
#include "benchmarks/peer.h"

// A client that asks for a page's pictures, a hundred at once.

namespace headrace::benchmarks {

void ask_with_headrace(Round* round, Allocation allocation, RecordSink* record) {
  Tally& tally = round->tally;
  std::vector<Field> fields;
  Options options = headrace_options(allocation);
  options.record = record;
  Connection connection(Role::kClient, options, kNow);
  const auto ask = [&](size_t number) {
    fields.clear();
    for (const auto& [name, value] : round->workload->requests[number]) {
      fields.push_back({name, value});
    }
    if (!connection.submit_request(fields).ok()) fail("a request is refused");
  };
  const auto look = [&](EventRange range) {
    for (EventPtr event : range) {
      std::visit(Overloaded{
                     [&](const ResponseReceived& response) {
                       ++tally.requests;
                       for (const Field& field : response.fields) {
                         tally.field_octets += field.name.size() + field.value.size();
                       }
                     },
                     [&](const DataReceived& data) { tally.data_octets += data.bytes.size(); },
                     [&](const StreamClosed&) { ++tally.streams_closed; },
                     [](const auto&) {},
                 },
                 *event);
    }
  };
  round->for_each_chunk(
      [&](gsl::span<const uint8_t> bytes) {
        drain_headrace(&connection, round->output);
        look(connection.receive(bytes, kNow));
        drain_headrace(&connection, round->output);
        look(connection.advance(kNow));
      },
      ask);
}

}  // namespace headrace::benchmarks
