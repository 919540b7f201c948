#include <string>
#include <variant>

#include "fuzz/conversation/application.h"
#include "fuzz/require.h"

namespace headrace::fuzz {

void ServerApplication::react(const Event& event) {
  if (const auto* request = std::get_if<RequestReceived>(&event)) {
    on_request(*request);
  } else if (const auto* data = std::get_if<DataReceived>(&event)) {
    if (data->end_stream) respond(data->stream_id, plan(data->stream_id));
  }
}

void ServerApplication::on_request(const RequestReceived& request) {
  const uint8_t kind = plan(request.stream_id);
  if (kind == 0xff && request.stream_id > 6) {
    (void)connection_->terminate(ErrorCode::kInternalError);
  } else if (kind == 0xfe && request.stream_id > 6) {
    (void)connection_->shutdown();
  } else if ((kind & 0x80) == 0 || request.end_stream) {
    respond(request.stream_id, kind);
  }
}

void ServerApplication::respond(uint32_t stream_id, uint32_t kind, bool expects_trailers) {
  // A second response is refused; what the first one lent stays.
  if (lends(stream_id)) return;
  const SubmitResult result = connection_->submit_response(
      stream_id, {{":status", "200"}, {"server", "fuzz"}, {"x-kind", std::to_string(kind)}},
      body(stream_id, kind, expects_trailers));
  if (result.ok()) return message_taken(stream_id, kind, expects_trailers);
  require(gone(result.error) || result.error == SubmitError::kWrongState, "a good response fails");
  message_refused(stream_id);
}

void ServerApplication::message_command(Draws* draws, uint32_t choice, uint32_t stream_id) {
  switch (choice) {
    case 0:
    case 1:
    case 2:
      return respond(stream_id, draws->octet());
    case 3:
      (void)connection_->submit_informational(stream_id, {{":status", "103"}, {"link", "</a>"}});
      return;
    case 4:
      return push(stream_id, draws->octet());
    case 5:
      return respond(stream_id, draws->octet(), /*expects_trailers=*/true);
    case 6:
      return respond(last_push_, draws->octet());
    default:
      (void)connection_->reset_stream(last_push_, ErrorCode::kCancel);
  }
}

// `kind` has a method, fields and whether the answer comes at once.
void ServerApplication::push(uint32_t stream_id, uint32_t kind) {
  const char* method = (kind & 3) == 1 ? "HEAD" : (kind & 3) == 3 ? "POST" : "GET";
  const std::string filler((kind & 0x10) != 0 ? 20000 : 10, 'f');
  const RequestResult result = connection_->submit_push(stream_id,
                                                        {{":method", method},
                                                         {":scheme", "https"},
                                                         {":authority", "example.org"},
                                                         {":path", "/pushed"},
                                                         {"cookie", "a=1; b=2"},
                                                         {"x-filler", filler}},
                                                        kind);
  if (!result.ok()) return;
  require((kind & 3) != 3, "an unsafe request is pushed");
  require(result.stream_id % 2 == 0 && result.stream_id > last_push_, "a push of another id");
  last_push_ = result.stream_id;
  rules_.opened(last_push_, kind, /*bodiless=*/false, /*connects=*/false);
  if ((kind & 0x20) == 0) respond(last_push_, kind >> 2);
}

}  // namespace headrace::fuzz
