#include <gsl/span>

#include "headrace/protocol/connection/engine.h"
#include "headrace/protocol/frame/frame_writer.h"

// Commands about the connection as a whole: SETTINGS, PING and frames of the application's own.

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kOneFrame = {"RFC 9113 §4.2",
                            "what goes out in one frame is within the peer's MAX_FRAME_SIZE"};

}  // namespace

SubmitResult Engine::submit_settings(gsl::span<const Setting> settings) {
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  // (Whatever the peer's MAX_FRAME_SIZE is when it goes out.)
  if (settings.size() * SettingsEntries::kEntrySize > kMinMaxFrameSize) {
    return {SubmitError::kTooLarge, &kOneFrame};
  }
  // What is going to be sent binds us, too.
  SettingValues announced = settings_.announced();
  questions_.for_each_setting([&](const Setting& setting) { announced.apply(setting); });
  const Rule* rule = settings_.check_sent(settings, announced);
  for (const Setting& setting : settings) {
    if (rule != nullptr) break;
    // Streams that were widened stand above INITIAL_WINDOW_SIZE.
    const bool window = setting.id == SettingId::kInitialWindowSize;
    if (window && !credit_.bears(setting.value)) rule = &kWindowsInBounds;
  }
  if (rule != nullptr) return {SubmitError::kInvalidArgument, rule};
  for (const Setting& setting : settings) {
    if (setting.id == SettingId::kInitialWindowSize) credit_.announced(setting.value);
  }
  if (questions_.may_ask(unanswered())) {
    send_settings(settings);
  } else {
    questions_.hold(Questions::Settings(settings.begin(), settings.end()));
  }
  return {};
}

SubmitResult Engine::ping(uint64_t opaque) {
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  if (questions_.may_ask(unanswered())) {
    send_ping(opaque, PingPurpose::kApplication);
  } else {
    questions_.hold(Questions::Ping{opaque});
  }
  return {};
}

void Engine::ask_what_waits() {
  while (const std::optional<Questions::Question> question = questions_.next(unanswered())) {
    if (const auto* settings = std::get_if<Questions::Settings>(&*question)) {
      send_settings(*settings);
    } else {
      send_ping(std::get<Questions::Ping>(*question), PingPurpose::kApplication);
    }
  }
}

SubmitResult Engine::submit_frame(uint8_t type, uint8_t flags, StreamId stream_id,
                                  gsl::span<const uint8_t> payload) {
  static constexpr Rule kExtension = {
      "RFC 9113 §5.5", "an extension's frame has a type of its own and a stream id of 31 bits"};
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  const bool ours = type <= static_cast<uint8_t>(FrameType::kContinuation) ||
                    static_cast<FrameType>(type) == FrameType::kPriorityUpdate;
  if (ours || stream_id > kMaxStreamId) {
    return {SubmitError::kInvalidArgument, &kExtension};
  }
  if (payload.size() > settings_.peer().max_frame_size) return {SubmitError::kTooLarge, &kOneFrame};
  uint8_t* room = outbox_.reserve(FrameHeader::kSize + payload.size());
  queue(room, write_frame(static_cast<FrameType>(type), flags, stream_id, payload, room));
  return {};
}

void Engine::send_ping(uint64_t opaque, PingPurpose purpose) {
  write_ping(opaque, /*ack=*/false);
  pings_.asked(opaque, purpose, outbox_.end_offset(), now_);
}

void Engine::send_settings(gsl::span<const Setting> settings) {
  for (const Setting& setting : settings) {
    if (setting.id != SettingId::kInitialWindowSize) continue;
    credit_.announced(setting.value);
    look_for_due_credit();
  }
  size_t size = FrameHeader::kSize + settings.size() * SettingsEntries::kEntrySize;
  uint8_t* room = outbox_.reserve(size);
  queue(room, write_settings(settings, room));
  settings_.sent(settings);
  deadlines_.ask(Deadline::kSettingsAck, outbox_.end_offset(), now_);
}

HEADRACE_ABI_END
}  // namespace headrace
