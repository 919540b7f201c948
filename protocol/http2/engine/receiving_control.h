#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_CONTROL_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_CONTROL_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/connection_commands.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/sending_credit.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The effects of all frames but those of messages (RFC 9113 §6). Each is called with the whole
// payload of the frame that is handled, whose order and size have been checked.
class ReceivingControl
    : private Uses<ConnectionLife, Credit, Deadlines, FieldReader, FieldWriter, GoingAway, Inbound,
                   Outbox, Pings, Recycler<Event>, Reports, Sender, SettingsSync, Streams> {
 public:
  using Uses::Uses;

  void on_rst_stream(gsl::span<const uint8_t> payload) const;
  const Event* on_settings(gsl::span<const uint8_t> payload) const;
  const Event* on_settings_ack() const;
  const Event* on_ping(gsl::span<const uint8_t> payload) const;
  const Event* on_goaway(gsl::span<const uint8_t> payload) const;
  // True if it changed a window and nothing else. WINDOW_UPDATEs directly behind it have then been
  // taken, too, as long as the same is true of them.
  bool on_window_update(StreamId id, gsl::span<const uint8_t> payload) const;
  // Frames of extensions (§5.5), which nothing here depends on.
  const Event* on_extension(gsl::span<const uint8_t> payload) const;

 private:
  WritingFrames writing_frames() const { return WritingFrames(parts()); }
  Ending ending() const { return Ending(parts()); }
  SendingCredit sending_credit() const { return SendingCredit(parts()); }
  ConnectionCommands connection_commands() const { return ConnectionCommands(parts()); }

  [[nodiscard]] bool give(Stream* stream, uint32_t increment) const;
  void take_window_updates() const;
  void refuse_window_update(gsl::span<const uint8_t> payload) const;
  bool take_setting(Setting entry) const;
  const Event* on_altsvc(gsl::span<const uint8_t> payload) const;
  const Event* on_origin(gsl::span<const uint8_t> payload) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_CONTROL_H_
