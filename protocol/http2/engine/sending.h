#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/crediting.h"
#include "headrace/protocol/http2/engine/cutting.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/opening.h"
#include "headrace/protocol/http2/engine/parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The output, from being asked for to being released.
class Sending : private Uses<ConnectionLife, Deadlines, Outbox, Pings, Sender, Streams> {
 public:
  using Uses::Uses;

  // See Connection.
  gsl::span<const ConstBuffer> pending_output(size_t max_bytes) const;
  bool output_waits() const;
  // The transport has taken `size` octets, now or (not `exact`) since.
  void note_sent(size_t size, bool exact) const;
  void release_output(size_t size) const;
  Blocked why_blocked(StreamId stream_id) const;

 private:
  Ending ending() const { return Ending(parts()); }
  Crediting crediting() const { return Crediting(parts()); }
  Cutting cutting() const { return Cutting(parts()); }
  Opening opening() const { return Opening(parts()); }

  void on_end_shown(Stream* stream) const;
  void on_departed(const PlacedMark& mark) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_H_
