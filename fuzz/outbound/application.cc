#include "fuzz/outbound/application.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>
#include <variant>

#include "fuzz/outbound/fields.h"
#include "fuzz/story.h"

namespace headrace::fuzz {
namespace {

constexpr std::array<uint32_t, 8> kSizes = {0, 1, 5, 100, 513, 3000, 20'000, 70'000};

void told(const char* what, StreamId id, SubmitError error) {
  if (is_told()) tell('.', std::string(what) + " " + std::to_string(id) + ": " + to_string(error));
}

void tell_fields(const std::vector<Field>& fields) {
  if (!is_told()) return;
  for (const Field& field : fields) {
    const std::string value(field.value.substr(0, 60));
    tell('.', "  " + std::string(field.name) + ": " + value);
  }
}

}  // namespace

// Gives `size` octets, a few more or a few less, at once or by and by.
class Application::Source : public BodySource {
 public:
  Source(size_t size, uint32_t step, bool ends_late)
      : left_(size), step_(step), ends_late_(ends_late) {}
  Filled fill(std::span<uint8_t> room) override {
    if (std::exchange(rests_, false)) return {};
    Filled filled;
    filled.size = std::min({left_, room.size(), size_t{step_}});
    std::fill_n(room.begin(), filled.size, uint8_t{'s'});
    left_ -= filled.size;
    filled.end = left_ == 0 && (!ends_late_ || filled.size == 0);
    rests_ = step_ % 2 == 1;
    return filled;
  }

