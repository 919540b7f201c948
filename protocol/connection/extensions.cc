#include <gsl/span>

#include "headrace/protocol/connection/engine.h"

// Frames of extensions (RFC 9113 §5.5) that nothing here depends on: handed to the application.

namespace headrace {
HEADRACE_ABI_BEGIN

EventPtr Engine::on_extension(gsl::span<const uint8_t> payload) {
  if (!spend_useless_frame()) return nullptr;
  // They are for clients; a server ignores them as any type that it does not know.
  const bool client = role_ == Role::kClient;
  if (inbound_.header().type == FrameType::kAltSvc && client && options_.receive_altsvc) {
    return on_altsvc(payload);
  }
  if (inbound_.header().type == FrameType::kOrigin && client && options_.receive_origin) {
    return on_origin(payload);
  }
  return recycler_.lend(UnknownFrameReceived{inbound_.header().stream_id,
                                             static_cast<uint8_t>(inbound_.header().type),
                                             inbound_.header().flags, Bytes(payload)});
}

// RFC 7838 §4. What is wrong with one is no error; of a stream that is not there it says nothing.
EventPtr Engine::on_altsvc(gsl::span<const uint8_t> payload) {
  AltSvc altsvc;
  if (!parse_altsvc(inbound_.header(), payload, &altsvc)) return nullptr;
  uintptr_t user_data = 0;
  if (inbound_.header().stream_id != 0) {
    const Stream* stream = streams_.find(inbound_.header().stream_id);
    if (stream == nullptr || !stream->notice.announced() || stream->life.closed()) return nullptr;
    user_data = stream->user_data;
  }
  return recycler_.lend(AltSvcReceived{inbound_.header().stream_id, user_data, Bytes(altsvc.origin),
                                       Bytes(altsvc.value)});
}

// RFC 8336 §2.2.
EventPtr Engine::on_origin(gsl::span<const uint8_t> payload) {
  if (!is_origin_frame_sound(inbound_.header(), payload)) return nullptr;
  return recycler_.lend(OriginReceived{OriginEntries(payload)});
}

HEADRACE_ABI_END
}  // namespace headrace
