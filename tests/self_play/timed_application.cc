#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/self_play/body_source.h"
#include "tests/self_play/timed_end.h"

// What the application of an end does, each thing at its time, and what it is told.

namespace headrace::self_play {

using namespace std::string_literals;

void TimedEnd::after(Duration pause, std::function<void()> task) {
  agenda_.emplace(world_.now + pause, std::move(task));
}

// What a command answers on a stream that may have ended meanwhile; else it has to be taken.
bool TimedEnd::is_gone(StreamId id, SubmitError error, const char* command) {
  world_.trace([&] {
    return who() + " ! "s + command + " " + std::to_string(id) + ": " + to_string(error);
  });
  const bool gone = error == SubmitError::kStreamGone || error == SubmitError::kConnectionGone;
  require(gone || error == SubmitError::kNone, command + " is not taken: "s + to_string(error));
  return gone;
}

// --- Requests

void TimedEnd::begin_requests(uint32_t count) {
  requests_left_ = count;
  after(world_.draw_pause(), [this] { ask(); });
}

void TimedEnd::ask() {
  constexpr std::array kMethods = {"GET", "GET", "GET", "PUT", "POST"};
  if (requests_left_ == 0 || !connection_.accepts_requests()) return;
  const StreamId id = next_id_;
  const std::string method = world_.random.pick(kMethods);
  const std::string path = "/" + std::to_string(id);
  std::vector<Field> fields = {{":method", method},
                               {":scheme", "http"},
                               {":authority", "self-play.example"},
                               {":path", path}};
  TimedExchange& exchange = world_.exchanges[id];
  exchange.asked_at = world_.now;
  Body body = draw_body(id, /*response=*/false, method != "GET", &exchange.request);
  const std::string length = std::to_string(exchange.request.planned);
  const auto speech = speeches_.find(id);
  if (speech != speeches_.end()) {
    speech->second.has_length = world_.random.one_in(2);
    if (speech->second.has_length) fields.push_back({"content-length", length});
    if (world_.is_http1() && world_.random.one_in(2)) {
      fields.push_back({"expect", "100-continue"});
      exchange.waits_for_continue = speech->second.waits_for_continue = !world_.random.one_in(4);
    }
  }
  const RequestResult result = connection_.submit_request(fields, std::move(body));
  if (is_gone(id, result.error, "submit_request") || world_.failed()) return;
  require(result.stream_id == id, "is given another stream id");
  next_id_ += 2;
  exchange.request.begun = true;
  open_.insert(id);
  began_at_ = world_.now;
  if (speech != speeches_.end() && !speech->second.waits_for_continue) {
    after(world_.draw_pause(), [this, id] { speak(id); });
  }
  if (style_.resets && world_.random.one_in(3)) {
    after(world_.draw_pause(), [this, id] { reset(id); });
  }
  if (--requests_left_ > 0) after(world_.draw_pause(), [this] { ask(); });
}

// --- Content

// None, whole, or as a speech of pieces.
Body TimedEnd::draw_body(StreamId id, bool response, bool may_speak, TimedMessage* message) {
  const uint32_t kind = may_speak ? world_.random.below(5) : 0;
  if (kind == 0) {
    message->ended = true;
    return Body::none();
  }
  const uint32_t most = world_.random.one_in(8) ? world_.largest_body : 3000;
  uint64_t size = world_.random.up_to(most);
  // What fills the other side's window, and no more.
  if (world_.random.one_in(3)) {
    size = std::min(peer_->options_.initial_window_size, world_.largest_body);
  }
  message->planned = size;
  if (kind == 1 || size == 0) {
    std::vector<uint8_t> octets(static_cast<size_t>(size));
    fill_body(id, response, 0, octets);
    message->given = size;
    message->ended = true;
    return Body::owned(std::move(octets));
  }
  Speech& speech = speeches_[id];
  speech.response = response;
  while (size > 0) {
    const auto piece = static_cast<uint32_t>(
        world_.random.one_in(3) ? size : 1 + world_.random.below(static_cast<uint32_t>(size)));
    speech.pieces.push_back(std::min(piece, 60'000u));
    size -= speech.pieces.back();
    if (speech.pieces.size() > 6 && size < 50'000) {
      if (size > 0) speech.pieces.push_back(static_cast<uint32_t>(size));
      break;
    }
  }
  if (style_.resets && world_.random.one_in(4)) {
    speech.cut_behind = world_.random.below(static_cast<uint32_t>(speech.pieces.size()) + 1);
  }
  if (kind == 2) return Body::stream();
  sources_[id] = std::make_unique<TimedSource>(id, response, message, &source_asked_);
  speech.source = sources_[id].get();
  return Body::source(speech.source);
}

void TimedEnd::speak(StreamId id) {
  const auto found = speeches_.find(id);
  if (found == speeches_.end() || open_.count(id) == 0) return;
  Speech& speech = found->second;
  if (speech.cut_behind == 0) return reset(id);
  if (speech.pieces.empty()) return finish(id);
  TimedExchange& exchange = world_.exchanges[id];
  TimedMessage& message = speech.response ? exchange.response : exchange.request;
  if (!say(id, &speech, &message)) return;
  if (speech.cut_behind && --*speech.cut_behind == 0) return reset(id);
  if (speech.has_length && speech.pieces.empty()) return finish(id);
  after(world_.draw_pause(), [this, id] { speak(id); });
}

// The next piece. False: not all of it, and the rest follows behind StreamWritable, or never.
bool TimedEnd::say(StreamId id, Speech* speech, TimedMessage* message) {
  const uint32_t size = speech->pieces.front();
  if (speech->source != nullptr) {
    speech->source->say(size);
    speech->pieces.pop_front();
    return resume(id);
  }
  std::vector<uint8_t> octets(size);
  fill_body(id, speech->response, message->given, octets);
  const SendResult result = connection_.send_data(stream(id), octets, /*end_stream=*/false);
  if (is_gone(id, result.error, "send_data")) return false;
  message->given += result.accepted;
  if (result.accepted < size) {
    speech->pieces.front() -= static_cast<uint32_t>(result.accepted);
    return false;
  }
  speech->pieces.pop_front();
  return true;
}

// False: nothing asks the source any more, because the message was cut.
bool TimedEnd::resume(StreamId id) {
  const SubmitError error = connection_.resume(stream(id)).error;
  return error != SubmitError::kWrongState && !is_gone(id, error, "resume");
}

void TimedEnd::finish(StreamId id) {
  TimedExchange& exchange = world_.exchanges[id];
  const Speech speech = speeches_[id];
  (speech.response ? exchange.response : exchange.request).ended = true;
  speeches_.erase(id);
  if (speech.source != nullptr) return void(resume(id));
  (void)is_gone(id, connection_.send_data(stream(id), {}, /*end_stream=*/true).error, "end");
}

void TimedEnd::give(StreamId id) {
  Listening& listening = listening_[id];
  if (listening.held == 0) return;
  const auto held = static_cast<uint32_t>(std::exchange(listening.held, 0));
  bool holds = false;
  for (const auto& [other, one] : listening_) holds |= one.held > 0;
  if (!holds) holds_until_ = world_.now;
  if (open_.count(id) > 0) (void)is_gone(id, connection_.credit(stream(id), held).error, "credit");
}

// --- Responses

void TimedEnd::go_on(StreamId id) {
  if (open_.count(id) == 0 || world_.exchanges[id].response.begun) return;
  const SubmitError error = connection_.submit_informational(stream(id), 100).error;
  (void)is_gone(id, error, "submit_informational 100");
}

void TimedEnd::inform(StreamId id) {
  TimedExchange& exchange = world_.exchanges[id];
  if (open_.count(id) == 0 || exchange.response.begun) return;
  const std::string name = std::to_string(id);
  const std::string number = std::to_string(++world_.interim_responses);
  const Field fields[] = {{"x-id", name}, {"x-number", number}};
  const SubmitError error =
      connection_.submit_informational(stream(id), 103, FieldsView(std::span<const Field>(fields)))
          .error;
  if (is_gone(id, error, "submit_informational 103")) return;
  exchange.interim.push_back(world_.interim_responses);
}

void TimedEnd::respond(StreamId id) {
  TimedExchange& exchange = world_.exchanges[id];
  if (open_.count(id) == 0 || exchange.response.begun) return;
  exchange.response.begun = true;
  Body body = draw_body(id, /*response=*/true, /*may_speak=*/true, &exchange.response);
  const std::string name = std::to_string(id);
  const std::string length = std::to_string(exchange.response.planned);
  std::vector<Field> fields = {{":status", "200"}, {"x-id", name}};
  const auto speech = speeches_.find(id);
  const bool speaks = speech != speeches_.end();
  if (speaks) speech->second.has_length = world_.random.one_in(2);
  if (speaks && speech->second.has_length) fields.push_back({"content-length", length});
  const SubmitError error = connection_.submit_response(stream(id), fields, std::move(body)).error;
  if (is_gone(id, error, "submit_response")) return;
  if (speaks) after(world_.draw_pause(), [this, id] { speak(id); });
  if (style_.resets && world_.random.one_in(6)) {
    after(world_.draw_pause(), [this, id] { reset(id); });
  }
}

// --- Ends

void TimedEnd::reset(StreamId id) {
  if (open_.count(id) == 0) return;
  const TimedExchange& exchange = world_.exchanges[id];
  // (A request that waits ends alone.)
  const bool waits = client() && connection_.why_blocked(stream(id)) == Blocked::kPeerConcurrency;
  const SubmitError error = connection_.reset_stream(stream(id), ErrorCode::kCancel).error;
  if (is_gone(id, error, "reset_stream")) return;
  require(!waits || !exchange.server_knows, "a request waits that the server knows");
  waits ? void(world_.resets.insert(id)) : world_.note_cut(id);
}

void TimedEnd::plan_shutdown() {
  after(world_.draw_pause(), [this] {
    if (closed_) return;
    const SubmitError error = connection_.shutdown().error;
    (void)is_gone(0, error, "shutdown");
  });
}

void TimedEnd::plan_terminate() {
  after(world_.draw_pause(), [this] { terminate(); });
}

void TimedEnd::terminate() {
  if (closed_) return;
  world_.torn = true;
  const bool gone = is_gone(0, connection_.terminate(ErrorCode::kInternalError).error, "terminate");
  if (!gone) note_connection_end();
}

// --- What it is told

struct TimedEnd::Hearing {
  TimedEnd& me;

  void operator()(const RequestReceived& event) const {
    const StreamId id = me.hear_name(event);
    TimedExchange& exchange = me.world_.exchanges[id];
    exchange.server_knows = true;
    me.require_safe_to_retry(exchange);
    me.open_.insert(id);
    me.began_at_ = me.world_.now;
    me.hear_head(id, event.fields, event.end_stream);
    Random& random = me.world_.random;
    const bool expects = !event.fields.get("expect").empty();
    const bool early = me.style_.early && random.one_in(3);
    if (expects && !me.options_.automatic_continue && !early) {
      me.after(me.world_.draw_pause(), [me = &me, id] { me->go_on(id); });
    }
    for (uint32_t i = random.one_in(3) ? random.below(4) : 0; i > 0; --i) {
      me.after(me.world_.draw_pause(), [me = &me, id] { me->inform(id); });
    }
    if (early && !event.end_stream) {
      me.after(me.world_.draw_pause(), [me = &me, id] { me->respond(id); });
    }
  }
  void operator()(const ResponseReceived& event) const {
    me.stop_waiting(event.stream_id);
    me.hear_head(event.stream_id, event.fields, event.end_stream);
  }
  void operator()(const InformationalReceived& event) const { me.hear_interim(event); }
  void operator()(const DataReceived& event) const { me.hear_data(event); }
  void operator()(const StreamWritable& event) const {
    const StreamId id = me.name(event.stream_id);
    me.after({}, [me = &me, id] { me->speak(id); });
  }
  void operator()(const StreamClosed& event) const { me.hear_closed(event); }
  void operator()(const ConnectionClosed&) const {
    me.require(me.open_.empty(), "is not told of the end of an exchange");
    me.note_connection_end();
    me.closed_ = true;
    me.agenda_.clear();
  }
  template <typename Other>
  void operator()(const Other&) const {}
};

void TimedEnd::take(const Event& event) { std::visit(Hearing{*this}, event); }

// The exchange of a request: a server may count its streams otherwise, where the client has dropped
// some before they left.
StreamId TimedEnd::hear_name(const RequestReceived& request) {
  StreamId id = 0;
  for (const char digit : std::string(request.fields.get(":path").substr(1))) {
    id = 10 * id + static_cast<StreamId>(digit - '0');
  }
  require(world_.exchanges.count(id) > 0, "is told of a request that nobody made");
  require(id > last_heard_ || !world_.is_http1(), "is told of requests out of order");
  last_heard_ = id;
  names_[request.stream_id] = id;
  streams_[id] = request.stream_id;
  return id;
}

StreamId TimedEnd::name(StreamId stream) const {
  const auto found = names_.find(stream);
  return found == names_.end() ? stream : found->second;
}

StreamId TimedEnd::stream(StreamId name) const {
  const auto found = streams_.find(name);
  return found == streams_.end() ? name : found->second;
}

TimedMessage& TimedEnd::heard(StreamId id) {
  TimedExchange& exchange = world_.exchanges[id];
  return client() ? exchange.response : exchange.request;
}

void TimedEnd::hear_head(StreamId id, FieldsView fields, bool end_stream) {
  TimedMessage& message = heard(id);
  require_in_order(id, fields);
  message.head_heard = true;
  Listening& listening = listening_[id];
  listening.holds = message.planned <= options_.initial_window_size && world_.random.one_in(2);
  if (end_stream) hear_end(id);
}

void TimedEnd::hear_interim(const InformationalReceived& interim) {
  const StreamId id = interim.stream_id;
  if (interim.status == 100) return stop_waiting(id);
  TimedExchange& exchange = world_.exchanges[id];
  const std::string number(interim.fields.get("x-number"));
  require_in_order(id, interim.fields);
  require(!exchange.interim.empty() && number == std::to_string(exchange.interim.front()),
          "is told another interim response than the next");
  if (!exchange.interim.empty()) exchange.interim.pop_front();
}

void TimedEnd::hear_data(const DataReceived& data) {
  const StreamId id = name(data.stream_id);
  TimedMessage& message = heard(id);
  bool same = message.head_heard && !message.end_heard;
  for (const uint8_t octet : data.bytes) {
    same = same && octet == body_octet(id, client(), message.heard++);
  }
  require(same || world_.exchanges[id].refused, "is told other content than was sent");
  if (!options_.automatic_credit && !data.bytes.empty()) {
    Listening& listening = listening_[id];
    listening.held += data.bytes.size();
    holds_until_ = TimePoint::max();
    if (!listening.holds) after(world_.draw_pause(), [this, id] { give(id); });
  }
  if (data.end_stream) hear_end(id);
}

void TimedEnd::hear_end(StreamId id) {
  TimedMessage& message = heard(id);
  require(world_.exchanges[id].refused || message.is_all(message.heard),
          "is told of an end that the other side did not say");
  message.end_heard = true;
  after(world_.draw_pause(), [this, id] { give(id); });
  if (!client()) after(world_.draw_pause(), [this, id] { respond(id); });
}

void TimedEnd::stop_waiting(StreamId id) {
  world_.exchanges[id].waits_for_continue = false;
  const auto speech = speeches_.find(id);
  if (speech == speeches_.end() || !speech->second.waits_for_continue) return;
  speech->second.waits_for_continue = false;
  after(world_.draw_pause(), [this, id] { speak(id); });
}

void TimedEnd::hear_closed(const StreamClosed& closed) {
  const StreamId id = name(closed.stream_id);
  TimedExchange& exchange = world_.exchanges[id];
  require(open_.erase(id) == 1, "is told of the end of an exchange twice");
  (client() ? exchange.client_closed : exchange.server_closed) = true;
  exchange.retry_safe |= closed.retry_safe;
  if (client()) exchange.waits_for_continue = false;
  speeches_.erase(id);
  give(id);
  require_whole(closed, exchange);
  require_safe_to_retry(exchange);
}

void TimedEnd::note_connection_end() {
  if (!data_at_end_) data_at_end_ = connection_.statistics().data_sent;
}

}  // namespace headrace::self_play