 private:
  size_t left_;
  const uint32_t step_;
  const bool ends_late_;
  bool rests_ = false;
};

Application::Application(Draws* draws, Role role, bool vouches)
    : draws_(*draws), role_(role), vouches_(vouches) {}

Application::~Application() = default;

void Application::on_event(const Event& event) {
  std::visit(
      Overloaded{[&](const RequestReceived& e) {
                   streams_.push_back(e.stream_id);
                   if (e.fields.get(":method") == "CONNECT") tunnels_.push_back(e.stream_id);
                 },
                 [&](const PushPromiseReceived& e) { streams_.push_back(e.promised_stream_id); },
                 [&](const StreamClosed& e) {
                   // Some stay, to be called in vain.
                   if (e.stream_id % 4 != 3) std::erase(streams_, e.stream_id);
                 },
                 [](const auto&) {}},
      event);
}

Body Application::draw_body(size_t size) {
  Body body = Body::none();
  switch (draws_.below(6)) {
    case 0:
      break;
    case 1:
      views_.push_back(std::make_unique<std::string>(size, 'v'));
      body = Body::view(std::string_view(*views_.back()));
      break;
    case 2:
      body = Body::owned(std::string(size, 'o'));
      break;
    case 3:
      sources_.push_back(std::make_unique<Source>(size, draws_.octet() * 40 + 1, draws_.seldom(2)));
      body = Body::source(sources_.back().get());
      break;
    default:
      body = Body::stream();
  }
  return draws_.seldom(4) ? std::move(body).expect_trailers() : std::move(body);
}

StreamId Application::draw_stream() {
  if (streams_.empty() || draws_.seldom(16)) return draws_.octet();
  return streams_[draws_.below(static_cast<uint32_t>(streams_.size()))];
}

void Application::open(Connection& connection) {
  const size_t size = draws_.pick(kSizes);
  const bool mistakes = draws_.seldom(2);
  const bool protocol = connection.peer_settings().enable_connect_protocol != 0;
  const DrawnFields fields = draw_request(&draws_, mistakes, protocol, size);
  const std::vector<Field> views = fields.views();
  const RequestResult result = role_ == Role::kClient
                                   ? connection.submit_request(views, draw_body(size))
                                   : connection.submit_push(draw_stream(), views);
  told("open", result.stream_id, result.error);
  tell_fields(views);
  if (result.ok()) streams_.push_back(result.stream_id);
}

void Application::answer(Connection& connection) {
  const StreamId id = draw_stream();
  const size_t size = draws_.pick(kSizes);
  const bool mistakes = draws_.seldom(2);
  const bool interim = draws_.seldom(4);
  const DrawnFields fields = draw_response(&draws_, mistakes, interim, size, vouches_);
  const std::vector<Field> views = fields.views();
  // (RFC 9110 §9.3.6 opens a tunnel with any 2xx; nghttp2 ends a 204 at its head all the same.)
  const bool tunnel = std::find(tunnels_.begin(), tunnels_.end(), id) != tunnels_.end();
  if (tunnel && views.front().value == "204") return;
  const SubmitResult result = interim ? connection.submit_informational(id, views)
                                      : connection.submit_response(id, views, draw_body(size));
  told(interim ? "interim" : "response", id, result.error);
  tell_fields(views);
}

void Application::act_on_stream(Connection& connection) {
  const StreamId id = draw_stream();
  switch (draws_.below(10)) {
    default: {
      const std::string text(draws_.pick(kSizes), 'd');
      const bool end = draws_.seldom(3);
      const SendResult result = text.size() % 2 == 0
                                    ? connection.send_data(id, Body::owned(text), end)
                                    : connection.send_data(id, std::string_view(text), end);
      return told("data", id, result.error);
    }
    case 0:
    case 1: {
      const DrawnFields fields = draw_trailers(&draws_, draws_.seldom(2));
      const std::vector<Field> views = fields.views();
      told("trailers", id, connection.send_trailers(id, views).error);
      return tell_fields(views);
    }
    case 2:
      return told("resume", id, connection.resume(id).error);
    case 3:
      if (draws_.seldom(2)) return;
      return told("reset", id,
                  connection.reset_stream(id, static_cast<ErrorCode>(draws_.below(16))).error);
    case 4:
      return told("credit", id, connection.credit(id, draws_.octet() * 200u).error);
    case 5: {
      Priority priority;
      priority.urgency = static_cast<uint8_t>(draws_.below(10));
      priority.incremental = draws_.seldom(2);
      return told("priority", id, connection.update_priority(id, priority).error);
    }
    case 6:
      return told("automatic", id, connection.set_automatic_credit(id, draws_.seldom(2)).error);
    case 7:
      return told("window", id, connection.set_receive_window(id, draw_window()).error);
  }
}

// (The shadow sends no DATA, and gets credit for what our receiver sends: room for that is left.)
uint32_t Application::draw_window() {
  static constexpr std::array<uint32_t, 8> kWindows = {65535,      0,       1,          100,
                                                       0x7f000000, 1 << 20, 0x70000000, 1u << 31};
  return draws_.pick(kWindows);
}

void Application::act_on_connection(Connection& connection) {
  switch (draws_.below(8)) {
    default: {
      static constexpr std::array<uint32_t, 10> kValues = {
          0, 1, 2, 100, 4096, 16383, 16384, 1 << 20, (1 << 24) - 1, 1u << 31};
      std::vector<Setting> settings;
      for (uint32_t count = draws_.below(4); count > 0; --count) {
        const auto id = static_cast<SettingId>(draws_.below(11));
        // The shadow's requests would wait for a limit that ours do not know to be reached.
        if (id == SettingId::kMaxConcurrentStreams) continue;
        settings.push_back({id, draws_.pick(kValues)});
      }
      return told("settings", 0, connection.submit_settings(settings).error);
    }
    case 0:
      return told("ping", 0, connection.ping(draws_.octet()).error);
    case 1:
      connection.set_time_of_day(std::chrono::system_clock::time_point(std::chrono::hours(24)));
      return;
    case 2:
      return connection.trim();
    case 3:
      if (!draws_.seldom(3)) return;
      return told("shutdown", 0, connection.shutdown("bye").error);
    case 4:
      if (!draws_.seldom(8)) return;
      return told("terminate", 0,
                  connection.terminate(static_cast<ErrorCode>(draws_.below(14)), "end").error);
    case 5:
      return told("window", 0, connection.set_receive_window(0, draw_window()).error);
  }
}

void Application::act(Connection& connection) {
  switch (draws_.below(8)) {
    case 0:
    case 1:
      return role_ == Role::kClient || draws_.seldom(3) ? open(connection) : answer(connection);
    case 2:
      return role_ == Role::kServer ? answer(connection) : open(connection);
    case 3:
      return act_on_connection(connection);
    default:
      return act_on_stream(connection);
  }
}

}  // namespace headrace::fuzz
