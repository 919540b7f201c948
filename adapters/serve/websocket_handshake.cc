#include "headrace/adapters/serve/websocket_handshake.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>

namespace headrace::serve {

bool offers_websocket(FieldsView fields) {
  for (const Field& field : fields) {
    if (std::string_view(field.name) != "upgrade") continue;
    std::string_view rest = field.value;
    for (;;) {
      const size_t comma = rest.find(',');
      std::string protocol(rest.substr(0, comma));
      absl::StripAsciiWhitespace(&protocol);
      if (absl::EqualsIgnoreCase(protocol, "websocket")) return true;
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

bool is_websocket_key(std::string_view key) {
  constexpr size_t kOctets = 16;
  constexpr size_t kDigits = 24;
  std::string octets;
  return key.size() == kDigits && absl::Base64Unescape(std::string(key), &octets) &&
         octets.size() == kOctets;
}

std::string websocket_accept(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3
  std::array<uint8_t, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest.data());
  return absl::Base64Escape({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace headrace::serve
