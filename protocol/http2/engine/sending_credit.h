#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_CREDIT_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_CREDIT_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/finding_streams.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Receive credit (RFC 9113 §6.9): connects Credit with frames and the application's commands.
class SendingCredit : private Uses<ConnectionLife, Credit, Outbox, SettingsSync, Streams> {
 public:
  using Uses::Uses;

  // `size` octets of the stream's window were consumed.
  void use_window(Stream* stream, uint32_t size) const {
    if (!is_receiving(stream->life.state())) return;
    credit().use(&stream->incoming->credit, settings().own().initial_window_size, size);
  }
  // Our INITIAL_WINDOW_SIZE has changed, or will (§6.9.2).
  void rebase() const;

  bool credit_is_due() const { return life().is_open() && credit().any_due(); }
  bool can_write_credit() const {
    return life().is_open() && credit().may_take(outbox().sent_offset());
  }
  void write_due_credit() const;

  // Commands: see Connection.
  SubmitResult give_back(StreamId stream_id, uint32_t size) const;
  SubmitResult set_automatic_credit(StreamId stream_id, bool automatic) const;
  SubmitResult set_receive_window(StreamId stream_id, uint32_t size) const;
  ReceiveCredit receive_credit(StreamId stream_id) const;

 private:
  WritingFrames writing_frames() const { return WritingFrames(parts()); }
  FindingStreams finding_streams() const { return FindingStreams(parts()); }
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_CREDIT_H_
