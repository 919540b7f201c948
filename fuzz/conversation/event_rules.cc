#include "fuzz/conversation/event_rules.h"

#include <variant>

#include "fuzz/conversation/require.h"
#include "tests/transcript/event_text.h"

namespace headrace::fuzz {

EventRules::Stream& EventRules::on_stream(uint32_t stream_id) {
  Stream& stream = streams_[stream_id];
  require(stream.announced, "an event of a stream that was not announced");
  require(!stream.closed, "an event behind StreamClosed");
  return stream;
}

void EventRules::take(const Event& event) {
  require(!closed_ || std::holds_alternative<BodyReleased>(event),
          "an event behind ConnectionClosed");
  std::visit(Overloaded{
                 [this](const RequestReceived& request) {
                   require(request.stream_id > last_announced_, "a stream is announced late");
                   last_announced_ = request.stream_id;
                   Stream& stream = streams_[request.stream_id];
                   stream.announced = true;
                   stream.ended = request.end_stream;
                 },
                 [this](const DataReceived& data) {
                   Stream& stream = on_stream(data.stream_id);
                   require(!stream.ended, "DATA behind the end");
                   require(!data.bytes.empty() || data.end_stream, "DATA of nothing");
                   stream.ended = data.end_stream;
                 },
                 [this](const TrailersReceived& trailers) {
                   Stream& stream = on_stream(trailers.stream_id);
                   require(!stream.ended && trailers.end_stream, "trailers out of order");
                   stream.ended = true;
                 },
                 [this](const StreamClosed& closed) { on_stream(closed.stream_id).closed = true; },
                 [this](const StreamWritable& writable) { on_stream(writable.stream_id); },
                 [this](const BodyReleased& released) {
                   require(streams_[released.stream_id].releases_owed-- == 1,
                           "a body is released that was not lent");
                 },
                 [this](const ConnectionClosed&) {
                   require(open_streams().empty(), "a stream has no StreamClosed");
                   closed_ = true;
                 },
                 [](const auto&) {},
             },
             event);
  transcript::append_event(event, &events_);
}

bool EventRules::is_open(uint32_t stream_id) const {
  const auto found = streams_.find(stream_id);
  return found != streams_.end() && found->second.announced && !found->second.closed;
}

bool EventRules::is_receiving(uint32_t stream_id) const {
  return is_open(stream_id) && !streams_.at(stream_id).ended;
}

std::vector<uint32_t> EventRules::open_streams() const {
  std::vector<uint32_t> open;
  for (const auto& [id, stream] : streams_) {
    if (stream.announced && !stream.closed) open.push_back(id);
  }
  return open;
}

void EventRules::require_complete() const {
  require(closed_, "the connection did not close");
  for (const auto& [id, stream] : streams_) {
    require(stream.releases_owed == 0, "a view was not released");
  }
}

std::vector<std::string> EventRules::texts() const {
  std::vector<std::string> texts;
  for (const transcript::Item& event : events_) {
    texts.push_back(transcript::format_item(event));
  }
  return texts;
}

}  // namespace headrace::fuzz
