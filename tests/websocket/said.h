#ifndef HEADRACE_TESTS_WEBSOCKET_SAID_H_
#define HEADRACE_TESTS_WEBSOCKET_SAID_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headrace/protocol/event/overloaded.h"
#include "headrace/websocket/endpoint.h"

namespace headrace::testing {

using Said = std::vector<std::string>;

// What an endpoint tells, whole messages put together, as lines: "text:Hello", "binary:...",
// "ping:...", "pong:...", "close 1000:bye", "close 1005:", "fails 1002 RFC 6455 §5.1".
class Listener {
 public:
  void take(const websocket::Event& event) {
    const auto number = [](websocket::CloseCode code) {
      return std::to_string(static_cast<int>(code));
    };
    const auto text = [](ByteView octets) { return std::string(octets.begin(), octets.end()); };
    std::visit(
        Overloaded{
            [&](const websocket::MessagePiece& piece) { take_piece(piece); },
            [&](const websocket::Ping& ping) { said_.push_back("ping:" + text(ping.payload)); },
            [&](const websocket::Pong& pong) { said_.push_back("pong:" + text(pong.payload)); },
            [&](const websocket::Close& close) {
              said_.push_back("close " + number(close.code) + ":" + text(close.reason));
            },
            [&](const websocket::Failure& failure) {
              end();
              said_.push_back("fails " + number(failure.code) + " " + failure.rule->section);
            }},
        event);
  }

  // The input ends: a message that has not ended is a line, "part:...", too.
  void end() {
    if (!message_.empty()) said_.push_back("part:" + message_);
    message_.clear();
  }

  const Said& said() const { return said_; }
  // Pieces came in the wrong order.
  bool is_confused() const { return confused_; }
  // How many pieces there were.
  int pieces() const { return pieces_; }

 private:
  void take_piece(const websocket::MessagePiece& piece) {
    confused_ |= piece.begins == in_message_ || (piece.octets.empty() && !piece.ends);
    if (piece.begins) kind_ = piece.kind;
    confused_ |= piece.kind != kind_;
    in_message_ = !piece.ends;
    message_ += piece.text();
    ++pieces_;
    if (!piece.ends) return;
    const bool is_text = piece.kind == websocket::MessageKind::kText;
    said_.push_back((is_text ? "text:" : "binary:") + message_);
    message_.clear();
  }

  Said said_;
  std::string message_;
  websocket::MessageKind kind_ = {};
  bool in_message_ = false;
  bool confused_ = false;
  int pieces_ = 0;
};

// Masks that everybody knows.
class KnownMasks : public websocket::MaskSource {
 public:
  websocket::Mask next_mask() override { return {0x37, 0xfa, 0x21, 0x3d}; }
};

// What waits to be sent, which has then been sent.
inline std::string take_output(websocket::Endpoint& endpoint) {
  const std::span<const uint8_t> output = endpoint.pending_output();
  const std::string octets(output.begin(), output.end());
  endpoint.sent(octets.size());
  return octets;
}

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_WEBSOCKET_SAID_H_
