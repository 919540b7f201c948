#include "fuzz/conversation/application.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <variant>

#include "fuzz/conversation/output_rules.h"
#include "fuzz/require.h"
#include "fuzz/story.h"

namespace headrace::fuzz {
namespace {

constexpr std::array<uint32_t, 8> kBodySizes = {5, 0, 100, 513, 2000, 9000, 30000, 1};
constexpr std::array<ErrorCode, 4> kCodes = {ErrorCode::kCancel, ErrorCode::kNoError,
                                             ErrorCode::kInternalError, ErrorCode::kRefusedStream};

}  // namespace

// Says "not yet" every third time, and may fail.
class Application::Source : public BodySource {
 public:
  Source(uint32_t stream_id, size_t size, bool fails, bool* asked)
      : stream_id_(stream_id), left_(size), fails_(fails), asked_(asked) {}

  Filled fill(std::span<uint8_t> room) override {
    *asked_ = true;
    require(!room.empty(), "a source was given no room");
    if (++calls_ % 3 == 2) return {};
    if (fails_ && calls_ > 3) return {.failed = true};
    size_t size = std::min({room.size(), left_, size_t{3000}});
    for (uint8_t& octet : room.first(size)) octet = body_octet(stream_id_, offset_++);
    left_ -= size;
    return {.size = size, .end = left_ == 0};
  }

