#include <algorithm>

#include "tests/self_play/application.h"

// What an application asks for, apart from messages, and what has to come of it.

namespace headrace::self_play {
namespace {

constexpr std::array kCodes = {ErrorCode::kCancel,          ErrorCode::kNoError,
                               ErrorCode::kInternalError,   ErrorCode::kRefusedStream,
                               ErrorCode::kEnhanceYourCalm, static_cast<ErrorCode>(0xdeadbeef)};

// Narrow ones last long: a body goes through them octet by octet.
constexpr std::array<uint32_t, 8> kReceiveWindows = {65535, 16384,   100'000, 1'000'000,
                                                     20000, 200'000, 65536,   5000};

bool is_widest(const Setting& setting) {
  return setting.id == SettingId::kInitialWindowSize && setting.value > 0x7fffffff - 1'000'000;
}

StreamId first_id(Role role, const Options& options) {
  if (options.first_stream_id != 0) return options.first_stream_id;
  return role == Role::kClient ? 1 : 2;
}

}  // namespace

Application::Application(Role role, const Options& options, const World& world,
                         const FrameModel* frames)
    : role_(role),
      options_(options),
      conversation_(*world.conversation),
      random_(*world.random),
      report_(*world.report),
      frames_(*frames),
      next_id_(first_id(role, options)),
      widest_announced_(is_widest({SettingId::kInitialWindowSize, options.initial_window_size})) {}

void Application::connect(Connection* connection, bool recorded) {
  connection_ = connection;
  inspector_.emplace(connection, recorded);
}

// --- What commands answer.

bool Application::answers(const char* command, Exchange* exchange, SubmitError answer,
                          SubmitError expected) {
  report_.trace([&] {
    return who() + " ! " + command + " " + std::to_string(exchange->id) + ": " + to_string(answer);
  });
  Part& part = mine(exchange);
  auto require_is = [&](SubmitError wanted) {
    report_.require(answer == wanted, [&] {
      return who() + ": " + command + " on stream " + std::to_string(exchange->id) + " answers " +
             to_string(answer) + " instead of " + to_string(wanted);
    });
  };
  if (!inspector_->is_open()) {
    require_is(SubmitError::kConnectionGone);
  } else if (part.closed || part.gone) {
    require_is(SubmitError::kStreamGone);
  } else if (answer == SubmitError::kStreamGone) {
    part.gone = true;
    require(connection_->has_events(), exchange->id, "is not told of the end of a stream");
  } else {
    require_is(expected);
  }
  return answer == SubmitError::kNone;
}

void Application::answers(const char* command, SubmitError answer) {
  report_.trace([&] { return who() + " ! " + command + ": " + to_string(answer); });
  const SubmitError wanted =
      inspector_->is_open() ? SubmitError::kNone : SubmitError::kConnectionGone;
  report_.require(answer == wanted, [&] {
    return who() + ": " + command + " answers " + to_string(answer) + " instead of " +
           to_string(wanted);
  });
}

// --- What it does.

void Application::act() {
  if (connection_closed_ && !random_.one_in(50)) return;
  const uint32_t kind = random_.below(40);
  if (kind < 8 && client()) {
    request();
  } else if (kind < 34) {
    act_on_stream();
  } else if (kind < 38) {
    act_on_connection();
  } else {
    act_on_strangers();
  }
}

Exchange* Application::some_exchange() {
  return open_.empty() ? nullptr : find(open_[random_.below(static_cast<uint32_t>(open_.size()))]);
}

void Application::act_on_stream() {
  Exchange* exchange = some_exchange();
  if (exchange == nullptr) return;
  Part& part = mine(exchange);
  Message& message = spoken(exchange);
  if (random_.one_in(60)) return reset(exchange, random_.pick(kCodes));
  if (random_.one_in(30)) return set_automatic_credit(exchange, random_.one_in(2));
  if (random_.one_in(30)) return update_priority(exchange);
  if (random_.one_in(40)) return resize_window(exchange);
  if (random_.one_in(30)) {
    const uintptr_t user_data = random_.number();
    const SubmitError answer = connection_->set_user_data(exchange->id, user_data).error;
    if (answers("set_user_data", exchange, answer, SubmitError::kNone)) part.user_data = user_data;
    return;
  }
  if (part.uncredited > 0 && random_.one_in(3)) {
    return credit(exchange,
                  random_.one_in(2) ? part.uncredited : random_.number() % (part.uncredited + 1));
  }
  if (!client() && !message.head) {
    const uint32_t kind = random_.below(8);
    if (kind < 4) return respond(exchange, /*simply=*/false);
    if (kind == 4) return inform(exchange);
    if (kind == 5) return push(exchange);
  } else if (message.body == BodyKind::kSource && part.source != nullptr &&
             part.source->waiting()) {
    return resume(exchange);
  } else if (message.body == BodyKind::kStream && !message.whole && !part.writable_due &&
             !random_.one_in(4)) {
    return send_data(exchange, /*all=*/false);
  } else if (message.trailers_expected && random_.one_in(3)) {
    return send_trailers(exchange);
  }
  // What is out of place has its answer, too.
  switch (random_.below(24)) {
    case 0:
      return send_data(exchange, /*all=*/false);
    case 1:
      return send_trailers(exchange);
    case 2:
      return resume(exchange);
    case 3:
      return credit(exchange, part.uncredited + random_.below(2));
    case 4:
      return client() ? void() : push(exchange);
    case 5:
      return client() ? void() : inform(exchange);
    case 6:
      return client() ? void() : respond(exchange, /*simply=*/false);
    default:
      return;
  }
}

// Streams that are gone, or never were.
void Application::act_on_strangers() {
  const bool own = random_.one_in(2);
  const StreamId used = own ? next_id_ : last_heard_id_ + 2;
  const bool odd = client() == own;
  const StreamId id = random_.one_in(4) ? used + 2 * random_.below(10)
                                        : random_.below(used / 2 + 1) * 2 + (odd ? 1 : 0);
  if (id == 0 || id > kMaxStreamId) return;
  Exchange* exchange = find(id);
  if (exchange != nullptr && mine(exchange).known && !mine(exchange).closed) return;
  const SubmitError answer = random_.one_in(2) ? connection_->credit(id, 0).error
                                               : connection_->send_data(id, {}, true).error;
  report_.trace(
      [&] { return who() + " ! stranger " + std::to_string(id) + ": " + to_string(answer); });
  if (!inspector_->is_open()) {
    return require(answer == SubmitError::kConnectionGone, id, "talks to a stream on nothing");
  }
  const bool announced = exchange != nullptr && mine(exchange).known;
  if (own || announced) {
    const bool unused = own && id >= next_id_;
    return require(answer == (unused ? SubmitError::kUnknownStream : SubmitError::kStreamGone), id,
                   "does not find a stream gone");
  }
  require(answer == SubmitError::kUnknownStream || answer == SubmitError::kStreamGone, id,
          "finds a stream that it was not told of");
}

void Application::act_on_connection() {
  switch (random_.below(40)) {
    case 0:
      return random_.one_in(4) ? shut_down() : void();
    case 1:
      return random_.one_in(10) ? terminate() : void();
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
      return change_settings();
    case 9:
    case 10:
    case 11:
    case 12:
      return send_custom_frame();
    case 13:
      return resize_connection_window();
    default:
      return ping();
  }
}

void Application::ping() {
  if (pings_asked_.size() > 100) return;
  const uint64_t opaque = next_ping_++;
  const SubmitError answer = connection_->ping(opaque).error;
  answers("ping", answer);
  if (answer == SubmitError::kNone) pings_asked_.push_back(opaque);
}

void Application::change_settings() {
  static constexpr std::array<uint32_t, 6> kTables = {4096, 0, 50, 100, 1000, 20000};
  static constexpr std::array<uint32_t, 8> kWindows = {65535, 0,     1,      100,
                                                       1000,  16384, 200000, 0x7fffffff};
  static constexpr std::array<uint32_t, 5> kFrames = {16384, 16385, 20000, 1 << 20, (1 << 24) - 1};
  static constexpr std::array<uint32_t, 6> kStreams = {100, 0, 1, 2, 5, 1000};
  // (What a smaller one refuses depends on what is on its way; that is for transcripts.)
  static constexpr std::array<uint32_t, 4> kLists = {100000, 65536, 70000, 0xffffffff};
  if (settings_asked_ > 10) return;
  std::vector<Setting> settings;
  for (uint32_t count = random_.below(4); count > 0; --count) {
    switch (random_.below(8)) {
      case 0:
        settings.push_back({SettingId::kHeaderTableSize, random_.pick(kTables)});
        break;
      case 1:
      case 2:
        settings.push_back({SettingId::kInitialWindowSize, random_.pick(kWindows)});
        break;
      case 3:
        settings.push_back({SettingId::kMaxFrameSize, random_.pick(kFrames)});
        break;
      case 4:
        settings.push_back({SettingId::kMaxConcurrentStreams, random_.pick(kStreams)});
        break;
      case 5:
        settings.push_back({SettingId::kMaxHeaderListSize, random_.pick(kLists)});
        break;
      case 6:
        settings.push_back({static_cast<SettingId>(0x1234), random_.below(1000)});
        break;
      default:
        if (!client()) {
          settings.push_back({SettingId::kEnableConnectProtocol, 1});
        } else {
          settings.push_back({SettingId::kEnablePush, random_.below(2)});
          settings.push_back({SettingId::kMaxConcurrentStreams, random_.pick(kStreams)});
        }
    }
  }
  submit_settings(settings);
}

void Application::submit_settings(const std::vector<Setting>& settings) {
  report_.trace([&] {
    std::string text = who() + " ! submit_settings";
    for (const Setting& setting : settings) {
      text.append(" ").append(to_string(setting.id)).append("=");
      text += std::to_string(setting.value);
    }
    return text;
  });
  const SubmitError answer = connection_->submit_settings(settings).error;
  for (const Setting& setting : settings) widest_announced_ |= is_widest(setting);
  // RFC 9113 §6.9.2: windows that were widened have less room above them.
  const bool widened = options_.window_policy == WindowPolicy::kAutoTuned || !resized_.empty();
  const bool may_overflow = widened && std::any_of(settings.begin(), settings.end(), is_widest);
  if (may_overflow && answer == SubmitError::kInvalidArgument) return;
  answers("submit_settings", answer);
}

void Application::send_custom_frame() {
  CustomFrame frame;
  frame.type = static_cast<uint8_t>(0x20 + random_.below(0xe0));
  frame.flags = static_cast<uint8_t>(random_.below(256));
  frame.stream_id = random_.one_in(2) ? 0 : random_.below(100);
  frame.payload.assign(random_.up_to(3000), static_cast<char>(frame.type));
  const auto* octets = reinterpret_cast<const uint8_t*>(frame.payload.data());
  const SubmitError answer =
      connection_
          ->submit_frame(frame.type, frame.flags, frame.stream_id, {octets, frame.payload.size()})
          .error;
  answers("submit_frame", answer);
  if (answer == SubmitError::kNone) own_announcements().frames.push_back(std::move(frame));
}

void Application::credit(Exchange* exchange, uint64_t size) {
  Part& part = mine(exchange);
  const SubmitError expected = size > part.uncredited ? SubmitError::kTooLarge : SubmitError::kNone;
  const SubmitError answer = connection_->credit(exchange->id, static_cast<uint32_t>(size)).error;
  if (answers("credit", exchange, answer, expected)) part.uncredited -= size;
}

void Application::set_automatic_credit(Exchange* exchange, bool automatic) {
  Part& part = mine(exchange);
  const SubmitError answer = connection_->set_automatic_credit(exchange->id, automatic).error;
  if (!answers("set_automatic_credit", exchange, answer, SubmitError::kNone)) return;
  part.automatic_credit = automatic;
  if (automatic) part.uncredited = 0;
}

void Application::resize_window(Exchange* exchange) {
  const uint32_t size = random_.pick(kReceiveWindows);
  // RFC 9113 §6.9.2: it could stand above 2^31-1 under an INITIAL_WINDOW_SIZE that was announced.
  const SubmitResult result = connection_->set_receive_window(exchange->id, size);
  const bool refused = result.error == SubmitError::kInvalidArgument;
  answers("set_receive_window", exchange, result.error,
          refused && widest_announced_ ? SubmitError::kInvalidArgument : SubmitError::kNone);
  if (result.ok()) resized_.insert(exchange->id);
}

void Application::resize_connection_window() {
  const SubmitError answer =
      connection_->set_receive_window(0, random_.pick(kReceiveWindows)).error;
  answers("set_receive_window", answer);
  if (answer == SubmitError::kNone) resized_.insert(0);
}

void Application::reset(Exchange* exchange, ErrorCode code) {
  Part& part = mine(exchange);
  const auto before = std::exchange(part.reset_asked, code);
  const SubmitError answer = connection_->reset_stream(exchange->id, code).error;
  if (!answers("reset_stream", exchange, answer, SubmitError::kNone)) {
    part.reset_asked = before;
    return;
  }
  part.gone = true;
}

void Application::resume(Exchange* exchange) {
  Part& part = mine(exchange);
  const bool has_source = part.source != nullptr && !part.source->ended();
  const SubmitError answer = connection_->resume(exchange->id).error;
  if (answers("resume", exchange, answer,
              has_source ? SubmitError::kNone : SubmitError::kWrongState)) {
    part.source->take_waiting();
  }
}

void Application::update_priority(Exchange* exchange) {
  const Priority priority{static_cast<uint8_t>(random_.below(8)), random_.one_in(2)};
  const SubmitError answer = connection_->update_priority(exchange->id, priority).error;
  if (!answers("update_priority", exchange, answer, SubmitError::kNone)) return;
  require(connection_->priority(exchange->id) == priority, exchange->id,
          "does not find the priority that it set");
  if (client()) exchange->priorities.push_back(priority);
}

void Application::shut_down() {
  const std::string debug_data(random_.below(3), 'd');
  const bool before = std::exchange(shutdown_asked_, true);
  const SubmitError answer = connection_->shutdown(debug_data).error;
  if (answer != SubmitError::kNone) shutdown_asked_ = before;
  answers("shutdown", answer);
}

void Application::terminate() {
  if (!inspector_->is_open()) return;
  const std::string debug_data(random_.below(3), 'd');
  terminated_ = random_.pick(kCodes);
  const SubmitError answer = connection_->terminate(*terminated_, debug_data).error;
  report_.trace([&] { return who() + " ! terminate"; });
  require(answer == SubmitError::kNone, 0, "cannot terminate");
}

void Application::empty_table() { submit_settings({{SettingId::kHeaderTableSize, 0}}); }

// --- Coming to the end.

bool Application::finish() {
  if (!inspector_->is_open()) return false;
  bool owed = false;
  const SettingValues& announced = frames_.announced();
  if (announced.initial_window_size < 16384) {
    submit_settings({{SettingId::kInitialWindowSize, 65535}});
    owed = true;
  }
  if (announced.max_concurrent_streams == 0) {
    submit_settings({{SettingId::kMaxConcurrentStreams, 2}});
    owed = true;
  }
  const std::vector<StreamId> open = open_;
  for (StreamId id : open) {
    Exchange* exchange = find(id);
    Part& part = mine(exchange);
    Message& message = spoken(exchange);
    const bool listens = client() && exchange->promised_on != 0;
    if (part.gone || part.closed) continue;
    if (part.uncredited > 0) {
      credit(exchange, part.uncredited);
      owed = true;
    }
    if (listens) continue;
    if (!message.head) {
      respond(exchange, /*simply=*/true);
      owed = true;
    } else if (message.body == BodyKind::kStream && !message.whole && !part.writable_due) {
      send_data(exchange, /*all=*/true);
      owed = true;
    } else if (part.source != nullptr && !part.source->ended() && part.source->waiting()) {
      part.source->hurry();
      resume(exchange);
      owed = true;
    } else if (message.trailers_expected) {
      send_trailers(exchange);
      owed = true;
    }
  }
  return owed;
}

void Application::note_destroyed() {
  for (auto& [id, exchange] : conversation_.exchanges) mine(&exchange).view.reset();
  views_lent_ = 0;
}

uint32_t Application::waiting() const {
  if (frames_.goaway_received()) return 0;  // they are given up
  return static_cast<uint32_t>(std::count_if(waiting_.begin(), waiting_.end(), [this](StreamId id) {
    const Part& part = mine(find(id));
    return !frames_.stream(id).opened && !part.closed && !part.gone;
  }));
}

bool Application::take_source_asked() {
  bool asked = false;
  for (StreamId id : open_) {
    TestBodySource* source = mine(find(id)).source.get();
    if (source != nullptr && source->take_asked()) asked = true;
    require(source == nullptr || !source->had_no_room(), id, "is asked to fill no room");
  }
  return asked;
}

uint64_t Application::uncredited() const {
  uint64_t sum = 0;
  for (StreamId id : open_) sum += uncredited(id);
  return sum;
}

// What a stream owes that is gone, the connection has taken back.
uint64_t Application::uncredited(StreamId id) const {
  return inspector_->is_live(id) ? mine(find(id)).uncredited : 0;
}

// What a stream of its own is said to wait for.
void Application::check_blocked(StreamId id) {
  Exchange* exchange = find(id);
  const Part& part = mine(exchange);
  const Message& message = spoken(exchange);
  const FrameModel::Stream& frames = frames_.stream(id);
  const bool listens = client() && exchange->promised_on != 0;
  const Blocked blocked = connection_->why_blocked(id);
  bool right = false;
  switch (blocked) {
    case Blocked::kNothing:
      right = frames.end_sent || !inspector_->is_live(id) || listens;
      break;
    case Blocked::kApplication:
      right = !listens && (!message.head || message.trailers_expected ||
                           (message.body == BodyKind::kStream && !message.whole));
      break;
    case Blocked::kBodySource:
      right = part.source != nullptr && part.source->waiting();
      break;
    case Blocked::kPeerConcurrency:
      right = !frames.opened && frames_.count(/*own=*/true) >= frames_.own_limit();
      break;
    case Blocked::kStreamWindow:
      right = frames_.send_window(id) <= 0;
      break;
    case Blocked::kConnectionWindow:
      right = frames_.send_window() <= 0;
      break;
    case Blocked::kScheduler:
    case Blocked::kOutput:
      right = connection_->wants_output();
      break;
  }
  report_.require(right, [&] {
    return who() + ": why_blocked(" + std::to_string(id) + ") says " + to_string(blocked);
  });
}

// --- What frames need a reason for.

void Application::on_reset_sent(StreamId id, ErrorCode code) {
  Exchange* exchange = find(id);
  if (exchange == nullptr) return require(false, id, "resets a stream that nobody opened");
  Part& part = mine(exchange);
  part.reset_sent = code;
  const FrameModel::Stream& frames = frames_.stream(id);
  const bool asked = part.reset_asked == code;
  const bool failed =
      code == ErrorCode::kInternalError && part.source != nullptr && part.source->failed();
  // RFC 9113 §8.1
  const bool complete = !client() && code == ErrorCode::kNoError && frames.end_sent &&
                        !frames.end_received && !part.tunnel;
  // Above a limit that the peer does not know yet (§5.1.2, §6.5.3).
  const bool refused = !part.known && code == ErrorCode::kRefusedStream && !frames.counted &&
                       frames_.settings_unacknowledged();
  // §6.6: a promise on a stream that we have reset.
  const bool declined = !part.known && code == ErrorCode::kCancel && exchange->promised_on != 0 &&
                        frames_.stream(exchange->promised_on).reset_sent;
  bool stalled = false;
  const uint64_t stalls = frames_.limits_hit().of(Limit::kStreamStallTimeout);
  if (code == ErrorCode::kCancel && stalls > stalls_seen_) {
    ++stalls_seen_;
    stalled = frames_.send_window() <= 0 || frames_.send_window(id) <= 0;
  }
  report_.require(asked || failed || complete || refused || declined || stalled, [&] {
    return who() + " resets stream " + std::to_string(id) + " with " + to_string(code) +
           ", and nobody asked for it";
  });
}

void Application::on_goaway_sent(StreamId last, ErrorCode code, std::string_view debug_data) {
  own_announcements().goaways.push_back({last, code, std::string(debug_data)});
  const LimitCounts& limits = frames_.limits_hit();
  if (limits.of(Limit::kIdleTimeout) > idles_seen_) {
    ++idles_seen_;
    shutdown_by_time_ = true;
  }
  const bool late = limits.of(Limit::kPrefaceTimeout) + limits.of(Limit::kFieldBlockTimeout) +
                        limits.of(Limit::kSettingsAckTimeout) +
                        limits.of(Limit::kKeepaliveTimeout) >
                    0;
  if (timeouts_allowed_ && late && !terminated_) terminated_ = code;
  const bool graceful = code == ErrorCode::kNoError && (shutdown_asked_ || shutdown_by_time_);
  report_.require(graceful || terminated_ == code, [&] {
    return who() + " sends GOAWAY with " + to_string(code) +
           ", and nobody asked for it: " + std::string(debug_data);
  });
}

void Application::on_settings_sent(const std::vector<Setting>& settings) {
  ++settings_asked_;
  own_announcements().settings.push_back(settings);
}

void Application::on_ping_sent(uint64_t opaque) { own_announcements().pings.push_back(opaque); }

}  // namespace headrace::self_play
