#include <algorithm>
#include <string>
#include <variant>

#include "fuzz/conversation/application.h"
#include "fuzz/require.h"
#include "headrace/field/field.h"

namespace headrace::fuzz {
namespace {

constexpr uint32_t kEnoughRequests = 60;

enum Form : uint32_t {
  kConnect = 3,
  kExtendedConnect = 4,
  kOptions = 6,
  kMethod = 7,
  kPriority = 0x08,
  kCookies = 0x10,
  kWrong = 0x20,
  kExpectTrailers = 0x40,
  kLarge = 0x80,
};

const char* method_of(uint32_t form) {
  static const char* const kMethods[] = {"GET",     "POST", "HEAD",    "CONNECT",
                                         "CONNECT", "PUT",  "OPTIONS", "GET"};
  return kMethods[form & kMethod];
}

}  // namespace

void ClientApplication::start(Draws* draws) {
  for (uint32_t count = draws->below(8); count > 0; --count) {
    const uint32_t kind = draws->octet();
    request(kind, draws->octet());
  }
}

uint32_t ClientApplication::some_stream(Draws* draws) const {
  const uint32_t draw = draws->octet();
  if (draw >= 240 || known_.empty()) return draw % 16;
  return known_[known_.size() - 1 - draw % std::min(known_.size(), size_t{16})];
}

void ClientApplication::react(const Event& event) {
  if (const auto* promise = std::get_if<PushPromiseReceived>(&event)) {
    const uint32_t id = promise->promised_stream_id;
    known_.push_back(id);
    if ((plan(id) & 1) != 0) (void)connection_->reset_stream(id, ErrorCode::kCancel);
  } else if (const auto* interim = std::get_if<InformationalReceived>(&event)) {
    if (interim->status == 100) send_some(interim->stream_id, 100, /*end_stream=*/true);
  } else if (const auto* writable = std::get_if<StreamWritable>(&event)) {
    send_some(writable->stream_id, 500, /*end_stream=*/true);
  } else if (const auto* response = std::get_if<ResponseReceived>(&event)) {
    const uint8_t what = plan(response->stream_id);
    if (what == 0xfe) (void)connection_->shutdown();
    if (what == 0xff) (void)connection_->reset_stream(response->stream_id, ErrorCode::kCancel);
  } else if (const auto* closed = std::get_if<StreamClosed>(&event)) {
    const uint8_t what = plan(closed->stream_id);
    if ((what & 3) == 3 && known_.size() < kEnoughRequests) request(what, what >> 2);
  } else if (std::holds_alternative<GoawayReceived>(event) ||
             std::holds_alternative<StreamIdsExhausted>(event)) {
    require(!connection_->accepts_requests(), "new requests need a new connection");
  }
}

void ClientApplication::message_command(Draws* draws, uint32_t choice, uint32_t stream_id) {
  if (choice == 3) return request(draws->octet(), 0);
  if (choice == 7) {
    (void)connection_->reset_stream(stream_id, ErrorCode::kCancel);
    return;
  }
  const uint32_t kind = draws->octet();
  request(kind, draws->octet());
}

ClientApplication::Fields ClientApplication::request_fields(uint32_t kind, uint32_t form) {
  Fields fields = {{":method", method_of(form)}};
  if ((form & kMethod) == kExtendedConnect) fields.push_back({":protocol", "websocket"});
  if ((form & kMethod) != kConnect) {
    fields.push_back({":scheme", "https"});
    fields.push_back({":path", (form & kMethod) == kOptions ? "*" : "/" + std::to_string(kind)});
  }
  fields.push_back({":authority", "example.org:443"});
  const bool connects = (form & kMethod) == kConnect || (form & kMethod) == kExtendedConnect;
  if ((form & kMethod) == 5 && (kind & 7) < 4) {
    fields.push_back({"content-length", std::to_string(body_size(kind))});
  }
  if ((form & kPriority) != 0 && !connects) fields.push_back({"priority", "u=1, i"});
  if ((form & kCookies) != 0) fields.push_back({"cookie", "a=1; b=2; c=" + std::to_string(kind)});
  if ((form & kLarge) != 0) fields.push_back({"x-filler", std::string(kind * 90, 'f')});
  if ((form & kWrong) != 0) fields.push_back({"connection", "close"});
  return fields;
}

void ClientApplication::request(uint32_t kind, uint32_t form) {
  if (!validated_) {
    form &= ~kWrong;
    if ((form & kMethod) == kExtendedConnect) form ^= kMethod;
  }
  // The body's octets go by the id.
  const uint32_t id = next_request_;
  const bool expects_trailers = (form & kExpectTrailers) != 0;
  const Fields texts = request_fields(kind, form);
  std::vector<Field> fields;
  for (const auto& [name, value] : texts) fields.push_back(Field{name, value});
  const bool accepts = connection_->accepts_requests();
  const RequestResult result =
      connection_->submit_request(fields, body(id, kind, expects_trailers), kind);
  if (!result.ok()) {
    const bool fields_to_blame = result.error == SubmitError::kInvalidFields &&
                                 ((form & kWrong) != 0 || (form & kMethod) == kExtendedConnect);
    require(!accepts || fields_to_blame || result.error == SubmitError::kTooLarge,
            "a good request fails");
    return message_refused(id);
  }
  require(accepts, "a request is taken that is not accepted");
  require((form & kWrong) == 0, "a malformed request is taken");
  require(result.stream_id == id, "a request has another id than the next");
  next_request_ += 2;
  known_.push_back(id);
  const uint32_t method = form & kMethod;
  const bool connects = method == kConnect || method == kExtendedConnect;
  rules_.opened(id, kind, method == 2, connects);
  message_taken(id, kind, expects_trailers);
}

}  // namespace headrace::fuzz
