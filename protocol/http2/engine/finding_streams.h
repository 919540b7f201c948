#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_FINDING_STREAMS_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_FINDING_STREAMS_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/http2/engine/parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Looks up the stream that a command of the application names.
class FindingStreams : private Uses<ConnectionLife, Streams> {
 public:
  using Uses::Uses;

  // Null: the command is refused, and `error` says why. An id above 2^31-1 stops the program.
  Stream* find_for_command(StreamId id, SubmitError* error) const {
    AliveMark::check_id(id);
    Stream* const stream = life().is_open() ? streams().find(id) : nullptr;
    if (stream != nullptr && stream->notice.announced() && !stream->life.closed()) [[likely]]
      return stream;
    *error = refusal(id);
    return nullptr;
  }
  // Null: a command would be refused.
  const Stream* find_open(StreamId id) const {
    const Stream* const stream = streams().find(id);
    return stream != nullptr && is_open(stream) ? stream : nullptr;
  }
  // The next one that a command can name: Connection::next_stream().
  StreamId next_open(StreamId after) const;

 private:
  SubmitError refusal(StreamId id) const;
  bool is_open(const Stream* stream) const {
    return life().is_open() && stream->notice.announced() && !stream->life.closed();
  }
  StreamId next_open_of_side(StreamId after, bool odd) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_FINDING_STREAMS_H_
