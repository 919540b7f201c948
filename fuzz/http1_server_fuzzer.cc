#include <algorithm>
#include <cstdint>
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

// A client that may say anything in HTTP/1.1 to a server whose application does a little of
// everything. The events and the output are the same however the input is cut and in both
// allocation modes, no request is told without its rules, and every stream that was told ends once.
//
// Input: a plan of the application's (one octet), cuts (a length, then so many octets), then what
// the client says.

namespace headrace::fuzz {
namespace {

class Server {
 public:
  Server(uint8_t plan, Allocation allocation)
      : plan_(plan), connection_(Role::kServer, options_of(plan, allocation), now_) {}

  void say(std::string_view text) {
    take(connection_.receive(text, now_));
    settle();
  }
  // Everything that was told and sent.
  std::string end() {
    drain();
    settle();
    take(connection_.end_of_input(now_));
    drain();
    settle();
    require(open_ == 0, "a stream has no end");
    require(record_.closed(), "the connection has no end");
    return record_.text();
  }

 private:
  static Options options_of(uint8_t plan, Allocation allocation) {
    Options options;
    options.allocation = allocation;
    options.protocol = plan % 2 == 0 ? ProtocolVersion::kHttp1 : ProtocolVersion::kDetect;
    options.limits.pipelined_requests = 1 + plan / 2 % 4;
    options.limits.field_list_size = 2000;
    options.limits.request_line_size = 300;
    options.limits.chunk_extension_size = 40;
    options.reset_after_early_response = plan / 8 % 2 == 0;
    options.complete_heads = plan / 16 % 2 == 0;
    options.automatic_credit = plan / 32 % 2 == 0;
    options.initial_window_size = 50;
    return options;
  }

  void take(EventRange events) {
    for (EventPtr event : events) {
      record_.add(*event);
      if (const auto* data = std::get_if<DataReceived>(event.get())) {
        if ((plan_ & 32) != 0) {
          (void)connection_.credit(data->stream_id, static_cast<uint32_t>(data->bytes.size()));
        }
        if (data->end_stream) answer(data->stream_id, "/end");
      }
      handle(*event);
    }
  }
  void handle(const Event& event) {
    if (const auto* request = std::get_if<RequestReceived>(&event)) {
      ++open_;
      require(!request->method().empty(), "a request without a method");
      record_.add(request->fields);
      if (request->end_stream || request->path().size() % 2 == 0) {
        answer(request->stream_id, request->path());
      }
    } else if (const auto* trailers = std::get_if<TrailersReceived>(&event)) {
      answer(trailers->stream_id, "/trailers");
    } else if (std::holds_alternative<StreamClosed>(event)) {
      --open_;
    }
  }
  void answer(StreamId id, std::string_view path) {
    SubmitResult result;
    switch (path.size() % 5) {
      case 0:
        result = connection_.submit_response(id, 204);
        break;
      case 1:
        result = connection_.submit_response(id, 200, {{"x", "y"}}, Body::view("hello"));
        break;
      case 2:
        result = connection_.submit_response(id, 200, {}, Body::stream());
        (void)connection_.send_data(id, std::string_view("content"), plan_ % 3 == 0);
        (void)connection_.send_trailers(id, {{"t", "1"}});
        break;
      case 3:
        result = connection_.submit_response(id, 101, {{"upgrade", "x"}}, Body::stream());
        if (!result.ok()) result = connection_.submit_response(id, 404);
        break;
      default:
        result = path.size() % 4 == 1
                     ? connection_.reset_stream(id, ErrorCode::kCancel)
                     : connection_.submit_response(id, 200, {}, Body::owned(std::string(600, 'x')));
        break;
    }
    (void)result;  // an error: it was answered before
  }
  // Output is taken where the connection cannot read on without, which is at the same places
  // however the input is cut.
  void settle() {
    for (;;) {
      if (connection_.has_events()) {
        take(connection_.receive({}, now_));
      } else if (connection_.wants_input() || !drain()) {
        return;
      }
    }
  }
  bool drain() { return record_.drain(now_); }

  const uint8_t plan_;
  const TimePoint now_{};
  Connection connection_;
  Record record_{&connection_};
  int open_ = 0;
};

std::string play(uint8_t plan, Allocation allocation, const std::vector<std::string_view>& parts) {
  Server server(plan, allocation);
  for (const std::string_view part : parts) server.say(part);
  return server.end();
}

void play_all(std::string_view input) {
  if (input.size() < 2) return;
  const auto plan = static_cast<uint8_t>(input[0]);
  const size_t size = static_cast<uint8_t>(input[1]) % 16;
  const std::string_view cuts = input.substr(2, size);
  const std::string_view text = input.substr(std::min(2 + size, input.size()));
  const std::string whole = play(plan, Allocation::kReuse, {text});
  require(play(plan, Allocation::kFresh, {text}) == whole, "the modes differ");
  require(play(plan, Allocation::kFresh, pieces(text, cuts)) == whole, "a cut makes a difference");
  require(play(plan, Allocation::kReuse, pieces(text, "\1")) == whole, "octets make a difference");
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(
      data, size, [](std::string_view input) { headrace::fuzz::play_all(input); });
}
