// What every application may rely on (protocol/event/event.h), checked on every event of every
// transcript: the order of a stream's events, their user data, and when lent storage comes back.

#include <algorithm>

#include "tests/transcript/application.h"

namespace headrace::transcript {

std::string Application::observe(const Event& event) {
  const auto check_user_data = [&](const auto& e) {
    return e.user_data == streams_[e.stream_id].user_data ? "" : "an event has other user data";
  };
  // An event of a stream that is alive.
  const auto check_alive = [&](const auto& e) {
    const Stream& stream = streams_[e.stream_id];
    if (connection_closed_) return "a stream's event comes after ConnectionClosed";
    if (!stream.announced) return "an event of a stream that the application does not know";
    if (stream.closed) return "an event of a stream after its StreamClosed";
    return check_user_data(e);
  };
  const auto check_message = [&](const auto& e) {
    Stream& stream = streams_[e.stream_id];
    if (stream.ended) return "more of a message comes after its END_STREAM";
    stream.ended = e.end_stream;
    return check_alive(e);
  };
  // The rest of a message: the client has seen its head.
  const auto check_body = [&](const auto& e) {
    const Stream& stream = streams_[e.stream_id];
    if (stream.own && !stream.answered) return "a part of a response before its ResponseReceived";
    return check_message(e);
  };
  const auto check_head = [&](const auto& e, bool final) -> std::string {
    Stream& stream = streams_[e.stream_id];
    if (!stream.own) return "a response to no request of ours";
    if (stream.answered) return "a second response to a request";
    if ((e.status >= 200 || e.status == 101) != final)
      return "a status that belongs to the other event";
    if (!final && e.end_stream) return "an interim response with END_STREAM";
    stream.answered = final;
    return check_message(e);
  };
  const auto take_view_back = [](Stream* stream) -> std::string {
    if (stream->views_lent == 0) return "a body is released, but no view was lent";
    --stream->views_lent;
    // Whoever still reads the storage now sends nonsense.
    for (const auto& view : stream->views) std::fill(view->begin(), view->end(), 0xdd);
    return "";
  };
  return std::visit(
      Overloaded{
          [&](const RequestReceived& e) -> std::string {
            if (streams_[e.stream_id].announced) return "a second RequestReceived of a stream";
            streams_[e.stream_id].announced = true;
            return check_message(e);
          },
          [&](const ResponseReceived& e) { return check_head(e, true); },
          [&](const InformationalReceived& e) { return check_head(e, false); },
          [&](const PushPromiseReceived& e) -> std::string {
            Stream& promised = streams_[e.promised_stream_id];
            if (promised.announced) return "a second promise of a stream";
            promised.announced = promised.own = true;
            return check_alive(e);
          },
          [&](const DataReceived& e) -> std::string { return check_body(e); },
          [&](const TrailersReceived& e) -> std::string { return check_body(e); },
          [&](const StreamWritable& e) -> std::string { return check_alive(e); },
          [&](const PriorityUpdateReceived& e) -> std::string { return check_alive(e); },
          [&](const StreamClosed& e) -> std::string {
            const std::string wrong = check_alive(e);
            streams_[e.stream_id].closed = true;
            if (!wrong.empty() || !e.body_released) return wrong;
            return take_view_back(&streams_[e.stream_id]);
          },
          [&](const BodyReleased& e) -> std::string {
            const std::string wrong = take_view_back(&streams_[e.stream_id]);
            return wrong.empty() ? check_user_data(e) : wrong;
          },
          [&](const ConnectionClosed&) -> std::string {
            if (connection_closed_) return "a second ConnectionClosed";
            connection_closed_ = true;
            for (const auto& [id, stream] : streams_) {
              if (stream.announced && !stream.closed) {
                return "ConnectionClosed before the StreamClosed of stream " + std::to_string(id);
              }
            }
            return "";
          },
          [&](const auto&) -> std::string {
            return connection_closed_ ? "an event comes after ConnectionClosed" : "";
          },
      },
      event);
}

}  // namespace headrace::transcript
