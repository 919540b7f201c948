#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_PRIORITIZING_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_PRIORITIZING_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/finding_streams.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Sets the priorities of streams (RFC 9218), in the order of which the scheduler sends DATA.
class Prioritizing : private Uses<FieldReader, Inbound, Outbox, Priorities, Recycler<Event>, Sender,
                                  SettingsSync, Streams> {
 public:
  using Uses::Uses;

  // A request was received. `update`: of a PRIORITY_UPDATE that came before it, which is the later
  // signal (§7).
  void prioritize_request(Stream* stream, const std::optional<Priority>& update) const;
  // The fields of our response count more than the request's (§8). Those of our request count for
  // its body (§9).
  void merge_own_priority(Stream* stream, FieldsView fields) const;
  void on_priority(gsl::span<const uint8_t> payload) const;
  const Event* on_priority_update(gsl::span<const uint8_t> payload) const;
  void write_priority_update(Stream* stream) const;

  // A command: see Connection.
  SubmitResult update_priority(StreamId stream_id, const Priority& priority) const;

 private:
  WritingFrames writing_frames() const { return WritingFrames(parts()); }
  Ending ending() const { return Ending(parts()); }
  FindingStreams finding_streams() const { return FindingStreams(parts()); }

  void note_priority_signal() const;
  void give_priority(Stream* stream, const Priority& priority) const;
  void prioritize_idle(StreamId id, const Priority& priority) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_PRIORITIZING_H_
