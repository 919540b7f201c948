#include "headrace/protocol/http2/engine/receiving_data.h"

#include <algorithm>

namespace headrace {
HEADRACE_ABI_BEGIN

// The whole frame is judged before its first octet is delivered: the connection's window, the
// stream's state and window, the announced content-length (§6.1, §6.9.1, §8.1.1). Null: it was
// refused.
[[gnu::always_inline]] inline Stream* ReceivingData::begin(uint32_t padding) const {
  static constexpr Rule kConnectionWindow = {"RFC 9113 §6.9.1",
                                             "DATA stays within the connection's window"};
  static constexpr Rule kHeadFirst = {"RFC 9113 §8.1", "HEADERS come before DATA"};
  static constexpr Rule kStreamWindow = {"RFC 9113 §6.9.1",
                                         "DATA stays within the stream's window"};

  const uint32_t length = inbound().header().length;
  const uint32_t size = length - padding;  // of the data
  const bool end_stream = inbound().header().has(flags::kEndStream);
  auto refuse = [this](const StreamError& error, std::string_view field = {}) -> Stream* {
    ending().fail_stream(error, field);
    return nullptr;
  };
  if (!credit().receive(length)) {
    ending().fail(ErrorCode::kFlowControlError, kConnectionWindow, length,
                  static_cast<uint64_t>(credit().window()));
    return nullptr;
  }
  if (size == 0 && !end_stream && !ending().spend_useless_frame()) return nullptr;

  Stream* stream = streams().find(inbound().header().stream_id);
  if (!ending().receive_on(stream, StreamInput::kData)) return nullptr;
  const int64_t base = settings().own().initial_window_size;
  IncomingMessage& message = *stream->incoming;
  if (!credit().receive(&message.credit, base, length)) {
    const int64_t window = std::max<int64_t>(message.credit.window(base), 0);
    return refuse(ending().frame_error(ErrorCode::kFlowControlError, kStreamWindow, length,
                                       static_cast<uint64_t>(window)));
  }
  if (!stream->exchange.head_received()) {
    return refuse(ending().frame_error(ErrorCode::kProtocolError, kHeadFirst));
  }
  ContentLength& content = message.content;
  if (!content.allows(size, end_stream)) {
    return refuse(
        ending().frame_error(ErrorCode::kProtocolError, kContentLengthKept,
                             content.counted() + size, static_cast<uint64_t>(content.announced())),
        "content-length");
  }
  if (credit().measure(length)) writing_frames().send_ping(kWindowPing, PingPurpose::kWindow);
  if (end_stream) credit().stop(&message.credit);
  content.count(size);
  credit().deliver(end_stream);
  return stream;
}

// Octets that the application does not hold are given back.
[[gnu::always_inline]] inline void ReceivingData::end_frame(Stream* stream) const {
  const uint32_t consumed = credit().end_frame();
  if (credit().delivers() && stream != nullptr) sending_credit().use_window(stream, consumed);
}

[[gnu::always_inline]] inline const Event* ReceivingData::deliver(
    Stream* stream, gsl::span<const uint8_t> bytes) const {
  const StreamId id = stream->id;
  const auto size = static_cast<uint32_t>(bytes.size());
  const uintptr_t user_data = stream->user_data;
  const bool last = credit().ends_stream() && inbound().left() == 0;
  // A stream that was not announced has the rest of a request that was answered 431.
  const bool told = stream->notice.announced() && (last || size > 0);
  if (told) {
    reports().counts().data_received += size;
    CreditState* const held_by = &stream->incoming->credit;
    if (!held_by->automatic()) credit().hold(held_by, size);
  }
  if (last) [[unlikely]] {
    ending().end_of_message(stream);
    stream = streams().find(id);  // its record may be gone
  }
  if (inbound().frame_ended()) end_frame(stream);
  if (!told) return nullptr;
  return recycler().make(DataReceived{id, user_data, last, Bytes(bytes)});
}

// Continues with the payload, unless the header caused an event that must come first or filled the
// reply queue.
bool ReceivingData::on_header(const Event** event) const {
  const FrameHeader& header = inbound().header();
  reports().received(header, {});
  Stream* const stream = header.has(flags::kPadded) ? nullptr : begin(0);
  if (!life().is_open()) return true;
  inbound().decide(FrameFate::kStream);
  if (outbox().holds_input() || !notices().empty()) return true;
  if (stream == nullptr || !inbound().take_piece()) return false;
  *event = deliver(stream, inbound().payload());
  return true;
}

const Event* ReceivingData::on_piece(gsl::span<const uint8_t> bytes) const {
  Stream* stream = credit().delivers() ? streams().find(inbound().header().stream_id) : nullptr;
  if (stream != nullptr && !stream->life.closed()) return deliver(stream, bytes);
  credit().skip_rest();
  if (inbound().frame_ended()) (void)credit().end_frame();
  return nullptr;
}

void ReceivingData::on_pad_length(uint32_t padding) const { (void)begin(padding); }

void ReceivingData::on_padding() const {
  if (inbound().frame_ended()) end_frame(streams().find(inbound().header().stream_id));
}

HEADRACE_ABI_END
}  // namespace headrace
