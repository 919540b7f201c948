#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_DATA_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_DATA_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/crediting.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/writing.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// DATA (RFC 9113 §6.1), which is judged by its header and delivered in pieces.
class ReceivingData
    : private Uses<Credit, Inbound, Recycler<Event>, Reports, SettingsSync, Streams> {
 public:
  using Uses::Uses;

  // The header of a DATA frame, and its Pad Length, were received. `padding` counts that, too.
  void begin_data(uint32_t padding) const;
  // A piece of the frame. Null: the application has closed the stream meanwhile.
  EventPtr deliver_data(gsl::span<const uint8_t> bytes) const;
  // The frame has been received whole: what the application does not hold is given back.
  void end_data() const;

 private:
  Writing writing() const { return Writing(parts()); }
  Ending ending() const { return Ending(parts()); }
  Crediting crediting() const { return Crediting(parts()); }
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_DATA_H_
