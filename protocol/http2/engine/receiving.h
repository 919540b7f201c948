#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/prioritizing.h"
#include "headrace/protocol/http2/engine/receiving_control.h"
#include "headrace/protocol/http2/engine/receiving_data.h"
#include "headrace/protocol/http2/engine/receiving_messages.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Bytes -> frames: checks their order and hands each to its class. DATA is judged by its header,
// before its first octet is delivered, and streams through.
class Receiving
    : private Uses<ConnectionLife, Deadlines, FieldReader, Inbound, Outbox, Reports, SettingsSync> {
 public:
  using Uses::Uses;

  // Handles the next item of the input. False: more input is needed, or output has to be sent
  // first.
  bool parse(const Event** event) const;

 private:
  Ending ending() const { return Ending(parts()); }
  Prioritizing prioritizing() const { return Prioritizing(parts()); }
  ReceivingControl control() const { return ReceivingControl(parts()); }
  ReceivingData data() const { return ReceivingData(parts()); }
  ReceivingMessages messages() const { return ReceivingMessages(parts()); }

  void note(const FrameHeader& header) const;
  bool take(const FrameHeader& header) const;
  bool on_header(const Event** event) const;
  bool on_data_header(const Event** event) const;
  bool await_payload(const Event** event) const;
  bool check_frame_order() const;
  bool check_header() const;
  bool on_item(Inbound::Item item, const Event** event) const;
  const Event* on_frame(gsl::span<const uint8_t> payload) const;
  const Event* on_settings(gsl::span<const uint8_t> payload) const;
  void on_pad_length() const;
  void on_foreign_client() const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_H_
