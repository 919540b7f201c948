#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_CONNECTION_COMMANDS_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_CONNECTION_COMMANDS_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/sending_credit.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Commands about the connection as a whole: SETTINGS, PING, and frames of the application's own.
// Frames that the peer answers may have to wait (Questions).
class ConnectionCommands
    : private Uses<ConnectionLife, Credit, Deadlines, Outbox, Pings, Questions, SettingsSync> {
 public:
  using Uses::Uses;

  // See Connection.
  SubmitResult submit_settings(gsl::span<const Setting> entries) const;
  SubmitResult ping(uint64_t opaque) const;
  SubmitResult submit_frame(uint8_t type, uint8_t flags, StreamId stream_id,
                            gsl::span<const uint8_t> payload) const;

  void send_settings(gsl::span<const Setting> entries) const;
  // An answer was received: sends those that may be sent now.
  void ask_what_waits() const;

 private:
  WritingFrames writing_frames() const { return WritingFrames(parts()); }
  SendingCredit sending_credit() const { return SendingCredit(parts()); }

  size_t unanswered() const { return pings().size() + settings().frames_in_flight(); }
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_CONNECTION_COMMANDS_H_
