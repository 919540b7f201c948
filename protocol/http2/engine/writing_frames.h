#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_WRITING_FRAMES_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_WRITING_FRAMES_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/frame/frame_writer.h"
#include "headrace/protocol/http2/engine/parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Frames -> the outbox, whole and in order (RFC 9113 §4). The only class that writes frames other
// than DATA; field blocks are encoded in the order in which they are sent, as the HPACK table
// requires (§4.3).
class WritingFrames : private Uses<FieldWriter, Outbox, Pings, Reports, SettingsSync> {
 public:
  using Uses::Uses;

  // All frames pass here, in memory that the outbox reserved: a whole one, or DATA whose payload
  // follows by reference.
  [[gnu::always_inline]] void queue(FrameType type, const uint8_t* frame,
                                    const uint8_t* end) const {
    outbox().commit(end);
    reports().sent(type, frame);
  }
  // Several whole ones.
  void queue_frames(const uint8_t* begin, const uint8_t* end) const;
  // Counts the frame that was queued last as provoked by the peer (Limits::queued_replies).
  [[gnu::always_inline]] void count_reply() const {
    if (outbox().count_reply()) [[unlikely]]
      reports().hit(outbox().queued_replies());
  }

  [[gnu::always_inline]] void write_ping(uint64_t opaque, bool ack) const {
    uint8_t* const room = outbox().reserve(kPingSize);
    queue(FrameType::kPing, room, headrace::write_ping(opaque, ack, room));
  }
  // A PING of ours, which is answered.
  void send_ping(uint64_t opaque, PingPurpose purpose) const;
  void write_window_update(StreamId stream_id, uint32_t increment) const {
    uint8_t* const room = outbox().reserve(kWindowUpdateSize);
    queue(FrameType::kWindowUpdate, room,
          headrace::write_window_update(stream_id, increment, room));
  }
  void write_rst_stream(StreamId id, ErrorCode code) const;
  void write_goaway(StreamId last_stream_id, ErrorCode code, std::string_view debug_data) const;

  // The fields of a head, with what is known of those that were sent before.
  NamedFields look_up(FieldsView fields) const { return field_writer().look_up(fields); }
  // A field block in HEADERS, and in CONTINUATION if it does not fit into one frame.
  void write_field_block(StreamId id, const OutgoingHead& head, bool end_stream) const;
  void write_promise(StreamId id, StreamId promised_id, FieldsView fields) const;
  // The trailers of its body, which must have some.
  void write_trailers(Stream* stream) const;

  // RFC 9113 §6.1: the octets that the application's policy adds to a frame, at most `room`.
  size_t padding_for(const FrameHeader& frame, size_t room) const;

 private:
  void check_backlog() const {
    if (outbox().count_backlog()) [[unlikely]]
      reports().hit(outbox().output_backlog());
  }
  void write_headers_frames(StreamId id, gsl::span<const uint8_t> block, bool end_stream) const;
  bool write_padded_block(FrameType type, uint8_t flags, StreamId id,
                          gsl::span<const uint8_t> content) const;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_WRITING_FRAMES_H_
