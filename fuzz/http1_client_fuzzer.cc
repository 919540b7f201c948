#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/http1_record.h"
#include "fuzz/pieces.h"
#include "fuzz/require.h"
#include "headrace/protocol/connection/connection.h"

// A server that may say anything in HTTP/1.1 to a client that has asked it for a little of
// everything. The events and the output are the same however the input is cut and in both
// allocation modes, each request ends once, and none of which an octet left is said to be safe to
// send again unless the server said so.
//
// Input: a plan of the application's (one octet), cuts (a length, then so many octets), then what
// the server says, in turns that end with 0xff: between two of them the client's output leaves.

namespace headrace::fuzz {
namespace {

class Client {
 public:
  Client(uint8_t plan, Allocation allocation)
      : plan_(plan), connection_(Role::kClient, options_of(plan, allocation), now_) {
    for (int i = 0; i < 3; ++i) ask();
    drain();
  }

  void say(std::string_view text) {
    take(connection_.receive(text, now_));
    settle();
  }
  // The output leaves.
  void drain() {
    record_.drain(now_);
    settle();
  }
  // Everything that was told and sent.
  std::string end() {
    drain();
    take(connection_.end_of_input(now_, (plan_ & 64) == 0));
    settle();
    require(record_.closed(), "the connection has no end");
    for (const auto& [id, request] : requests_) {
      require(request.closed, "a request has no end");
      const bool left = record_.output().find(request.path + " ") != std::string::npos;
      require(!left || !request.retry_safe || request.by_peer, "a retry that is not safe");
    }
    return record_.text();
  }

 private:
  struct Request {
    std::string path;
    bool closed = false;
    bool retry_safe = false;
    bool by_peer = false;
    bool answered = false;
  };

  static Options options_of(uint8_t plan, Allocation allocation) {
    Options options;
    options.allocation = allocation;
    options.protocol = ProtocolVersion::kHttp1;
    options.pipelining = plan % 2 != 0;
    options.accept_bare_lf = plan / 2 % 2 != 0;
    options.accept_length_beside_chunked = plan / 4 % 2 != 0;
    options.automatic_credit = plan / 8 % 2 == 0;
    options.initial_window_size = 50;
    options.limits.pipelined_requests = 2;
    options.limits.field_list_size = 2000;
    options.limits.fields_per_response = 20;
    options.limits.informational_responses = 3;
    options.limits.chunk_extension_size = 40;
    return options;
  }

  void ask() {
    if (requests_.size() > 8) return;
    const size_t number = requests_.size();
    const std::string path = "/r" + std::to_string(number);
    RequestResult result;
    switch ((plan_ / 16 + number) % 4) {
      case 0:
        result = submit("GET", path, {}, Body::none());
        break;
      case 1:
        result = submit("HEAD", path, {}, Body::none());
        break;
      case 2:
        result = submit("POST", path, {}, Body::stream());
        if (!result.ok()) break;
        (void)connection_.send_data(result.stream_id, std::string_view("content"), plan_ % 3 == 0);
        (void)connection_.send_trailers(result.stream_id, {{"t", "1"}});
        break;
      default:
        result = submit("GET", path, {{"upgrade", "x"}}, Body::stream());
        if (result.ok())
          (void)connection_.send_data(result.stream_id, std::string_view("x"), false);
        break;
    }
    if (result.ok()) requests_[result.stream_id].path = path;
  }
  RequestResult submit(std::string_view method, std::string_view path, FieldsView more, Body body) {
    std::vector<Field> fields = {
        {":method", method}, {":scheme", "http"}, {":authority", "a"}, {":path", path}};
    fields.insert(fields.end(), more.begin(), more.end());
    return connection_.submit_request(fields, std::move(body));
  }

  void take(EventRange events) {
    for (EventPtr event : events) {
      record_.add(*event);
      if (const auto* data = std::get_if<DataReceived>(event.get())) {
        require(requests_.at(data->stream_id).answered, "content without a response");
        if ((plan_ & 8) != 0) {
          (void)connection_.credit(data->stream_id, static_cast<uint32_t>(data->bytes.size()));
        }
      }
      handle(*event);
    }
  }
  void handle(const Event& event) {
    if (const auto* response = std::get_if<ResponseReceived>(&event)) {
      Request& request = requests_.at(response->stream_id);
      require(!std::exchange(request.answered, true), "a second response");
      require(record_.output().find(request.path) != std::string::npos,
              "a response to what has not left");
      record_.add(response->fields);
    } else if (const auto* interim = std::get_if<InformationalReceived>(&event)) {
      require(interim->status < 200 && interim->status != 101, "a final response is interim");
      record_.add(interim->fields);
    } else if (const auto* trailers = std::get_if<TrailersReceived>(&event)) {
      record_.add(trailers->fields);
    } else if (const auto* closed = std::get_if<StreamClosed>(&event)) {
      Request& request = requests_.at(closed->stream_id);
      require(!std::exchange(request.closed, true), "a second end");
      require(!closed->retry_safe || !closed->retry_idempotent, "two reasons");
      request.retry_safe = closed->retry_safe;
      request.by_peer = closed->closed_by == ClosedBy::kPeer;
      ask();
    }
  }
  void settle() {
    while (connection_.has_events()) take(connection_.receive({}, now_));
  }

  const uint8_t plan_;
  const TimePoint now_{};
  Connection connection_;
  std::map<StreamId, Request> requests_;
  Record record_{&connection_};
};

using Cut = std::vector<std::string_view> (*)(std::string_view turn, std::string_view cuts);

std::string play(uint8_t plan, Allocation allocation, std::string_view text, Cut cut,
                 std::string_view cuts) {
  Client client(plan, allocation);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\xff'), text.size());
    for (const std::string_view part : cut(text.substr(0, end), cuts)) client.say(part);
    client.drain();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return client.end();
}

void play_all(std::string_view input) {
  if (input.size() < 2) return;
  const auto plan = static_cast<uint8_t>(input[0]);
  const size_t size = static_cast<uint8_t>(input[1]) % 16;
  const std::string_view cuts = input.substr(2, size);
  const std::string_view text = input.substr(std::min(2 + size, input.size()));
  const Cut none = [](std::string_view turn, std::string_view) {
    return std::vector<std::string_view>{turn};
  };
  const std::string whole = play(plan, Allocation::kReuse, text, none, "");
  require(play(plan, Allocation::kFresh, text, none, "") == whole, "the modes differ");
  require(play(plan, Allocation::kFresh, text, pieces, cuts) == whole, "a cut makes a difference");
  require(play(plan, Allocation::kReuse, text, pieces, "\1") == whole, "octets make a difference");
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(
      data, size, [](std::string_view input) { headrace::fuzz::play_all(input); });
}