 private:
  uint32_t stream_id_;
  size_t left_;
  bool fails_;
  bool* asked_;
  uint64_t offset_ = 0;
  int calls_ = 0;
};

Application::Application(Role role, const Options& options, Connection* connection, Draws* draws)
    : connection_(connection), validated_(options.validate_outbound), rules_(role) {
  for (uint8_t& plan : plans_) plan = draws->octet();
}

Application::~Application() = default;

bool Application::gone(SubmitError error) {
  return error == SubmitError::kConnectionGone || error == SubmitError::kStreamGone ||
         error == SubmitError::kUnknownStream;
}

void Application::on_event(const Event& event) {
  rules_.take(event);
  if (const auto* released = std::get_if<BodyReleased>(&event)) {
    streams_[released->stream_id].view.reset();
  } else if (const auto* closed = std::get_if<StreamClosed>(&event)) {
    streams_[closed->stream_id].source.reset();
    if (closed->body_released) streams_[closed->stream_id].view.reset();
    const SubmitError error =
        connection_->reset_stream(closed->stream_id, ErrorCode::kCancel).error;
    require(gone(error) && error != SubmitError::kUnknownStream, "a closed stream is not gone");
    require(connection_->why_blocked(closed->stream_id) == Blocked::kNothing,
            "a closed stream waits");
  } else if (std::holds_alternative<ConnectionClosed>(event)) {
    require(connection_->ping(1).error == SubmitError::kConnectionGone, "a command goes on");
    require(!connection_->accepts_requests(), "a closed connection takes requests");
  }
  react(event);
}

std::vector<uint8_t> Application::octets(uint32_t stream_id, uint64_t offset, size_t size) const {
  std::vector<uint8_t> octets(size);
  for (uint8_t& octet : octets) octet = body_octet(stream_id, offset++);
  return octets;
}

size_t Application::body_size(uint32_t kind) { return kBodySizes[kind >> 3 & 7]; }

bool Application::lends(uint32_t stream_id) const {
  const auto found = streams_.find(stream_id);
  return found != streams_.end() &&
         (found->second.view != nullptr || found->second.source != nullptr);
}

Body Application::body(uint32_t stream_id, uint32_t kind, bool expects_trailers) {
  Body body = bare_body(stream_id, kind & 7, body_size(kind));
  return expects_trailers ? std::move(body).expect_trailers() : std::move(body);
}

Body Application::bare_body(uint32_t stream_id, uint32_t kind, size_t size) {
  Stream& stream = streams_[stream_id];
  switch (kind) {
    case 0:
      stream.view = std::make_unique<std::vector<uint8_t>>(octets(stream_id, 0, size));
      return Body::view(*stream.view);
    case 1:
      return Body::owned(octets(stream_id, 0, size));
    case 2: {
      const std::vector<uint8_t> bytes = octets(stream_id, 0, size);
      return Body::owned(std::string(bytes.begin(), bytes.end()));
    }
    case 3:
    case 4:
      stream.source = std::make_unique<Source>(stream_id, size, kind == 4, &source_asked_);
      return Body::source(stream.source.get());
    case 5:
      return Body::none();
    default:
      return Body::stream();
  }
}

void Application::message_refused(uint32_t stream_id) {
  streams_[stream_id].view.reset();
  streams_[stream_id].source.reset();
}

void Application::message_taken(uint32_t stream_id, uint32_t kind, bool expects_trailers) {
  if (streams_[stream_id].view != nullptr) rules_.view_submitted(stream_id);
  const bool has_trailers = (kind & 0x40) != 0;
  if ((kind & 7) == 6) {
    send_some(stream_id, body_size(kind), /*end_stream=*/!has_trailers || expects_trailers);
  }
  // Those that were only announced come by a command, or never.
  if (has_trailers && !expects_trailers) {
    (void)connection_->send_trailers(stream_id, {{"x-sum", "1"}});
  }
}

void Application::send_some(uint32_t stream_id, size_t size, bool end_stream) {
  Stream& stream = streams_[stream_id];
  const auto bytes = octets(stream_id, stream.streamed, size);
  const SendResult result =
      size % 2 == 0 ? connection_->send_data(
                          stream_id, Body::owned(std::vector<uint8_t>(bytes.begin(), bytes.end())),
                          end_stream)
                    : connection_->send_data(stream_id, bytes, end_stream);
  require(result.ok() || result.accepted == 0, "refused, and yet taken");
  require(result.accepted <= size, "more is taken than was given");
  stream.streamed += result.accepted;
}

void Application::resume_all() {
  for (auto& [id, stream] : streams_) {
    if (stream.source != nullptr) (void)connection_->resume(id);
  }
}

bool Application::is_automatic(uint32_t stream_id) const {
  const auto found = streams_.find(stream_id);
  return found == streams_.end() || !found->second.manual_credit;
}

void Application::command(Draws* draws, uint32_t stream_id) {
  const uint32_t choice = draws->below(32);
  if (is_told()) {
    tell('.', "command " + std::to_string(choice) + " of stream " + std::to_string(stream_id));
  }
  switch (choice) {
    case 0:
    case 1:
    case 2:
      return message_command(draws, choice, stream_id);
    case 3:
    case 4:
      return send_some(stream_id, draws->pick(kBodySizes), draws->seldom(4));
    case 5:
      (void)connection_->send_trailers(stream_id, {{"x-sum", "1"}});
      return;
    case 6:
      (void)connection_->reset_stream(stream_id, draws->pick(kCodes));
      return;
    case 7:
      return message_command(draws, 3, stream_id);
    case 8:
      (void)connection_->credit(stream_id, draws->octet());
      return;
    case 9:
      streams_[stream_id].manual_credit = true;
      (void)connection_->set_automatic_credit(stream_id, draws->below(2) == 1);
      return;
    case 10: {
      const uint8_t value = draws->octet();
      const SubmitResult result = connection_->set_user_data(stream_id, value);
      if (result.ok()) rules_.user_data_set(stream_id, value);
      return;
    }
    case 11:
      return settings(draws);
    case 12:
      (void)connection_->ping(draws->octet());
      return;
    case 13:
      if (draws->seldom(8)) (void)connection_->shutdown("we go");
      return;
    case 14:
      if (draws->seldom(16)) (void)connection_->terminate(draws->pick(kCodes));
      return;
    case 15:
      return resume_all();
    case 16:
      return own_frame(draws, stream_id);
    case 17:
      return prioritize(draws, stream_id);
    case 18:  // no trailers after all
      (void)connection_->send_trailers(stream_id, {});
      return;
    case 19:
      return look(stream_id);
    case 20:
      if (validated_) (void)connection_->send_trailers(stream_id, {{":path", "/"}});
      return;
    case 21:
      return connection_->set_memory_pressure(draws->below(2) == 1);
    case 22:
      return connection_->set_time_of_day(std::chrono::system_clock::time_point(
          std::chrono::hours(draws->octet()) * draws->octet()));
    default:
      return message_command(draws, 4 + choice % 4, stream_id);
  }
}

void Application::settings(Draws* draws) {
  static constexpr std::array<SettingId, 7> kIds = {
      SettingId::kInitialWindowSize,    SettingId::kHeaderTableSize,
      SettingId::kMaxConcurrentStreams, SettingId::kMaxFrameSize,
      SettingId::kInitialWindowSize,    SettingId::kEnablePush,
      SettingId::kMaxHeaderListSize};
  static constexpr std::array<uint32_t, 8> kValues = {0, 1, 100, 4096, 16384, 20000, 65535, 100000};
  const SettingId id = draws->pick(kIds);
  const Setting setting{id, draws->pick(kValues)};
  (void)connection_->submit_settings({&setting, 1});
}

// Also of types that the library writes itself, which it refuses.
void Application::own_frame(Draws* draws, uint32_t stream_id) {
  const bool known = draws->seldom(4);
  const uint8_t type = known ? draws->below(10) : kOwnFrameType;
  const std::string text = draws->octets(draws->below(20));
  const std::vector<uint8_t> payload(text.begin(), text.end());
  const SubmitResult result = connection_->submit_frame(type, draws->octet(), stream_id, payload);
  require(result.ok() != (known || result.error == SubmitError::kConnectionGone),
          "a frame that the application may not send, or may");
}

void Application::prioritize(Draws* draws, uint32_t stream_id) {
  const uint8_t draw = draws->octet();
  const Priority priority{static_cast<uint8_t>(draw & 15), (draw & 16) != 0};
  const SubmitResult result = connection_->update_priority(stream_id, priority);
  require(result.ok() || gone(result.error) || priority.urgency >= Priority::kLevels,
          "a priority is refused");
  if (result.ok()) require(connection_->priority(stream_id) == priority, "another priority");
}

// Questions change nothing.
void Application::look(uint32_t stream_id) const {
  (void)connection_->why_blocked(stream_id);
  (void)connection_->receive_credit(stream_id);
  (void)connection_->priority(stream_id);
  (void)connection_->is_drained();
  (void)connection_->should_close();
  (void)connection_->statistics();
}

}  // namespace headrace::fuzz
