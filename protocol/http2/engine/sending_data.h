#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_DATA_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_DATA_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Bodies -> DATA frames. They are cut when output is asked for, so other frames go first, and flow
// control decides late (RFC 9113 §5.2, §6.9).
class SendingData
    : private Uses<ConnectionLife, FieldWriter, Outbox, Reports, Sender, SettingsSync, Streams> {
 public:
  using Uses::Uses;

  bool can_cut() const { return life().is_open() && sender().can_send(); }
  // Writes one DATA frame of the stream, of at most `room` octets with its header. False: not now.
  bool cut_data(Stream* stream, size_t room) const;
  // The stream may have something to send, or its end.
  void send_end_or_schedule(Stream* stream) const;
  void schedule(Stream* stream) const;
  // The application has given the last octet of a Body::stream(). False: they were too few, and the
  // stream has been reset.
  bool end_content(Stream* stream) const;
  // RFC 9113 §8.1.1: with `more` octets, which are not sent, or without any further ones, the
  // message would not have the content-length of its head. A peer that trusts END_STREAM alone
  // would take it for whole, so the stream is reset.
  void fail_content(Stream* stream, uint64_t more) const;
  // The application's BodySource has failed.
  void fail_source(Stream* stream) const;

 private:
  WritingFrames writing_frames() const { return WritingFrames(parts()); }
  Ending ending() const { return Ending(parts()); }

  size_t cut_reference(Stream* stream, gsl::span<const uint8_t> payload) const;
  size_t cut_ready(Stream* stream, size_t room) const;
  size_t cut_source(Stream* stream, size_t room, bool* failed) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_DATA_H_
