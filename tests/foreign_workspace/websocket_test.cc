#include <headrace/websocket.h>

#include <string_view>

// The "Hello" of RFC 6455 §5.7 comes back.
int main() {
  headrace::websocket::Endpoint server;
  constexpr std::string_view kHello("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
  for (const headrace::websocket::Event& event : server.receive(kHello)) {
    const auto* piece = std::get_if<headrace::websocket::MessagePiece>(&event);
    if (piece == nullptr || !server.send(piece->kind, piece->octets, piece->ends).ok()) return 1;
  }
  return server.pending_output().size() == 7 ? 0 : 1;
}
