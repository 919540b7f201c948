#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_OUTPUT_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_OUTPUT_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/sending_credit.h"
#include "headrace/protocol/http2/engine/sending_data.h"
#include "headrace/protocol/http2/engine/sending_heads.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The output, from being asked for to being released.
class SendingOutput : private Uses<ConnectionLife, Deadlines, Outbox, Pings, Sender, Streams> {
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
  SendingCredit sending_credit() const { return SendingCredit(parts()); }
  SendingData sending_data() const { return SendingData(parts()); }
  SendingHeads sending_heads() const { return SendingHeads(parts()); }

  void on_end_shown(Stream* stream) const;
  void on_departed(const PlacedMark& mark) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_SENDING_OUTPUT_H_
