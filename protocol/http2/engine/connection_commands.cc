#include "headrace/protocol/http2/engine/connection_commands.h"

#include <optional>

#include "headrace/protocol/frame/frame_writer.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr Rule kOneFrame = {"RFC 9113 §4.2",
                            "a payload that we send is within the peer's MAX_FRAME_SIZE"};

}  // namespace

SubmitResult ConnectionCommands::submit_settings(gsl::span<const Setting> entries) const {
  if (!life().is_open()) return {SubmitError::kConnectionGone};
  // The smallest maximum, because the peer's may change before the frame is sent.
  if (entries.size() * SettingsEntries::kEntrySize > kMinMaxFrameSize) {
    return {SubmitError::kTooLarge, &kOneFrame};
  }
  // Settings that still wait to be sent count as announced.
  SettingValues announced = settings().announced();
  questions().for_each_setting([&](const Setting& setting) { announced.apply(setting); });
  const Rule* rule = settings().check_sent(entries, announced);
  for (const Setting& setting : entries) {
    if (rule != nullptr) break;
    // Widened streams have windows above INITIAL_WINDOW_SIZE.
    const bool window = setting.id == SettingId::kInitialWindowSize;
    if (window && !credit().bears(setting.value)) rule = &kWindowsInBounds;
  }
  if (rule != nullptr) return {SubmitError::kInvalidArgument, rule};
  for (const Setting& setting : entries) {
    if (setting.id == SettingId::kInitialWindowSize) credit().announced(setting.value);
  }
  if (questions().may_ask(unanswered())) {
    send_settings(entries);
  } else {
    questions().hold(Questions::Settings(entries.begin(), entries.end()));
  }
  return {};
}

SubmitResult ConnectionCommands::ping(uint64_t opaque) const {
  if (!life().is_open()) return {SubmitError::kConnectionGone};
  if (questions().may_ask(unanswered())) {
    writing_frames().send_ping(opaque, PingPurpose::kApplication);
  } else {
    questions().hold(Questions::Ping{opaque});
  }
  return {};
}

void ConnectionCommands::ask_what_waits() const {
  while (const std::optional<Questions::Question> question = questions().next(unanswered())) {
    if (const auto* settings = std::get_if<Questions::Settings>(&*question)) {
      send_settings(*settings);
    } else {
      writing_frames().send_ping(std::get<Questions::Ping>(*question), PingPurpose::kApplication);
    }
  }
}

void ConnectionCommands::send_settings(gsl::span<const Setting> entries) const {
  for (const Setting& setting : entries) {
    if (setting.id != SettingId::kInitialWindowSize) continue;
    credit().announced(setting.value);
    sending_credit().rebase();
  }
  size_t size = FrameHeader::kSize + entries.size() * SettingsEntries::kEntrySize;
  uint8_t* room = outbox().reserve(size);
  writing_frames().queue(FrameType::kSettings, room,
                         write_settings({entries.data(), entries.size()}, room));
  settings().sent(entries);
  deadlines().ask(Deadline::kSettingsAck, outbox().end_offset(), now());
}

SubmitResult ConnectionCommands::submit_frame(uint8_t type, uint8_t flags, StreamId stream_id,
                                              gsl::span<const uint8_t> payload) const {
  static constexpr Rule kExtension = {
      "RFC 9113 §5.5", "an extension's frame has a type of its own and a stream id of 31 bits"};
  if (!life().is_open()) return {SubmitError::kConnectionGone};
  const bool ours = type <= static_cast<uint8_t>(FrameType::kContinuation) ||
                    static_cast<FrameType>(type) == FrameType::kPriorityUpdate;
  if (ours || stream_id > kMaxStreamId) {
    return {SubmitError::kInvalidArgument, &kExtension};
  }
  if (payload.size() > settings().peer().max_frame_size)
    return {SubmitError::kTooLarge, &kOneFrame};
  uint8_t* room = outbox().reserve(FrameHeader::kSize + payload.size());
  const auto extension = static_cast<FrameType>(type);
  writing_frames().queue(extension, room, write_frame(extension, flags, stream_id, payload, room));
  return {};
}

HEADRACE_ABI_END
}  // namespace headrace
