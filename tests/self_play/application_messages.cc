#include <algorithm>
#include <string>

#include "tests/self_play/application.h"

// Requests, responses and their bodies.

namespace headrace::self_play {
namespace {

constexpr std::array<uint32_t, 8> kStatus = {200, 200, 200, 404, 204, 304, 500, 999};

}  // namespace

// --- Bodies.

void Application::plan_body(Message* message, bool may_be_large) {
  message->body = static_cast<BodyKind>(random_.below(6));
  message->trailers_expected = random_.one_in(6);
  message->whole = message->body != BodyKind::kSource && message->body != BodyKind::kStream;
  if (message->body == BodyKind::kNone) return;
  uint32_t most = !may_be_large ? 100 : random_.one_in(30) ? 200000 : 4000;
  if (message->body == BodyKind::kStream) most = std::min(most, 50 * options_.send_buffer_size);
  message->planned = random_.up_to(most);
  if (message->whole) message->given = message->planned;
}

Body Application::make_body(Exchange* exchange, Message* message, Part* part) {
  const StreamId id = exchange->id;
  const bool response = message == &exchange->response;
  std::vector<uint8_t> octets(message->whole ? message->planned : 0);
  fill_body(id, response, 0, octets);
  auto body = [&] {
    switch (message->body) {
      case BodyKind::kNone:
        return Body::none();
      case BodyKind::kView:
        part->view = std::make_unique<std::vector<uint8_t>>(std::move(octets));
        return Body::view(*part->view);
      case BodyKind::kString:
        return Body::owned(std::string(octets.begin(), octets.end()));
      case BodyKind::kVector:
        return Body::owned(std::move(octets));
      case BodyKind::kSource: {
        const uint64_t fails_at = random_.one_in(10) ? random_.below(1000) : message->planned + 1;
        part->source = std::make_unique<TestBodySource>(id, response, message->planned, fails_at,
                                                        random_.number());
        return Body::source(part->source.get());
      }
      case BodyKind::kStream:
        return Body::stream();
    }
    return Body::none();
  };
  if (!message->trailers_expected) return body();
  return body().expect_trailers();
}

void Application::send_data(Exchange* exchange, bool all) {
  Message& message = spoken(exchange);
  Part& part = mine(exchange);
  const bool listens = client() && exchange->promised_on != 0;
  const bool open = !listens && message.head && message.body == BodyKind::kStream && !message.whole;
  const uint64_t left = message.planned - std::min(message.given, message.planned);
  const uint64_t size =
      all || random_.one_in(4) ? left : std::min<uint64_t>(left, random_.up_to(9000));
  const bool end = open && size == left && (all || random_.one_in(2));
  std::vector<uint8_t> octets(static_cast<size_t>(open ? size : 0));
  fill_body(exchange->id, !client(), message.given, octets);
  const size_t room = connection_->send_room(exchange->id);
  const bool owned = random_.one_in(3);
  const SendResult result = owned ? connection_->send_data(exchange->id, Body::owned(octets), end)
                                  : connection_->send_data(exchange->id, octets, end);
  if (!answers("send_data", exchange, result.error,
               open ? SubmitError::kNone : SubmitError::kWrongState)) {
    return;
  }
  // (An owned chunk is taken whole if there is any room.)
  const size_t taken = owned && room > 0 ? octets.size() : std::min(octets.size(), room);
  require(result.accepted == taken, exchange->id,
          "is taken more or less DATA than there was room for");
  message.given += result.accepted;
  if (result.accepted < octets.size()) {
    part.writable_due = true;
  } else if (end) {
    message.whole = true;
  }
}

bool Application::can_send_trailers(Exchange* exchange) const {
  const Message& message = spoken(exchange);
  if (client() && (exchange->promised_on != 0 || exchange->is_connect)) return false;
  if (!client() && mine(exchange).tunnel) return false;
  return message.head && !message.trailers && !frames_.stream(exchange->id).end_sent;
}

void Application::send_trailers(Exchange* exchange) {
  Message& message = spoken(exchange);
  // With a content-length the body has to be what was announced.
  if (message.body == BodyKind::kStream && !message.whole && message.given < message.planned &&
      can_send_trailers(exchange)) {
    return;
  }
  Fields trailers;
  if (!random_.one_in(5)) {
    trailers.push_back({"x-sum", std::to_string(random_.below(100))});
    add_random_fields(Section::kTrailers, &random_, &trailers);
  }
  const bool can = can_send_trailers(exchange);
  const SubmitError answer = connection_->send_trailers(exchange->id, views(trailers)).error;
  if (!answers("send_trailers", exchange, answer,
               can ? SubmitError::kNone : SubmitError::kWrongState)) {
    return;
  }
  message.trailers_expected = false;
  if (message.body == BodyKind::kStream) message.whole = true;
  if (!trailers.empty()) message.trailers = std::move(trailers);
}

// --- Requests.

void Application::request() {
  if (open_.size() > 120 || (open_.size() > 12 && !random_.one_in(8))) return;
  Exchange exchange;
  exchange.id = next_id_;
  Fields fields;
  const uint32_t kind = random_.below(20);
  const bool protocol = kind == 1 && connect_protocol_announced_;
  exchange.is_connect = kind == 0 || protocol;
  exchange.is_head = kind == 2;
  const bool has_body = kind >= 12;
  if (has_body) plan_body(&exchange.request, /*may_be_large=*/true);
  if (exchange.is_connect) {
    exchange.request.body = BodyKind::kStream;
    exchange.request.planned = random_.up_to(std::min(4000u, 50 * options_.send_buffer_size));
    exchange.request.whole = false;
    fields.push_back({":method", "CONNECT"});
    if (protocol) fields.push_back({":protocol", "websocket"});
  } else {
    if (!has_body) exchange.request.whole = true;
    fields.push_back({":method", exchange.is_head ? "HEAD" : has_body ? "POST" : "GET"});
  }
  if (!exchange.is_connect || protocol) {
    fields.push_back({":scheme", random_.one_in(2) ? "https" : "http"});
    fields.push_back({":path", "/" + std::to_string(random_.below(50))});
  }
  // CONNECT without :protocol names a port (RFC 9110 §9.3.6).
  const bool needs_port = exchange.is_connect && !protocol;
  fields.push_back({":authority", needs_port ? "self-play.example:443" : "self-play.example"});
  if (has_body && random_.one_in(3)) {
    fields.push_back({"content-length", std::to_string(exchange.request.planned)});
  }
  if (random_.one_in(5)) {
    fields.push_back(
        {"priority", "u=" + std::to_string(random_.below(8)) + (random_.one_in(2) ? ", i" : "")});
  }
  add_random_fields(Section::kRequest, &random_, &fields);
  if (options_.validate_outbound && random_.one_in(40)) fields.push_back({"Upper-Case", ""});
  submit_request(&exchange, std::move(fields));
}

void Application::request_simply() {
  Exchange exchange;
  exchange.id = next_id_;
  exchange.request.whole = true;
  submit_request(&exchange, {{":method", "GET"},
                             {":scheme", "https"},
                             {":path", "/"},
                             {":authority", "self-play.example"}});
}

SubmitError Application::expected_of_request(const Fields& fields) const {
  if (!inspector_->is_open()) return SubmitError::kConnectionGone;
  if (shutdown_asked_ || shutdown_by_time_ || frames_.goaway_received()) {
    return SubmitError::kGoingAway;
  }
  if (next_id_ > kMaxStreamId) return SubmitError::kStreamIdsExhausted;
  if (fields.back().name == "Upper-Case") return SubmitError::kInvalidFields;
  if (list_size(fields, options_.split_cookies) > frames_.peer_settings().max_header_list_size) {
    return SubmitError::kTooLarge;
  }
  return SubmitError::kNone;
}

void Application::submit_request(Exchange* exchange, Fields fields) {
  const SubmitError expected = expected_of_request(fields);
  const bool accepts = connection_->accepts_requests();
  Part& part = exchange->client;
  part.user_data = random_.number();
  // What it sends is heard of before it returns.
  Exchange& kept = conversation_.exchanges[exchange->id] = std::move(*exchange);
  const StreamId id = kept.id;
  const RequestResult result = connection_->submit_request(
      views(fields), make_body(&kept, &kept.request, &kept.client), kept.client.user_data);
  report_.trace([&] {
    return who() + " ! submit_request " + std::to_string(id) + ": " + to_string(result.error) +
           describe(views(fields));
  });
  report_.require(result.error == expected, [&] {
    return who() + ": submit_request answers " + to_string(result.error) + " instead of " +
           to_string(expected);
  });
  require(accepts == (expected == SubmitError::kNone || expected == SubmitError::kInvalidFields ||
                      expected == SubmitError::kTooLarge),
          0, "is told by accepts_requests() what submit_request() does not do");
  if (!result.ok()) {
    conversation_.exchanges.erase(id);
    return;
  }
  require(result.stream_id == next_id_, id, "is given another stream id");
  next_id_ += 2;
  kept.request.head = std::move(fields);
  kept.client.known = true;
  kept.client.automatic_credit = options_.automatic_credit;
  if (kept.client.view != nullptr) ++views_lent_;
  open_.push_back(id);
  if (!frames_.stream(id).opened) waiting_.push_back(id);
}

// --- Responses.

void Application::respond(Exchange* exchange, bool simply) {
  Message response;
  const uint32_t status = simply ? 200 : random_.pick(kStatus);
  plan_body(&response, !simply);
  if (simply && response.body == BodyKind::kSource) response.body = BodyKind::kStream;
  const bool tunnel = exchange->is_connect && status < 300;
  const bool bodiless = exchange->is_head || (!tunnel && (status == 204 || status == 304));
  if (tunnel) response.trailers_expected = false;
  Fields fields;
  fields.push_back({":status", std::to_string(status)});
  if (!bodiless && !tunnel && random_.one_in(3)) {
    fields.push_back({"content-length", std::to_string(response.planned)});
  }
  add_random_fields(Section::kResponse, &random_, &fields);

  Message& message = exchange->response;
  Part& part = exchange->server;
  if (message.head) {  // a second one is refused
    const SubmitError answer = connection_->submit_response(exchange->id, views(fields)).error;
    answers("submit_response", exchange, answer, SubmitError::kWrongState);
    return;
  }
  response.interim = std::move(message.interim);
  response.interim_given = message.interim_given;
  message = std::move(response);
  Body body = make_body(exchange, &message, &part);
  if (bodiless) {
    message.body = BodyKind::kNone;
    message.planned = message.given = 0;
    message.whole = true;
    message.trailers_expected = false;
  }
  part.tunnel = tunnel;
  const SubmitError answer =
      connection_->submit_response(exchange->id, views(fields), std::move(body)).error;
  if (!answers("submit_response", exchange, answer, SubmitError::kNone)) {
    message.body = BodyKind::kNone;
    message.planned = message.given = 0;
    message.whole = message.trailers_expected = false;
    part.view.reset();
    part.source.reset();
    part.tunnel = false;
    return;
  }
  if (part.view != nullptr) ++views_lent_;
  if (bodiless) part.source.reset();
  message.head = std::move(fields);
}

void Application::inform(Exchange* exchange) {
  Message& message = exchange->response;
  if (message.interim_given > 50) return;  // Limits::informational_responses
  Fields fields;
  fields.push_back({":status", random_.one_in(2) ? "100" : "103"});
  add_random_fields(Section::kResponse, &random_, &fields);
  const SubmitError answer = connection_->submit_informational(exchange->id, views(fields)).error;
  if (answers("submit_informational", exchange, answer,
              message.head ? SubmitError::kWrongState : SubmitError::kNone)) {
    message.interim.push_back(std::move(fields));
    ++message.interim_given;
  }
}

void Application::push(Exchange* exchange) {
  Fields fields;
  const bool is_head = random_.one_in(10);
  fields.push_back({":method", is_head ? "HEAD" : "GET"});
  fields.push_back({":scheme", "https"});
  fields.push_back({":authority", "self-play.example"});
  fields.push_back({":path", "/push/" + std::to_string(random_.below(50))});
  add_random_fields(Section::kRequest, &random_, &fields);
  SubmitError expected = SubmitError::kNone;
  if (exchange->promised_on != 0 || mine(exchange).tunnel ||
      frames_.stream(exchange->id).end_sent) {
    expected = SubmitError::kWrongState;
  } else if (frames_.peer_settings().enable_push == 0) {
    expected = SubmitError::kPushDisabled;
  } else if (shutdown_asked_ || shutdown_by_time_ || frames_.goaway_received()) {
    expected = SubmitError::kGoingAway;
  } else if (next_id_ > kMaxStreamId) {
    expected = SubmitError::kStreamIdsExhausted;
  } else if (frames_.count(/*own=*/true) >= frames_.own_limit()) {
    expected = SubmitError::kTooManyStreams;
  } else if (list_size(fields, options_.split_cookies) >
             frames_.peer_settings().max_header_list_size) {
    expected = SubmitError::kTooLarge;
  }
  const StreamId id = next_id_;
  const uintptr_t user_data = random_.number();
  const RequestResult result = connection_->submit_push(exchange->id, views(fields), user_data);
  if (!answers("submit_push", exchange, result.error, expected)) return;
  require(result.stream_id == id, id, "is given another stream id for a push");
  next_id_ += 2;
  Exchange& pushed = conversation_.exchanges[id];
  pushed.id = id;
  pushed.is_head = is_head;
  pushed.promised_on = exchange->id;
  pushed.request.head = std::move(fields);
  pushed.server.known = true;
  pushed.server.user_data = user_data;
  pushed.server.automatic_credit = options_.automatic_credit;
  open_.push_back(id);
}

}  // namespace headrace::self_play
