#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_DATA_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_DATA_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/sending_credit.h"
#include "headrace/protocol/http2/engine/writing_frames.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// DATA (RFC 9113 §6.1), which is judged by its header and delivered in pieces.
class ReceivingData : private Uses<ConnectionLife, Credit, Inbound, Notices, Outbox,
                                   Recycler<Event>, Reports, SettingsSync, Streams> {
 public:
  using Uses::Uses;

  // The header of a DATA frame was received. False: the next item of the input is to be
  // handled.
  bool on_header(const Event** event) const;
  // Its Pad Length was received, too. `padding` includes that octet.
  void on_pad_length(uint32_t padding) const;
  // A piece of the frame, or of its padding, was received. The last one gives back the octets that
  // the application does not hold. Null if there is no event.
  const Event* on_piece(gsl::span<const uint8_t> bytes) const;
  void on_padding() const;

 private:
  Stream* begin(uint32_t padding) const;
  const Event* deliver(Stream* stream, gsl::span<const uint8_t> bytes) const;
  void end_frame(Stream* stream) const;

  WritingFrames writing_frames() const { return WritingFrames(parts()); }
  Ending ending() const { return Ending(parts()); }
  SendingCredit sending_credit() const { return SendingCredit(parts()); }
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_DATA_H_
