#include "headrace/websocket/reader.h"

#include <algorithm>
#include <utility>

#include "headrace/websocket/close_code.h"
#include "headrace/websocket/rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {
namespace {

constexpr uint64_t kMaxLength = UINT64_MAX >> 1;

bool is_known(Opcode opcode) {
  return opcode <= Opcode::kBinary || (opcode >= Opcode::kClose && opcode <= Opcode::kPong);
}

Failure protocol_error(const Rule& rule) { return {CloseCode::kProtocolError, &rule}; }

}  // namespace

std::optional<Event> Reader::next(ByteView* octets, std::span<uint8_t> room) {
  while (!done_) {
    if (text_is_wrong_) return fail({CloseCode::kInvalidData, &kTextNotUtf8});
    if (!frame_) {
      frame_ = header_reader_.read(octets);
      if (!frame_) return std::nullopt;
      if (const std::optional<Failure> failure = check(*frame_)) return fail(*failure);
      begin_frame();
    }
    const bool control = is_control(frame_->opcode);
    std::optional<Event> event = control ? take_control(octets) : take_piece(octets, room);
    if (event || (frame_ && !text_is_wrong_)) return event;
  }
  *octets = {};
  return std::nullopt;
}

// The rule that a frame's header breaks.
std::optional<Failure> Reader::check(const FrameHeader& header) const {
  if (header.reserved != 0) return protocol_error(kReservedBits);
  if (!is_known(header.opcode)) return protocol_error(kUnknownOpcode);
  if (masked_ && !header.mask) return protocol_error(kNotMasked);
  if (!masked_ && header.mask) return protocol_error(kMasked);
  if (!header.shortest) return protocol_error(kLengthNotShortest);
  if (header.length > kMaxLength) return protocol_error(kLengthTooLong);
  if (is_control(header.opcode)) {
    if (!header.fin) return protocol_error(kControlFragmented);
    if (header.length > kMaxControlPayload) return protocol_error(kControlTooLong);
    return std::nullopt;
  }
  const bool continues = header.opcode == Opcode::kContinuation;
  if (continues && !message_) return protocol_error(kNothingToContinue);
  if (!continues && message_) return protocol_error(kMessageWithinMessage);
  return check_size(header);
}

std::optional<Failure> Reader::check_size(const FrameHeader& header) const {
  if (header.length > limits_.frame_size) {
    return Failure{CloseCode::kMessageTooBig, &kFrameTooBig, header.length};
  }
  // (No sum of frames is above what a limit can be.)
  const uint64_t before = message_ ? message_size_ : 0;
  if (header.length > limits_.message_size - before) {
    return Failure{CloseCode::kMessageTooBig, &kMessageTooBig, before + header.length};
  }
  return std::nullopt;
}

void Reader::begin_frame() {
  position_ = 0;
  if (is_control(frame_->opcode)) return;
  if (!message_) {
    message_ = frame_->opcode == Opcode::kText ? MessageKind::kText : MessageKind::kBinary;
    message_size_ = 0;
    begins_ = true;
  }
  message_size_ += frame_->length;
}

// A control frame is told whole.
std::optional<Event> Reader::take_control(ByteView* octets) {
  const auto size = static_cast<size_t>(frame_->length);
  const auto before = static_cast<size_t>(position_);
  const ByteView taken(octets->data(), std::min(octets->size(), size - before));
  std::copy(taken.begin(), taken.end(), control_.data() + before);
  octets->remove_prefix(taken.size());
  position_ += taken.size();
  if (position_ < size) return std::nullopt;
  const ByteView payload(control_.data(), size);
  if (frame_->mask) apply_mask(*frame_->mask, 0, payload, control_.data());
  const Opcode opcode = frame_->opcode;
  frame_.reset();
  switch (opcode) {
    case Opcode::kPing:
      return Ping{Bytes(payload)};
    case Opcode::kPong:
      return Pong{Bytes(payload)};
    default:
      return end_of_close(payload);
  }
}

// A piece of a message's frame. Nothing if there are no octets to tell of and no end; a frame that
// has ended is then gone.
std::optional<Event> Reader::take_piece(ByteView* octets, std::span<uint8_t> room) {
  uint64_t size = std::min<uint64_t>(octets->size(), frame_->length - position_);
  if (frame_->mask) size = std::min<uint64_t>(size, room.size());
  ByteView piece(octets->data(), static_cast<size_t>(size));
  octets->remove_prefix(piece.size());
  if (frame_->mask && size > 0) {
    apply_mask(*frame_->mask, position_, piece, room.data());
    piece = {room.data(), piece.size()};
  }
  position_ += size;
  const bool frame_ends = position_ == frame_->length;
  bool ends = frame_ends && frame_->fin;
  const MessageKind kind = *message_;
  if (kind == MessageKind::kText) check_text(&piece, &ends);
  if (frame_ends) frame_.reset();
  if (ends) message_.reset();
  if (piece.empty() && !ends) return std::nullopt;
  return MessagePiece{kind, std::exchange(begins_, false), ends, Bytes(piece)};
}

// Of a piece that is not UTF-8, what is in front of that is told, so that it is the same wherever
// the input was cut.
void Reader::check_text(ByteView* piece, bool* ends) {
  const size_t valid = text_.add(*piece);
  text_is_wrong_ = valid < piece->size() || (*ends && !text_.is_complete());
  if (!text_is_wrong_) return;
  *piece = {piece->data(), valid};
  *ends = false;
}

Event Reader::end_of_close(ByteView payload) {
  if (payload.size() == 1) return fail(protocol_error(kHalfACode));
  done_ = true;
  if (payload.empty()) return Close{CloseCode::kNoStatus, {}};
  const auto code = static_cast<CloseCode>(payload.data()[0] << 8 | payload.data()[1]);
  if (!may_be_sent(code)) return fail(protocol_error(kCloseCode));
  payload.remove_prefix(2);
  if (!Utf8Checker::is_text(payload)) return fail({CloseCode::kInvalidData, &kReasonNotUtf8});
  return Close{code, Bytes(payload)};
}

Event Reader::fail(const Failure& failure) {
  done_ = true;
  return failure;
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace
