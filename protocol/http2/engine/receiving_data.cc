#include "headrace/protocol/http2/engine/receiving_data.h"

#include <algorithm>

namespace headrace {
HEADRACE_ABI_BEGIN

// A DATA frame is judged whole, before its first octet is delivered: the connection's window, the
// stream's state and window, the announced content-length (§6.1, §6.9.1, §8.1.1).
// `padding` counts the Pad Length field, which has been read.
void ReceivingData::begin_data(uint32_t padding) const {
  static constexpr Rule kConnectionWindow = {"RFC 9113 §6.9.1",
                                             "DATA stays within the connection's window"};
  static constexpr Rule kHeadFirst = {"RFC 9113 §8.1", "a message begins with its head"};
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
    writing().send_ping(kWindowPing, PingPurpose::kWindow);
  if (end_stream) credit().stop(&stream->credit);
  stream->exchange.receive_content(size);
  credit().deliver(end_stream);
}

// A piece of the open DATA frame. Null: the application has closed the stream meanwhile.
EventPtr ReceivingData::deliver_data(gsl::span<const uint8_t> bytes) const {
  Stream* stream = streams().find(inbound().header().stream_id);
  if (stream == nullptr || stream->life.closed()) {
    credit().skip_rest();
    return nullptr;
  }
  bool last = credit().ends_stream() && inbound().left() == 0;
  if (!stream->notice.announced()) {  // the rest of a request that was answered 431
    if (last) ending().end_of_message(stream);
    return nullptr;
  }
  auto size = static_cast<uint32_t>(bytes.size());
  reports().counts().data_received += size;
  if (!stream->credit.automatic()) {
    credit().hold(&stream->credit, size);
  }
  uintptr_t user_data = stream->user_data;
  if (last) ending().end_of_message(stream);
  return recycler().lend(DataReceived{inbound().header().stream_id, user_data, last, Bytes(bytes)});
}

// The frame has come in whole: what the application will not give back is given back here.
void ReceivingData::end_data() const {
  const uint32_t consumed = credit().end_frame();
  if (!credit().delivers()) return;
  Stream* stream = streams().find(inbound().header().stream_id);
  if (stream != nullptr) crediting().use_window(stream, consumed);
}

HEADRACE_ABI_END
}  // namespace headrace
