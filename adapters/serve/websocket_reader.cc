#include "headrace/adapters/serve/websocket_reader.h"

#include <algorithm>
#include <gsl/span>

namespace headrace::serve {
namespace {

// RFC 6455 §7.4: codes that a Close frame may contain, registered ones and those of applications.
bool is_sendable(uint16_t code) {
  const bool registered = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  return registered || (code >= 3000 && code <= 4999);
}

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::optional<WebSocketReader::Item> WebSocketReader::next(gsl::span<const uint8_t>* bytes) {
  if (message_told_) {
    message_told_ = false;
    message_.clear();
  }
  while (!failed_) {
    if (!frame_) {
      frame_ = header_reader_.read(bytes);
      if (!frame_) return std::nullopt;
      frame_position_ = 0;
      control_.clear();
      if (const auto status = check(*frame_)) return violation(*status);
      if (!is_control(frame_->opcode) && frame_->opcode != Opcode::kContinuation) {
        message_opcode_ = frame_->opcode;
        text_ = Utf8Checker();
      }
    }
    if (!take_payload(bytes)) return violation(WebSocketStatus::kInvalidData);
    if (frame_position_ < frame_->length) return std::nullopt;
    if (const std::optional<Item> item = end_of_frame()) return item;
  }
  *bytes = {};
  return std::nullopt;
}

// Checks the rules about a frame's header. Returns the status to fail with, or nothing.
std::optional<WebSocketStatus> WebSocketReader::check(const WebSocketFrameHeader& header) const {
  const bool known = header.opcode <= Opcode::kBinary ||
                     (header.opcode >= Opcode::kClose && header.opcode <= Opcode::kPong);
  if (!known || header.reserved != 0 || !header.masked) return WebSocketStatus::kProtocolError;
  if (is_control(header.opcode)) {
    const bool fits = header.fin && header.length <= kMaxControlPayload;
    return fits ? std::nullopt : std::optional(WebSocketStatus::kProtocolError);
  }
  // §5.4: frames of two messages do not mix.
  const bool continues = header.opcode == Opcode::kContinuation;
  if (continues != message_opcode_.has_value()) return WebSocketStatus::kProtocolError;
  if (header.length > max_message_ - message_.size()) return WebSocketStatus::kTooBig;
  return std::nullopt;
}

// False if the payload is invalid text.
bool WebSocketReader::take_payload(gsl::span<const uint8_t>* bytes) {
  const auto size =
      static_cast<size_t>(std::min<uint64_t>(bytes->size(), frame_->length - frame_position_));
  std::string& target = is_control(frame_->opcode) ? control_ : message_;
  const size_t before = target.size();
  target.append(reinterpret_cast<const char*>(bytes->data()), size);
  const gsl::span<char> taken = gsl::span<char>(target).subspan(before);
  apply_mask(frame_->mask, frame_position_, taken);
  frame_position_ += size;
  *bytes = bytes->subspan(size);
  const bool is_text = !is_control(frame_->opcode) && message_opcode_ == Opcode::kText;
  return !is_text || text_.add(octets(std::string_view(target).substr(before)));
}

std::optional<WebSocketReader::Item> WebSocketReader::end_of_frame() {
  const WebSocketFrameHeader frame = *frame_;
  frame_.reset();
  switch (frame.opcode) {
    case Opcode::kPing:
      return Item{Item::Kind::kPing, frame.opcode, WebSocketStatus::kNormal, control_};
    case Opcode::kPong:
      return Item{Item::Kind::kPong, frame.opcode, WebSocketStatus::kNormal, control_};
    case Opcode::kClose:
      return end_of_close();
    default:
      break;
  }
  if (!frame.fin) return std::nullopt;
  const Opcode opcode = *message_opcode_;
  message_opcode_.reset();
  if (opcode == Opcode::kText && !text_.is_complete()) {
    return violation(WebSocketStatus::kInvalidData);
  }
  message_told_ = true;
  return Item{Item::Kind::kMessage, opcode, WebSocketStatus::kNormal, message_};
}

// RFC 6455 §5.5.1: the payload is empty, or a code followed by a reason.
WebSocketReader::Item WebSocketReader::end_of_close() {
  Item item{Item::Kind::kClose, Opcode::kClose, WebSocketStatus::kNoStatus, {}};
  if (control_.empty()) return item;
  if (control_.size() < 2) return violation(WebSocketStatus::kProtocolError);
  const auto code = static_cast<uint16_t>(static_cast<uint8_t>(control_[0]) << 8 |
                                          static_cast<uint8_t>(control_[1]));
  if (!is_sendable(code)) return violation(WebSocketStatus::kProtocolError);
  item.status = static_cast<WebSocketStatus>(code);
  item.payload = std::string_view(control_).substr(2);
  Utf8Checker reason;
  if (!reason.add(octets(item.payload)) || !reason.is_complete()) {
    return violation(WebSocketStatus::kInvalidData);
  }
  return item;
}

WebSocketReader::Item WebSocketReader::violation(WebSocketStatus status) {
  failed_ = true;
  return Item{Item::Kind::kViolation, Opcode::kClose, status, {}};
}

}  // namespace headrace::serve
