#include <algorithm>
#include <variant>

#include "tests/self_play/application.h"

// What an application is told, held against what the other side said.

namespace headrace::self_play {

struct Application::Taker {
  Application& me;

  void operator()(std::monostate) const { me.report_.fail(me.who() + " is told nothing"); }

  void operator()(const RequestReceived& event) const {
    const StreamId id = event.stream_id;
    me.require(!me.client() && id > me.last_heard_id_, id, "is told of a request late");
    me.last_heard_id_ = id;
    Exchange* exchange = me.find(id);
    if (exchange == nullptr) return me.require(false, id, "is told of a request nobody made");
    me.begin(exchange, event.user_data);
    me.hear_head(exchange, &exchange->request, event.fields, event.end_stream);
  }
  void operator()(const ResponseReceived& event) const {
    Exchange* exchange = me.on_stream(event.stream_id, event.user_data);
    if (exchange == nullptr) return;
    me.require(std::to_string(event.status) == event.fields.get(":status"), event.stream_id,
               "is told another status");
    exchange->client.tunnel = exchange->is_connect && event.status < 300;
    me.hear_head(exchange, &exchange->response, event.fields, event.end_stream);
  }
  void operator()(const InformationalReceived& event) const {
    Exchange* exchange = me.on_stream(event.stream_id, event.user_data);
    if (exchange == nullptr) return;
    Message& response = exchange->response;
    me.require(!response.head_heard && !event.end_stream && !response.interim.empty() &&
                   is_same(response.interim.front(), event.fields),
               event.stream_id, "is told another interim response");
    if (!response.interim.empty()) response.interim.pop_front();
  }
  void operator()(const PushPromiseReceived& event) const {
    if (me.on_stream(event.stream_id, event.user_data) == nullptr) return;
    const StreamId id = event.promised_stream_id;
    me.require(id > me.last_heard_id_, id, "is promised a push late");
    me.last_heard_id_ = id;
    Exchange* exchange = me.find(id);
    if (exchange == nullptr) return me.require(false, id, "is promised what nobody promised");
    me.require(exchange->promised_on == event.stream_id, id, "is promised it on another stream");
    me.begin(exchange, 0);
    me.require(is_same(*exchange->request.head, event.fields), id, "is promised something else");
  }
  void operator()(const DataReceived& event) const { me.hear_data(event); }
  void operator()(const TrailersReceived& event) const {
    Exchange* exchange = me.on_stream(event.stream_id, event.user_data);
    if (exchange == nullptr) return;
    const Message& message = me.heard(exchange);
    me.require(message.head_heard && event.end_stream && message.trailers &&
                   is_same(*message.trailers, event.fields),
               event.stream_id, "is told other trailers");
    me.hear_end(exchange);
  }
  void operator()(const StreamClosed& event) const { me.hear_closed(event); }
  void operator()(const StreamWritable& event) const {
    Exchange* exchange = me.on_stream(event.stream_id, event.user_data);
    if (exchange == nullptr) return;
    Part& part = me.mine(exchange);
    me.require(part.writable_due, event.stream_id, "may write, and was not refused before");
    part.writable_due = false;
  }
  void operator()(const ResponseSent& event) const {
    if (me.on_stream(event.stream_id, event.user_data) == nullptr) return;
    const FrameModel::Stream& frames = me.frames_.stream(event.stream_id);
    me.require(!me.client() && frames.end_sent && !frames.end_received, event.stream_id,
               "is told of a response that is not sent, or of one whose request has ended");
  }
  void operator()(const BodyReleased& event) const {
    me.hear_released(event.stream_id, event.user_data);
  }
  void operator()(const PriorityUpdateReceived& event) const {
    Exchange* exchange = me.on_stream(event.stream_id, event.user_data);
    if (exchange == nullptr) return;
    // (Updates that come when nothing is left to send are not told.)
    auto& given = exchange->priorities;
    while (!given.empty() && given.front() != event.priority) given.pop_front();
    me.require(!me.client() && !given.empty(), event.stream_id, "is told another priority");
    if (!given.empty()) given.pop_front();
  }
  void operator()(const SettingsReceived& event) const {
    auto& settings = me.their_announcements().settings;
    const bool same =
        !settings.empty() && std::equal(event.entries.begin(), event.entries.end(),
                                        settings.front().begin(), settings.front().end());
    me.require(same, 0, "is told other SETTINGS");
    if (!settings.empty()) settings.pop_front();
    for (const Setting setting : event.entries) {
      if (setting.id == SettingId::kEnableConnectProtocol && setting.value == 1) {
        me.connect_protocol_announced_ = true;
      }
    }
  }
  void operator()(const SettingsAcknowledged&) const {
    me.require(me.settings_asked_ > 0, 0, "is told that nothing was acknowledged");
    --me.settings_asked_;
  }
  void operator()(const PingReceived& event) const {
    auto& pings = me.their_announcements().pings;
    me.require(!pings.empty() && pings.front() == event.opaque, 0, "is told of another PING");
    if (!pings.empty()) pings.pop_front();
  }
  void operator()(const PingAcknowledged& event) const {
    me.require(!me.pings_asked_.empty() && me.pings_asked_.front() == event.opaque, 0,
               "is told that another PING was answered");
    me.require(event.round_trip.count() >= 0, 0, "is answered before it asked");
    if (!me.pings_asked_.empty()) me.pings_asked_.pop_front();
  }
  void operator()(const GoawayReceived& event) const {
    me.goaway_heard_ = true;
    me.goaway_code_ = event.error;
    auto& goaways = me.their_announcements().goaways;
    me.require(!goaways.empty() && goaways.front().last_stream_id == event.last_stream_id &&
                   goaways.front().code == event.error &&
                   goaways.front().debug_data == event.debug_data.text(),
               0, "is told another GOAWAY");
    if (!goaways.empty()) goaways.pop_front();
  }
  void operator()(const UnknownFrameReceived& event) const {
    auto& frames = me.their_announcements().frames;
    me.require(!frames.empty() && frames.front().type == event.type &&
                   frames.front().flags == event.flags &&
                   frames.front().stream_id == event.stream_id &&
                   frames.front().payload == event.payload.text(),
               event.stream_id, "is told of another frame");
    if (!frames.empty()) frames.pop_front();
  }
  void operator()(const StreamIdsExhausted&) const {
    me.require(me.client() && me.next_id_ > kMaxStreamId && !me.exhaustion_told_, 0,
               "is told that there are no more ids");
    me.exhaustion_told_ = true;
  }
  void operator()(const AltSvcReceived&) const { me.require(false, 0, "is told of ALTSVC"); }
  void operator()(const OriginReceived&) const { me.require(false, 0, "is told of ORIGIN"); }
  void operator()(const ConnectionClosed& event) const { me.hear_connection_closed(event); }
};

void Application::take(const Event& event) {
  report_.trace([&] { return who() + " = " + event_line(event); });
  digest(event, &report_);
  report_.count_event(event.index());
  require(!connection_closed_ || std::holds_alternative<BodyReleased>(event), 0,
          "is told something behind ConnectionClosed");
  std::visit(Taker{*this}, event);
}

void Application::require(bool condition, StreamId id, const char* what) const {
  report_.require(condition, [&] {
    return who() + " " + what + (id == 0 ? "" : ": stream " + std::to_string(id));
  });
}

Exchange* Application::find(StreamId id) const {
  const auto found = conversation_.exchanges.find(id);
  return found == conversation_.exchanges.end() ? nullptr : &found->second;
}

// An event of a stream that it knows and that is not closed.
Exchange* Application::on_stream(StreamId id, uintptr_t user_data) {
  Exchange* exchange = find(id);
  if (exchange == nullptr || !mine(exchange).known || mine(exchange).closed) {
    require(false, id, "is told of a stream that it does not know, or that is closed");
    return nullptr;
  }
  require(mine(exchange).user_data == user_data, id, "is told other user_data");
  return exchange;
}

// The other side has opened a stream.
void Application::begin(Exchange* exchange, uintptr_t user_data) {
  Part& part = mine(exchange);
  require(!part.known && user_data == 0, exchange->id, "is told of a stream twice");
  part.known = true;
  part.automatic_credit = options_.automatic_credit;
  open_.push_back(exchange->id);
}

void Application::hear_head(Exchange* exchange, Message* message, FieldsView fields,
                            bool end_stream) {
  require(message->head && !message->head_heard && message->interim.empty(), exchange->id,
          "is told of a head out of order");
  require(message->head && is_same(*message->head, fields), exchange->id, "is told other fields");
  message->head_heard = true;
  if (end_stream) {
    require(!message->trailers, exchange->id, "is not told of trailers");
    hear_end(exchange);
  }
}

void Application::hear_data(const DataReceived& data) {
  Exchange* exchange = on_stream(data.stream_id, data.user_data);
  if (exchange == nullptr) return;
  Message& message = heard(exchange);
  require(message.head_heard && !message.end_heard, data.stream_id, "is told DATA out of order");
  require(!data.bytes.empty() || data.end_stream, data.stream_id, "is told DATA of nothing");
  bool same = true;
  for (uint8_t octet : data.bytes) {
    same = same && octet == body_octet(data.stream_id, client(), message.heard++);
  }
  require(same, data.stream_id, "is told other DATA than was sent");
  Part& part = mine(exchange);
  if (!part.automatic_credit) part.uncredited += data.bytes.size();
  if (!data.end_stream) return;
  require(!message.trailers, data.stream_id, "is not told of trailers");
  hear_end(exchange);
}

void Application::hear_end(Exchange* exchange) {
  Message& message = heard(exchange);
  if (message.body == BodyKind::kSource) {
    const TestBodySource* source = theirs(exchange).source.get();
    message.whole = source == nullptr || source->ended();
    message.given = source == nullptr ? message.given : source->given();
  }
  require(message.whole && !message.trailers_expected && !message.end_heard, exchange->id,
          "is told of an end that the other side did not say");
  require(message.heard == message.given, exchange->id, "is told less DATA than was sent");
  message.end_heard = true;
}

void Application::hear_released(StreamId id, UserData user_data) {
  Exchange* exchange = find(id);
  if (exchange == nullptr || mine(exchange).view == nullptr) {
    return require(false, id, "gets a body back that it did not lend");
  }
  require(user_data == mine(exchange).user_data, id, "gets a body back with other user_data");
  mine(exchange).view.reset();
  --views_lent_;
}

void Application::hear_closed(const StreamClosed& closed) {
  const StreamId id = closed.stream_id;
  if (closed.body_released) hear_released(id, closed.user_data);
  Exchange* exchange = on_stream(id, closed.user_data);
  if (exchange == nullptr) return;
  Part& part = mine(exchange);
  part.closed = true;
  part.writable_due = false;
  part.uncredited = 0;
  if (part.source != nullptr) {
    Message& message = spoken(exchange);
    message.given = part.source->given();
    message.whole = part.source->ended();
    part.source.reset();
  }
  std::erase(open_, id);
  std::erase(waiting_, id);
  const bool opened = frames_.stream(id).opened;
  switch (closed.closed_by) {
    case ClosedBy::kEnd: {
      const FrameModel::Stream& frames = frames_.stream(id);
      require(frames.end_sent && frames.end_received, id, "is told of an end out of order");
      require(heard(exchange).end_heard || exchange->promised_on != 0, id,
              "is told of an end before that of the message");
      require(closed.error == ErrorCode::kNoError && !closed.retry_safe, id,
              "is told of an error at the end");
      break;
    }
    case ClosedBy::kLocal:
      require_closed_locally(closed, exchange);
      if (client()) require(closed.retry_safe == !opened, id, "is told a wrong retry_safe");
      break;
    case ClosedBy::kPeer:
      require_closed_by_peer(closed, exchange);
      break;
    case ClosedBy::kTransport:
      require(input_ended_ && closed.error == ErrorCode::kCancel, id,
              "is told of a transport that was not lost");
      if (client()) require(closed.retry_safe == !opened, id, "is told a wrong retry_safe");
      break;
  }
  const SubmitError error = connection_->reset_stream(id, ErrorCode::kCancel).error;
  require(
      error == (inspector_->is_open() ? SubmitError::kStreamGone : SubmitError::kConnectionGone),
      id, "finds a closed stream that is not gone");
}

void Application::require_closed_locally(const StreamClosed& closed, Exchange* exchange) {
  const Part& part = mine(exchange);
  const bool opened = frames_.stream(exchange->id).opened;
  const bool asked = opened ? part.reset_sent == closed.error : part.reset_asked == closed.error;
  ErrorCode end = terminated_.value_or(ErrorCode::kNoError);
  if (end == ErrorCode::kNoError) end = ErrorCode::kCancel;
  require(asked || (terminated_ && end == closed.error), exchange->id,
          "is told of a reset that nobody asked for");
}

void Application::require_closed_by_peer(const StreamClosed& closed, Exchange* exchange) {
  const StreamId id = exchange->id;
  const bool reset =
      theirs(exchange).reset_sent == closed.error && frames_.stream(id).reset_received;
  const bool own = (id % 2 == 1) == client();
  // (A request that waits is not sent behind a GOAWAY.)
  const ErrorCode code =
      goaway_code_ == ErrorCode::kNoError ? ErrorCode::kRefusedStream : goaway_code_;
  const bool refused = own && goaway_heard_ && closed.error == code &&
                       (id > frames_.peer_goaway_last() || !frames_.stream(id).opened);
  // The transport was lost behind a GOAWAY that says why.
  const bool ended = input_ended_ && goaway_heard_ && closed.error == goaway_code_;
  require(reset || refused || ended, id, "is told of a reset by the peer that did not send it");
  if (!client()) return;
  require(closed.retry_safe == ((reset && closed.error == ErrorCode::kRefusedStream) || refused ||
                                !frames_.stream(id).opened),
          id, "is told a wrong retry_safe");
}

void Application::hear_connection_closed(const ConnectionClosed& closed) {
  connection_closed_ = true;
  require(open_.empty(), open_.empty() ? 0 : open_.front(), "is not told of the end of a stream");
  const ErrorCode code = closed.error.code;
  bool asked = false;
  switch (closed.closed_by) {
    case ClosedBy::kLocal:
      asked = terminated_ ? code == *terminated_
                          : code == ErrorCode::kNoError && (shutdown_asked_ || shutdown_by_time_);
      break;
    case ClosedBy::kPeer:
      asked = input_ended_ && !terminated_ && (code == ErrorCode::kNoError || code == goaway_code_);
      break;
    case ClosedBy::kTransport:
      asked = input_ended_ && !terminated_ && code == ErrorCode::kCancel;
      break;
    case ClosedBy::kEnd:
      break;
  }
  report_.require(asked, [&] {
    return who() + " is told of the connection's end, and nobody asked for it: " +
           headrace::describe(closed.error);
  });
  require(connection_->ping(1).error == SubmitError::kConnectionGone, 0,
          "can go on behind the end");
}

void Application::require_told() const {
  if (connection_closed_) return;
  for (StreamId id : open_) {
    require(!mine(find(id)).gone, id, "was told that a stream is gone, and not of its end");
  }
}

}  // namespace headrace::self_play
