#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_HEADS_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_HEADS_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/prioritizing.h"
#include "headrace/protocol/http2/engine/sending_data.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The beginning of messages that we send: a head, at once or when it can be written.
class SendingHeads : private Uses<BlockPool, ConnectionLife, DateField, Outbox, SettingsSync,
                                  Streams, WaitingHeads> {
 public:
  using Uses::Uses;

  // A response's head, completed if Options::complete_heads is set.
  OutgoingHead outgoing_head(const Stream* stream, const NamedFields& fields, const Body& body,
                             const PreparedPart& prepared = {}) const;
  ResponseFacts facts_of(const Stream* stream) const;
  // Writes the head of a message whose body is set, with END_STREAM if nothing follows.
  void start_message(Stream* stream, const OutgoingHead& head, bool bodiless) const;

  // A response of our own, 431, to a request that the application never hears of.
  void answer_too_large(Stream* stream) const;
  // The request has just been received, and waits for 100 (Continue) if it has content.
  void owe_continue(Stream* stream) const;
  // 100, unless the application has answered meanwhile.
  void send_continue(Stream* stream) const;
  void write_interim(Stream* stream, const OutgoingHead& head) const;

  // Heads that wait.
  bool may_open_stream() const { return streams().own_count() < own_streams_limit(); }
  bool can_open_waiting() const {
    return !waiting_heads().empty() && life().is_open() &&
           (role() == Role::kServer || may_open_stream());
  }
  void open_waiting(size_t max_bytes) const;
  void open_request(Stream* stream, const OutgoingHead& head) const;

 private:
  WritingFrames writing_frames() const { return WritingFrames(parts()); }
  Ending ending() const { return Ending(parts()); }
  SendingData sending_data() const { return SendingData(parts()); }
  Prioritizing prioritizing() const { return Prioritizing(parts()); }

  uint32_t own_streams_limit() const;
  // The one place where a request or a final response begins.
  void begin_message(Stream* stream, const OutgoingHead& head, bool end_stream) const;
  void open_response(Stream* stream, FieldsView fields) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_HEADS_H_
