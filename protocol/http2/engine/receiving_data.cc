#include "headrace/protocol/http2/engine/receiving_data.h"

#include <algorithm>

namespace headrace {
HEADRACE_ABI_BEGIN

// The whole frame is judged before its first octet is delivered: the connection's window, the
// stream's state and window, the announced content-length (§6.1, §6.9.1, §8.1.1).
void ReceivingData::begin_data(uint32_t padding) const {
  static constexpr Rule kConnectionWindow = {"RFC 9113 §6.9.1",
                                             "DATA stays within the connection's window"};
  static constexpr Rule kHeadFirst = {"RFC 9113 §8.1", "HEADERS come before DATA"};
  static constexpr Rule kStreamWindow = {"RFC 9113 §6.9.1",
                                         "DATA stays within the stream's window"};

  const uint32_t size = inbound().header().length - padding;  // of the data
  bool end_stream = inbound().header().has(flags::kEndStream);
  if (!credit().receive(inbound().header().length)) {
    return ending().fail(ErrorCode::kFlowControlError, kConnectionWindow, inbound().header().length,
                         static_cast<uint64_t>(credit().window()));
  }
  if (size == 0 && !end_stream && !ending().spend_useless_frame()) return;

  Stream* stream = streams().find(inbound().header().stream_id);
  if (!ending().receive_on(stream, StreamInput::kData)) return;
  int64_t base = settings().own().initial_window_size;
  if (!credit().receive(&stream->credit, base, inbound().header().length)) {
    const int64_t window = std::max<int64_t>(stream->credit.window(base), 0);
    return ending().fail_stream(ending().frame_error(ErrorCode::kFlowControlError, kStreamWindow,
                                                     inbound().header().length,
                                                     static_cast<uint64_t>(window)));
  }
  if (!stream->exchange.head_received()) {
    return ending().fail_stream(ending().frame_error(ErrorCode::kProtocolError, kHeadFirst));
  }
  const ContentLength& content = stream->exchange.received();
  if (!content.allows(size, end_stream)) {
    return ending().fail_stream(
        ending().frame_error(ErrorCode::kProtocolError, kContentLengthKept,
                             content.counted() + size, static_cast<uint64_t>(content.announced())),
        "content-length");
  }
  if (credit().measure(inbound().header().length))
    writing_frames().send_ping(kWindowPing, PingPurpose::kWindow);
  if (end_stream) credit().stop(&stream->credit);
  stream->exchange.receive_content(size);
  credit().deliver(end_stream);
}

EventPtr ReceivingData::on_piece(gsl::span<const uint8_t> bytes) const {
  const StreamId id = inbound().header().stream_id;
  Stream* stream = credit().delivers() ? streams().find(id) : nullptr;
  if (stream == nullptr || stream->life.closed()) {
    credit().skip_rest();
    if (inbound().frame_ended()) (void)credit().end_frame();
    return nullptr;
  }
  const auto size = static_cast<uint32_t>(bytes.size());
  const uintptr_t user_data = stream->user_data;
  const bool last = credit().ends_stream() && inbound().left() == 0;
  // Not announced: the rest of a request that was answered 431.
  const bool told = stream->notice.announced() && (last || size > 0);
  if (told) {
    reports().counts().data_received += size;
    if (!stream->credit.automatic()) credit().hold(&stream->credit, size);
  }
  if (last) {
    ending().end_of_message(stream);
    stream = streams().find(id);  // its record may be gone
  }
  if (inbound().frame_ended()) end_frame(stream);
  if (!told) return nullptr;
  return recycler().lend(DataReceived{id, user_data, last, Bytes(bytes)});
}

void ReceivingData::on_padding() const {
  if (inbound().frame_ended()) end_frame(streams().find(inbound().header().stream_id));
}

// Octets that the application does not hold are given back.
void ReceivingData::end_frame(Stream* stream) const {
  const uint32_t consumed = credit().end_frame();
  if (credit().delivers() && stream != nullptr) sending_credit().use_window(stream, consumed);
}

HEADRACE_ABI_END
}  // namespace headrace
