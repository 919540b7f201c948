#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_STREAM_COMMANDS_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_STREAM_COMMANDS_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/finding_streams.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/prioritizing.h"
#include "headrace/protocol/http2/engine/sending_data.h"
#include "headrace/protocol/http2/engine/sending_heads.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Commands about messages. Each checks everything first: after an error nothing was sent, and
// nothing was taken.
class StreamCommands
    : private Uses<BlockPool, ConnectionLife, Credit, Deadlines, GoingAway, Notices, Priorities,
                   Reports, SettingsSync, Streams, WaitingHeads> {
 public:
  using Uses::Uses;

  // See Connection.
  RequestResult submit_request(FieldsView fields, Body&& body, uintptr_t user_data,
                               const PreparedPart& prepared = {}) const;
  RequestResult submit_push(StreamId stream_id, FieldsView fields, uintptr_t user_data) const;
  SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body&& body,
                               const PreparedPart& prepared = {}) const;
  SubmitResult submit_informational(StreamId stream_id, FieldsView fields) const;
  SendResult send_data(StreamId stream_id, gsl::span<const uint8_t> bytes, bool end_stream) const;
  SendResult send_chunk(StreamId stream_id, Body&& chunk, bool end_stream) const;
  size_t send_room(StreamId stream_id) const;
  SubmitResult send_trailers(StreamId stream_id, FieldsView fields) const;
  SubmitResult resume(StreamId stream_id) const;
  SubmitResult reset_stream(StreamId stream_id, ErrorCode code) const;
  SubmitResult set_user_data(StreamId stream_id, uintptr_t user_data) const;

 private:
  template <typename Append>
  SendResult send(StreamId stream_id, size_t size, bool end_stream, Append append) const;
  WritingFrames writing_frames() const { return WritingFrames(parts()); }
  Ending ending() const { return Ending(parts()); }
  SendingData sending_data() const { return SendingData(parts()); }
  Prioritizing prioritizing() const { return Prioritizing(parts()); }
  SendingHeads sending_heads() const { return SendingHeads(parts()); }
  FindingStreams finding_streams() const { return FindingStreams(parts()); }

  NamedFields named_fields(FieldsView fields, const PreparedPart& prepared) const;
  void start_body(Stream* stream, Body&& body, const ContentLength& content) const;
  Stream* create_own_stream(const RequestHead& request, uintptr_t user_data) const;
  const Rule* check_fields(const NamedFields& fields, const Body& body, RequestHead* head) const;
  const Rule* check_fields(const OutgoingHead& outgoing, ResponseHead* head) const;
  bool exceeds_peer_limit(FieldsView fields) const;
  bool waits_for_body(const Stream* stream, const NamedFields& fields) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_STREAM_COMMANDS_H_
