#include "headrace/websocket/endpoint.h"

#include <algorithm>
#include <utility>

#include "headrace/memory/contract.h"
#include "headrace/websocket/close_code.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {
namespace {

constexpr size_t kMaxReason = kMaxControlPayload - 2;

Opcode opcode_of(MessageKind kind) {
  return kind == MessageKind::kText ? Opcode::kText : Opcode::kBinary;
}

}  // namespace

const char* to_string(SendError error) {
  switch (error) {
    case SendError::kNone:
      return "none";
    case SendError::kClosed:
      return "closed";
    case SendError::kWrongState:
      return "wrong state";
    case SendError::kInvalidText:
      return "invalid text";
    case SendError::kInvalidCode:
      return "invalid code";
    case SendError::kTooLarge:
      return "too large";
  }
  return "unknown";
}

// --- EventRange

EventRange::EventRange(Endpoint* endpoint, ByteView octets) : endpoint_(endpoint) {
  if (endpoint->range_ != nullptr) endpoint->range_->finish();
  endpoint->range_ = this;
  held_back_ = std::exchange(endpoint->held_back_, {});
  octets_ = held_back_.empty() ? octets : ByteView(held_back_);
  if (!held_back_.empty()) behind_ = octets;
}

void EventRange::advance() {
  event_.reset();
  if (endpoint_ == nullptr) return;
  endpoint_->events_.detach_held();  // another range's event, of which reading changes the octets
  std::optional<Event> event = read();
  if (!event) return finish();
  event_ = endpoint_->events_.lend(std::move(*event));
  endpoint_->follow(*event_);
}

std::optional<Event> EventRange::read() {
  std::optional<Event> event = endpoint_->reader_.next(&octets_, room_);
  if (event || behind_.empty()) return event;
  octets_ = std::exchange(behind_, {});
  return endpoint_->reader_.next(&octets_, room_);
}

void EventRange::finish() {
  if (endpoint_ == nullptr) return;
  Endpoint* const endpoint = std::exchange(endpoint_, nullptr);
  endpoint->range_ = nullptr;
  if (endpoint->reader_.is_done()) return;
  endpoint->held_back_.assign(octets_.begin(), octets_.end());
  endpoint->held_back_.insert(endpoint->held_back_.end(), behind_.begin(), behind_.end());
}

// --- Endpoint

Endpoint::Endpoint(MaskSource* masks, const Limits& limits)
    : is_client_(masks != nullptr), reader_(/*masked=*/masks == nullptr, limits), writer_(masks) {}

Endpoint::Endpoint(const Limits& limits) : Endpoint(nullptr, limits) {}

Endpoint::Endpoint(MaskSource& masks, const Limits& limits) : Endpoint(&masks, limits) {}

Endpoint::~Endpoint() {
  if (range_ != nullptr) range_->endpoint_ = nullptr;
}

EventRange Endpoint::receive(ByteView octets) { return {this, octets}; }

void Endpoint::end_of_input() {
  input_ended_ = true;
  ping_.reset();
}

// What an event asks of the endpoint itself, before the application has it.
void Endpoint::follow(const Event& event) {
  if (const auto* ping = std::get_if<Ping>(&event)) {
    if (!is_open()) return;
    ping_.emplace();
    std::copy(ping->payload.begin(), ping->payload.end(), ping_->octets.begin());
    ping_->size = static_cast<uint8_t>(ping->payload.size());
    answer_ping();
  } else if (const auto* close = std::get_if<Close>(&event)) {
    close_received_ = true;
    close_code_ = close->code;
    // RFC 6455 §5.5.1: the answer has the same code.
    if (!close_queued_) queue_close(close->code, {});
  } else if (const auto* failure = std::get_if<Failure>(&event)) {
    failed_ = true;
    if (!close_queued_) queue_close(failure->code, {});
  }
}

// A peer that does not read makes us hold two Pongs at most: RFC 6455 §5.5.3 lets us answer only
// the last of several Pings.
void Endpoint::answer_ping() {
  if (!ping_ || writer_.total_sent() < pong_end_) return;
  writer_.add(Opcode::kPong, true, {ping_->octets.data(), ping_->size});
  pong_end_ = writer_.total_added();
  ping_.reset();
}

SendResult Endpoint::send(MessageKind kind, ByteView octets, bool ends) {
  if (!is_open()) return {SendError::kClosed};
  if (sending_ && *sending_ != kind) return {SendError::kWrongState};
  if (kind == MessageKind::kText) {
    Utf8Checker text = sending_ ? sending_text_ : Utf8Checker();
    const bool valid = text.add(octets) == octets.size();
    if (!valid || (ends && !text.is_complete())) return {SendError::kInvalidText};
    sending_text_ = text;
  }
  writer_.add(sending_ ? Opcode::kContinuation : opcode_of(kind), ends, octets);
  sending_ = ends ? std::nullopt : std::optional(kind);
  return {};
}

SendResult Endpoint::ping(ByteView payload) { return send_control(Opcode::kPing, payload); }

SendResult Endpoint::pong(ByteView payload) { return send_control(Opcode::kPong, payload); }

SendResult Endpoint::send_control(Opcode opcode, ByteView payload) {
  if (!is_open()) return {SendError::kClosed};
  if (payload.size() > kMaxControlPayload) return {SendError::kTooLarge};
  writer_.add(opcode, true, payload);
  return {};
}

SendResult Endpoint::close(CloseCode code, std::string_view reason) {
  if (!is_open()) return {SendError::kClosed};
  const bool has_code = code != CloseCode::kNoStatus;
  if (has_code ? !may_be_sent(code) : !reason.empty()) return {SendError::kInvalidCode};
  if (reason.size() > kMaxReason) return {SendError::kTooLarge};
  if (!Utf8Checker::is_text(reason)) return {SendError::kInvalidText};
  queue_close(code, reason);
  return {};
}

// RFC 6455 §5.5.1: the last frame.
void Endpoint::queue_close(CloseCode code, std::string_view reason) {
  std::array<uint8_t, kMaxControlPayload> payload;
  size_t size = 0;
  if (code != CloseCode::kNoStatus) {
    payload[0] = static_cast<uint8_t>(static_cast<uint16_t>(code) >> 8);
    payload[1] = static_cast<uint8_t>(code);
    std::copy(reason.begin(), reason.end(), payload.begin() + 2);
    size = 2 + reason.size();
  }
  writer_.add(Opcode::kClose, true, {payload.data(), size});
  close_queued_ = true;
  ping_.reset();
}

std::span<const uint8_t> Endpoint::pending_output() const { return writer_.pending(); }

void Endpoint::sent(size_t size) {
  HEADRACE_EXPECTS(size <= writer_.pending().size(), "websocket::Endpoint::sent()",
                   "no more than pending_output() has", {"size", size},
                   {"pending", writer_.pending().size()});
  writer_.sent(size);
  answer_ping();
  if (writer_.pending().empty()) output_ended_ = output_ends();
}

bool Endpoint::wants_output() const {
  return !writer_.pending().empty() || (output_ends() && !output_ended_);
}

bool Endpoint::output_ends() const {
  return failed_ || input_ended_ || (!is_client_ && is_clean());
}

void Endpoint::trim() {
  writer_.trim();
  held_back_.shrink_to_fit();
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace
