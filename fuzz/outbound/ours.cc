#include "fuzz/outbound/ours.h"

#include <array>
#include <limits>
#include <variant>

#include "fuzz/require.h"
#include "fuzz/story.h"

namespace headrace::fuzz {
namespace {

constexpr uint32_t kMany = 1 << 20;
constexpr size_t kMostStreams = 40;

}  // namespace

// No bound is to be met: those are there for other peers than this one.
Options Ours::options(const std::vector<Setting>& settings, FrameObserver* observer) {
  Options options;
  options.settings = settings;
  options.observer = observer;
  Limits& limits = options.limits;
  limits.connection_memory = std::numeric_limits<uint32_t>::max();
  limits.field_list_size = kMany;
  limits.fields_per_request = limits.fields_per_response = kMany;
  limits.extra_continuations = limits.tiny_continuations = kMany;
  limits.informational_responses = std::numeric_limits<uint16_t>::max();
  limits.queued_replies = kMany;
  limits.output_backlog = kMany;
  limits.reset_burst = limits.useless_burst = kMany;
  for (auto* timeout :
       {&limits.preface_timeout, &limits.field_block_timeout, &limits.settings_ack_timeout,
        &limits.idle_timeout, &limits.stream_stall_timeout, &limits.keepalive_interval,
        &limits.connection_age}) {
    *timeout = std::chrono::milliseconds(0);
  }
  return options;
}

Ours::Ours(Role role, const std::vector<Setting>& settings, TimePoint now)
    : role_(role), connection_(role, options(settings, this), now) {}

void Ours::on_refused(const ErrorDetail& error, std::string_view field_name) {
  // A promise that crossed our own reset, or what crossed a limit of streams.
  if (error.code == ErrorCode::kCancel || error.code == ErrorCode::kRefusedStream) return;
  require(false, ("our receiver: " + describe(error) + " " + std::string(field_name)).c_str());
}

void Ours::feed(std::string_view octets, TimePoint now) {
  for (EventPtr event : connection_.receive(octets, now)) on_event(*event);
  while (connection_.has_events()) {
    for (EventPtr event : connection_.advance(now)) on_event(*event);
  }
}

void Ours::on_event(const Event& event) {
  if (is_told()) tell('!', std::string("ours ") + event_name(event));
  std::visit(Overloaded{[&](const RequestReceived& e) { streams_.push_back(e.stream_id); },
                        [&](const StreamClosed& e) { std::erase(streams_, e.stream_id); },
                        [](const auto&) {}},
             event);
}

std::string Ours::take_output() {
  std::string output;
  while (connection_.wants_output()) {
    size_t size = 0;
    for (const ConstBuffer& span : connection_.pending_output()) {
      output.append(reinterpret_cast<const char*>(span.data), span.size);
      size += span.size;
    }
    connection_.sent(size);
    if (size == 0) break;
  }
  return output;
}

PeerAct Ours::request(Draws* draws) {
  static constexpr std::array<const char*, 6> kMethods = {"GET",  "POST",    "HEAD",
                                                          "POST", "CONNECT", "OPTIONS"};
  PeerAct act;
  const std::string_view method = draws->pick(kMethods);
  act.fields = {{":method", method}};
  if (method != "CONNECT") {
    act.fields.push_back({":scheme", "http"});
    act.fields.push_back({":path", method == "OPTIONS" ? "*" : "/"});
  }
  act.fields.push_back({":authority", "a.example:443"});
  act.end_stream = method != "CONNECT" && draws->seldom(2);
  const RequestResult result =
      connection_.submit_request(act.fields, act.end_stream ? Body::none() : Body::stream());
  if (!result.ok()) return {};
  act.kind = PeerAct::Kind::kRequest;
  act.stream_id = result.stream_id;
  streams_.push_back(act.stream_id);
  return act;
}

PeerAct Ours::change_settings(Draws* draws) {
  static constexpr std::array<Setting, 10> kChanges = {{{SettingId::kHeaderTableSize, 0},
                                                        {SettingId::kHeaderTableSize, 100},
                                                        {SettingId::kHeaderTableSize, 65536},
                                                        {SettingId::kInitialWindowSize, 0},
                                                        {SettingId::kInitialWindowSize, 10},
                                                        {SettingId::kInitialWindowSize, 1 << 20},
                                                        {SettingId::kMaxFrameSize, 16384},
                                                        {SettingId::kMaxFrameSize, 1 << 20},
                                                        {SettingId::kEnablePush, 0},
                                                        {SettingId::kEnableConnectProtocol, 1}}};
  PeerAct act;
  for (uint32_t count = draws->below(3) + 1; count > 0; --count) {
    Setting setting = draws->pick(kChanges);
    if (setting.id == SettingId::kEnablePush && role_ == Role::kServer) continue;
    act.settings.push_back(setting);
  }
  if (connection_.submit_settings(act.settings).ok()) act.kind = PeerAct::Kind::kSettings;
  return act;
}

PeerAct Ours::act(Draws* draws) {
  const bool client = role_ == Role::kClient;
  const uint32_t kind = draws->below(8);
  if (kind < 3 && client && streams_.size() < kMostStreams) return request(draws);
  if (kind == 3) return change_settings(draws);
  if (streams_.empty()) return {};
  const StreamId id = streams_[draws->below(static_cast<uint32_t>(streams_.size()))];
  if (kind == 4 && draws->seldom(2)) {
    PeerAct act;
    act.stream_id = id;
    if (connection_.reset_stream(id, ErrorCode::kCancel).ok()) act.kind = PeerAct::Kind::kReset;
    return act;
  }
  if (client) {
    (void)connection_.send_data(id, std::string_view("from the client"), draws->seldom(3));
  } else if (draws->seldom(3)) {
    (void)connection_.submit_response(id, {{":status", "200"}}, Body::owned(std::string("fine")));
  } else {
    (void)connection_.submit_informational(id, {{":status", "103"}});
  }
  return {};
}

}  // namespace headrace::fuzz
