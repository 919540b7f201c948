#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_MESSAGES_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_MESSAGES_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/prioritizing.h"
#include "headrace/protocol/http2/engine/sending_heads.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Field blocks -> messages (RFC 9113 §4.3, §8). A block is decoded before its stream is looked up,
// so that the HPACK table is right whatever becomes of the stream.
class ReceivingMessages
    : private Uses<Credit, Deadlines, FieldReader, GoingAway, Inbound, Notices, Priorities,
                   Recycler<Event>, Reports, SettingsSync, Streams> {
 public:
  using Uses::Uses;

  const Event* on_headers(gsl::span<const uint8_t> payload) const;
  const Event* on_push_promise(gsl::span<const uint8_t> payload) const;
  // The payload of CONTINUATION, or the first fragment of a block that needs it.
  const Event* on_fragment(gsl::span<const uint8_t> fragment) const;

 private:
  Ending ending() const { return Ending(parts()); }
  Prioritizing prioritizing() const { return Prioritizing(parts()); }
  SendingHeads sending_heads() const { return SendingHeads(parts()); }

  const Event* begin_block(gsl::span<const uint8_t> fragment, StreamId promised_id,
                           bool depends_on_itself) const;
  const Event* on_field_block(gsl::span<const uint8_t> octets) const;
  Stream* open_stream(StreamId id) const;
  const Event* on_request(const LimitHit* too_large) const;
  const Event* on_response(Stream* stream, const LimitHit* too_large) const;
  const Event* on_promise(const LimitHit* too_large) const;
  const Event* on_trailers(Stream* stream, const LimitHit* too_large) const;
  bool begin_content(Stream* stream, int64_t length, bool ends) const;
  void refuse_too_large(Stream* stream, const LimitHit& reached) const;
  bool join_cookies(const RequestHead& request) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_RECEIVING_MESSAGES_H_
