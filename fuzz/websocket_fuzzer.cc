// What a client says over a WebSocket (RFC 6455 §5), whole and in pieces, against a reader that has
// all of it and goes back and forth in it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/pieces.h"
#include "fuzz/require.h"
#include "headrace/adapters/serve/websocket_frame.h"
#include "headrace/adapters/serve/websocket_reader.h"

namespace headrace::fuzz {
namespace {

using serve::WebSocketOpcode;
using serve::WebSocketReader;

constexpr size_t kMaxMessage = 200;

struct Said {
  int kind = 0;
  int opcode = 0;
  int status = 0;
  std::string payload;

  friend bool operator==(const Said&, const Said&) = default;
};

// As WebSocketReader::Item::Kind.
constexpr int kMessage = 0, kPing = 1, kPong = 2, kClose = 3, kViolation = 4;

std::vector<Said> read(const std::vector<std::string_view>& input) {
  WebSocketReader reader(kMaxMessage);
  std::vector<Said> said;
  for (const std::string_view piece : input) {
    gsl::span<const uint8_t> bytes = octets(piece);
    while (const auto item = reader.next(&bytes)) {
      said.push_back({static_cast<int>(item->kind), static_cast<int>(item->opcode),
                      static_cast<int>(item->status), std::string(item->payload)});
      require(said.size() <= 10'000, "it goes on without input");
    }
    require(bytes.empty(), "octets are left");
    require(reader.memory() <= 4 * (kMaxMessage + 200), "it holds more than a message");
  }
  return said;
}

// The longest beginning of `text` that a text may begin with.
size_t valid_beginning(const std::string& text) {
  serve::Utf8Checker checker;  // which has a fuzzer of its own
  for (size_t i = 0; i < text.size(); ++i) {
    if (!checker.add(octets(std::string_view(text).substr(i, 1)))) return i;
  }
  return text.size();
}
bool is_text(const std::string& text) {
  serve::Utf8Checker checker;
  return checker.add(octets(text)) && checker.is_complete();
}

// The second opinion: all frames by their whole text.
class Reference {
 public:
  explicit Reference(std::string_view input) : input_(input) {}

  std::vector<Said> read() {
    while (frame()) {
    }
    return said_;
  }

 private:
  uint64_t octet(size_t at) const { return static_cast<uint8_t>(input_[at]); }
  bool fail(int status) {
    said_.push_back({kViolation, 8, status, ""});
    return false;
  }

  // False: the input ends in it, or the connection does.
  bool frame() {
    if (input_.size() < 2) return false;
    const uint64_t short_size = octet(1) & 127;
    const size_t size_octets = short_size == 126 ? 2 : short_size == 127 ? 8 : 0;
    const bool masked = octet(1) >= 128;
    const size_t head = 2 + size_octets + (masked ? 4 : 0);
    if (input_.size() < head) return false;
    uint64_t size = size_octets == 0 ? short_size : 0;
    for (size_t i = 0; i < size_octets; ++i) size = size * 256 + octet(2 + i);
    const int opcode = static_cast<int>(octet(0) & 15);
    const bool fin = octet(0) >= 128;
    const bool control = opcode >= 8;
    const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
    if (!masked || !known || (octet(0) & 0x70) != 0) return fail(1002);
    if (control && (size > 125 || !fin)) return fail(1002);
    if (!control && (opcode == 0) != in_message_) return fail(1002);
    if (!control && size > kMaxMessage - message_.size()) return fail(1009);
    std::string payload;
    for (size_t i = 0; i < size && head + i < input_.size(); ++i) {
      payload.push_back(static_cast<char>(octet(head + i) ^ octet(head - 4 + i % 4)));
    }
    const bool whole = payload.size() == size;
    input_.remove_prefix(std::min<size_t>(head + payload.size(), input_.size()));
    if (control) return whole && control_frame(opcode, payload);
    if (opcode != 0) message_opcode_ = opcode;
    in_message_ = true;
    message_ += payload;
    if (message_opcode_ == 1 && valid_beginning(message_) < message_.size()) return fail(1007);
    if (!whole) return false;
    if (!fin) return true;
    if (message_opcode_ == 1 && !is_text(message_)) return fail(1007);
    said_.push_back({kMessage, message_opcode_, 1000, message_});
    message_.clear();
    in_message_ = false;
    return true;
  }

  bool control_frame(int opcode, const std::string& payload) {
    if (opcode != 8) {
      said_.push_back({opcode == 9 ? kPing : kPong, opcode, 1000, payload});
      return true;
    }
    if (payload.empty()) {
      said_.push_back({kClose, 8, 1005, ""});
      return true;
    }
    if (payload.size() == 1) return fail(1002);
    const int code = static_cast<uint8_t>(payload[0]) * 256 + static_cast<uint8_t>(payload[1]);
    // RFC 6455 §7.4.2: reserved ones, those that are never sent, and what nobody has registered.
    const bool registered =
        code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    if (!registered && (code < 3000 || code > 4999)) return fail(1002);
    if (!is_text(payload.substr(2))) return fail(1007);
    said_.push_back({kClose, 8, code, payload.substr(2)});
    return true;
  }

  std::string_view input_;
  bool in_message_ = false;
  int message_opcode_ = 0;
  std::string message_;
  std::vector<Said> said_;
};

// A frame that we send, read back.
void check_frame(WebSocketOpcode opcode, const std::string& payload) {
  std::string frame;
  append_websocket_frame(opcode, payload, &frame);
  gsl::span<const uint8_t> bytes = octets(frame);
  serve::WebSocketHeaderReader reader;
  const auto header = reader.read(&bytes);
  require(header.has_value(), "a frame of ours has no header");
  require(header->fin && !header->masked && header->reserved == 0 && header->opcode == opcode,
          "a frame of ours says something else");
  require(header->length == payload.size() && bytes.size() == payload.size(), "its length");
  const size_t head = frame.size() - payload.size();
  require(head == (payload.size() < 126     ? 2
                   : payload.size() < 65536 ? 4
                                            : 10),
          "its length is not in the shortest form");
}

void play(std::string_view input) {
  const std::string_view cuts = input.substr(0, std::min<size_t>(4, input.size()));
  const std::string_view text = input.substr(cuts.size());
  const std::vector<Said> expected = Reference(text).read();
  require(read({text}) == expected, "another opinion on what was said");
  require(read(pieces(text, cuts)) == expected, "the cuts matter");

  Draws draws(input);
  std::string payload(draws.number() % 70'000, '\0');
  check_frame(draws.pick(std::array{WebSocketOpcode::kText, WebSocketOpcode::kBinary}), payload);
  payload.resize(payload.size() % 126);
  check_frame(draws.pick(std::array{WebSocketOpcode::kPing, WebSocketOpcode::kClose}), payload);
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
