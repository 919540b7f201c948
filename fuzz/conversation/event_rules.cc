#include "fuzz/conversation/event_rules.h"

#include <variant>

#include "fuzz/require.h"
#include "tests/transcript/event_text.h"

namespace headrace::fuzz {

void EventRules::take(const Event& event) {
  require(!closed_ || std::holds_alternative<BodyReleased>(event),
          "an event behind ConnectionClosed");
  std::visit(
      [this](const auto& concrete) {
        if constexpr (requires { concrete.user_data; }) {
          require(concrete.user_data == streams_[concrete.stream_id].user_data,
                  "an event has another user_data");
        }
        on(concrete);
      },
      event);
  transcript::append_event(event, &events_);
}

EventRules::Stream& EventRules::on_stream(uint32_t stream_id) {
  Stream& stream = streams_[stream_id];
  require(stream.announced, "an event of a stream that was not announced");
  require(!stream.closed, "an event behind StreamClosed");
  return stream;
}

// A stream of the peer's.
void EventRules::announce(uint32_t stream_id) {
  require(stream_id > last_announced_, "a stream is announced late");
  require((stream_id % 2 == 1) == (role_ == Role::kServer), "a stream of the wrong side");
  last_announced_ = stream_id;
  streams_[stream_id].announced = true;
}

void EventRules::opened(uint32_t stream_id, uintptr_t user_data, bool bodiless, bool connects) {
  Stream& stream = streams_[stream_id];
  require(!stream.announced, "a stream is given out twice");
  stream.announced = true;
  stream.user_data = user_data;
  stream.bodiless = bodiless;
  stream.connects = connects;
  stream.ended = role_ == Role::kServer;  // a push has nothing coming
}

void EventRules::on(const RequestReceived& request) {
  require(role_ == Role::kServer, "a client is sent a request");
  announce(request.stream_id);
  streams_[request.stream_id].head = true;
  streams_[request.stream_id].ended = request.end_stream;
}

void EventRules::on(const ResponseReceived& response) {
  require(role_ == Role::kClient && response.status >= 200, "a response that is none");
  Stream& stream = on_stream(response.stream_id);
  require(!stream.head && !stream.ended, "a second response");
  stream.head = true;
  stream.ended = response.end_stream;
  const bool tunnel = stream.connects && response.status < 300;
  if (!tunnel && (response.status == 204 || response.status == 304)) stream.bodiless = true;
}

void EventRules::on(const InformationalReceived& interim) {
  require(role_ == Role::kClient && interim.status >= 100 && interim.status < 200,
          "an interim response that is none");
  require(!interim.end_stream && !on_stream(interim.stream_id).head, "a late interim response");
}

void EventRules::on(const PushPromiseReceived& promise) {
  require(role_ == Role::kClient, "a server is promised something");
  require(promise.stream_id % 2 == 1, "a promise on a promised stream");
  on_stream(promise.stream_id);
  announce(promise.promised_stream_id);
  for (const Field& field : promise.fields) {
    if (field.name == ":method" && field.value == "HEAD") {
      streams_[promise.promised_stream_id].bodiless = true;
    }
  }
}

void EventRules::on(const DataReceived& data) {
  Stream& stream = on_stream(data.stream_id);
  require(stream.head && !stream.ended, "DATA out of order");
  require(!data.bytes.empty() || data.end_stream, "DATA of nothing");
  require(data.bytes.empty() || !stream.bodiless, "content of a response that has none");
  stream.ended = data.end_stream;
}

void EventRules::on(const TrailersReceived& trailers) {
  Stream& stream = on_stream(trailers.stream_id);
  require(stream.head && !stream.ended && trailers.end_stream, "trailers out of order");
  stream.ended = true;
}

void EventRules::on(const StreamClosed& closed) {
  Stream& stream = on_stream(closed.stream_id);
  require(closed.closed_by != ClosedBy::kEnd || stream.ended, "a stream ends before its message");
  stream.closed = true;
  stream.retry_safe = closed.retry_safe;
  if (closed.body_released) take_back_body(closed.stream_id);
}

void EventRules::on(const PriorityUpdateReceived& update) {
  require(role_ == Role::kServer && update.priority.urgency < Priority::kLevels,
          "a priority that is none");
  on_stream(update.stream_id);
}

void EventRules::on(const BodyReleased& released) { take_back_body(released.stream_id); }

void EventRules::take_back_body(StreamId id) {
  require(streams_[id].releases_owed-- == 1, "a body is released that was not lent");
}

void EventRules::on(const GoawayReceived& goaway) {
  require(goaway.last_stream_id <= goaway_last_, "a GOAWAY that raises the last stream");
  goaway_last_ = goaway.last_stream_id;
}

void EventRules::on(const StreamIdsExhausted&) {
  require(role_ == Role::kClient && !ids_exhausted_, "the ids are exhausted twice");
  ids_exhausted_ = true;
}

void EventRules::on(const ConnectionClosed&) {
  require(open_streams().empty(), "a stream has no StreamClosed");
  closed_ = true;
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

std::map<uint32_t, bool> EventRules::closed_streams() const {
  std::map<uint32_t, bool> closed;
  for (const auto& [id, stream] : streams_) {
    if (stream.closed) closed[id] = stream.retry_safe;
  }
  return closed;
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
