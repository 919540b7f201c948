#include <map>
#include <variant>

#include "fuzz/http1_differential/reading.h"
#include "fuzz/require.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::fuzz::http1_differential {
namespace {

Options options_of(Allocation allocation) {
  Options options;
  options.allocation = allocation;
  options.protocol = ProtocolVersion::kHttp1;
  options.complete_heads = false;
  options.pipelining = true;
  options.limits.pipelined_requests = 100;
  options.reset_after_early_response = false;
  return options;
}

FieldList list_of(const FieldSection& fields) {
  FieldList list;
  for (const Field& field : fields) list.emplace_back(field.name, field.value);
  return list;
}

class Ours {
 public:
  Ours(Role role, uint8_t plan, Allocation allocation)
      : role_(role), asked_(asked(plan)), connection_(role, options_of(allocation), now_) {
    if (role == Role::kClient) ask();
    settle();
  }

  void say(std::string_view text) {
    take(connection_.receive(text, now_));
    settle();
  }
  Reading end() {
    if (role_ == Role::kClient) {
      input_ended_ = true;
      take(connection_.end_of_input(now_));
      settle();
    }
    return std::move(reading_);
  }

 private:
  void ask() {
    // The server is seen to speak HTTP/1.1, so that requests are pipelined.
    submit(Asked::kGet);
    settle();
    for (EventPtr event : connection_.receive(std::string_view("HTTP/1.1 204 x\r\n\r\n"), now_)) {
      (void)event;
    }
    for (const Asked one : asked_) asked_by_id_[submit(one)] = one;
  }
  StreamId submit(Asked what) {
    const std::string_view method = what == Asked::kHead      ? "HEAD"
                                    : what == Asked::kConnect ? "CONNECT"
                                                              : "GET";
    std::vector<Field> fields = {{":method", method}, {":authority", "a:1"}};
    if (what != Asked::kConnect) {
      fields.insert(fields.begin() + 1, {{":scheme", "http"}, {":path", "/"}});
    }
    if (what == Asked::kUpgrade) fields.push_back({"upgrade", "x"});
    const RequestResult result = connection_.submit_request(fields, Body::none());
    require(result.ok(), "a request is refused");
    return result.stream_id;
  }

  void take(EventRange events) {
    for (EventPtr event : events) {
      std::visit([this](const auto& one) { handle(one); }, *event);
    }
  }
  void settle() {
    do {
      while (connection_.has_events()) take(connection_.receive({}, now_));
      size_t size = 0;
      for (const ConstBuffer& buffer : connection_.pending_output()) size += buffer.size;
      connection_.sent(size, now_);
    } while (connection_.has_events() || connection_.wants_output());
  }

  template <typename Other>
  void handle(const Other&) {}

  void handle(const RequestReceived& request) {
    Message& message = open(request.stream_id, list_of(request.fields));
    if (request.method() == "CONNECT") return begin_tunnel(&message);
    if (request.end_stream) end_of_request(request.stream_id, &message);
  }
  void handle(const InformationalReceived& interim) {
    if (done_) return;
    reading_.messages.push_back({list_of(interim.fields), {}, {}, /*complete=*/true});
  }
  void handle(const ResponseReceived& response) {
    Message& message = open(response.stream_id, list_of(response.fields));
    const Asked what = asked_by_id_.at(response.stream_id);
    const bool tunnel =
        response.status == 101 || (what == Asked::kConnect && response.status / 100 == 2);
    if (tunnel) return begin_tunnel(&message);
    if (response.end_stream) end_of_response(&message);
  }
  void handle(const DataReceived& data) {
    if (done_) return;
    Message& message = reading_.messages[places_.at(data.stream_id)];
    message.content += data.bytes.text();
    if (data.end_stream) end(data.stream_id, &message);
  }
  void handle(const TrailersReceived& trailers) {
    if (done_) return;
    Message& message = reading_.messages[places_.at(trailers.stream_id)];
    message.trailers = list_of(trailers.fields);
    end(trailers.stream_id, &message);
  }
  void handle(const ConnectionClosed& closed) {
    if (done_) return;
    done_ = true;
    // What ends with the transport is not refused.
    if (closed.error.rule != nullptr && closed.closed_by == ClosedBy::kLocal) {
      reading_.refused = true;
      reading_.rule = closed.error.rule;
      reading_.reason = std::string(closed.error.rule->section) + ": " + closed.error.rule->text;
    }
    if (reading_.refused || reading_.messages.empty() || role_ == Role::kClient) return;
    Message& last = reading_.messages.back();
    last.is_last = last.complete && closed.closed_by == ClosedBy::kLocal;
  }

  Message& open(StreamId id, FieldList fields) {
    if (done_) return beyond_;
    places_[id] = reading_.messages.size();
    reading_.messages.push_back({std::move(fields)});
    return reading_.messages.back();
  }
  void end(StreamId id, Message* message) {
    role_ == Role::kServer ? end_of_request(id, message) : end_of_response(message);
  }
  void end_of_response(Message* message) {
    message->complete = true;
    message->is_last = !input_ended_ && !connection_.accepts_requests();
    done_ |= message->is_last;
  }
  // A request that offers an upgrade ends HTTP in both readings.
  void end_of_request(StreamId id, Message* message) {
    message->complete = true;
    if (connection_.submit_response(id, 101, {{"upgrade", "x"}}, Body::stream()).ok()) {
      return begin_tunnel(message);
    }
    require(connection_.submit_response(id, 204).ok(), "a response is refused");
  }
  void begin_tunnel(Message* message) {
    if (done_) return;
    message->complete = message->tunnel = done_ = true;
  }

  const Role role_;
  const std::vector<Asked> asked_;
  std::map<StreamId, Asked> asked_by_id_;
  const TimePoint now_{};
  Connection connection_;
  Reading reading_;
  std::map<StreamId, size_t> places_;
  Message beyond_;
  bool input_ended_ = false;
  bool done_ = false;
};

}  // namespace

Reading read_ours(Role role, uint8_t plan, Allocation allocation,
                  const std::vector<std::string_view>& parts) {
  Ours ours(role, plan, allocation);
  for (const std::string_view part : parts) ours.say(part);
  return ours.end();
}

}  // namespace headrace::fuzz::http1_differential
