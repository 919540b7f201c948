// What a peer says over a WebSocket (RFC 6455 §5), from either end, whole and in pieces, against a
// reader that has all of it and goes back and forth in it. And two endpoints back to back, at each
// other.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/draws.h"
#include "fuzz/pieces.h"
#include "fuzz/require.h"
#include "headrace/websocket/endpoint.h"
#include "headrace/websocket/utf8.h"
#include "tests/websocket/said.h"

namespace headrace::fuzz {
namespace {

using testing::Listener;
using testing::Said;
using websocket::Endpoint;
using websocket::MessageKind;

constexpr websocket::Limits kLimits{.message_size = 200, .frame_size = 150};

// Masks that are drawn.
class DrawnMasks : public websocket::MaskSource {
 public:
  explicit DrawnMasks(Draws* draws) : draws_(draws) {}
  websocket::Mask next_mask() override {
    return {draws_->octet(), draws_->octet(), draws_->octet(), draws_->octet()};
  }

 private:
  Draws* draws_;
};

// --- One end, and a second opinion.

// With the rule left out of what failed: which of several comes first is nobody's business.
Said without_rules(Said said) {
  for (std::string& line : said) {
    if (line.starts_with("fails ")) line.resize(std::string("fails 1002").size());
  }
  return said;
}

Said read(Endpoint& endpoint, const std::vector<std::string_view>& input) {
  Listener listener;
  size_t left_early = 0;
  for (const std::string_view piece : input) {
    for (const websocket::Event& event : endpoint.receive(piece)) {
      listener.take(event);
      require(listener.said().size() <= 10'000, "it goes on without input");
      if (++left_early % 7 == 0) break;
    }
    // Two Pongs, a Close frame, and what a range has left.
    require(endpoint.pending_output().size() <= 3 * 139, "a peer makes it hold more than that");
  }
  for (int more = 0; more < 10'000; ++more) {
    bool any = false;
    for (const websocket::Event& event : endpoint.receive({})) {
      listener.take(event);
      any = true;
    }
    if (!any) break;
  }
  listener.end();
  require(!listener.is_confused(), "pieces in the wrong order");
  return without_rules(listener.said());
}

// The longest beginning of `text` that a text may begin with. (The checker has a fuzzer of its
// own.)
size_t valid_beginning(std::string_view text) { return websocket::Utf8Checker().add(text); }
bool is_text(std::string_view text) { return websocket::Utf8Checker::is_text(text); }

// All frames by their whole text.
class Reference {
 public:
  Reference(std::string_view input, bool masked) : input_(input), masked_(masked) {}

  Said read() {
    while (frame()) {
    }
    if (!message_.empty()) said_.push_back("part:" + message_);
    return said_;
  }

 private:
  uint64_t octet(size_t at) const { return static_cast<uint8_t>(input_[at]); }
  bool fail(int status) {
    if (!message_.empty()) said_.push_back("part:" + message_);
    message_.clear();
    said_.push_back("fails " + std::to_string(status));
    return false;
  }

  // False: the input ends in it, or the WebSocket does.
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
    if (masked != masked_ || !known || (octet(0) & 0x70) != 0) return fail(1002);
    if ((size_octets == 2 && size < 126) || (size_octets == 8 && size < 65536)) return fail(1002);
    if (size >= uint64_t{1} << 63) return fail(1002);
    if (control && (size > 125 || !fin)) return fail(1002);
    if (!control && (opcode == 0) != in_message_) return fail(1002);
    if (!control && (size > kLimits.frame_size || size > kLimits.message_size - message_.size())) {
      return fail(1009);
    }
    std::string payload;
    for (size_t i = 0; i < size && head + i < input_.size(); ++i) {
      const uint64_t mask = masked ? octet(head - 4 + i % 4) : 0;
      payload.push_back(static_cast<char>(octet(head + i) ^ mask));
    }
    const bool whole = payload.size() == size;
    input_.remove_prefix(std::min<size_t>(head + payload.size(), input_.size()));
    if (control) return whole && control_frame(opcode, payload);
    if (opcode != 0) is_text_ = opcode == 1;
    in_message_ = true;
    message_ += payload;
    if (is_text_ && valid_beginning(message_) < message_.size()) {
      message_.resize(valid_beginning(message_));
      return fail(1007);
    }
    if (!whole) return false;
    if (!fin) return true;
    if (is_text_ && !is_text(message_)) return fail(1007);
    said_.push_back((is_text_ ? "text:" : "binary:") + message_);
    message_.clear();
    in_message_ = false;
    return true;
  }

  bool control_frame(int opcode, const std::string& payload) {
    if (opcode != 8) {
      said_.push_back((opcode == 9 ? "ping:" : "pong:") + payload);
      return true;
    }
    if (payload.size() == 1) return fail(1002);
    int code = 1005;
    if (!payload.empty()) {
      code = static_cast<uint8_t>(payload[0]) * 256 + static_cast<uint8_t>(payload[1]);
      // RFC 6455 §7.4.2: reserved ones, those that are never sent, and what nobody has registered.
      const bool registered =
          code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
      if (!registered && (code < 3000 || code > 4999)) return fail(1002);
      if (!is_text(std::string_view(payload).substr(2))) return fail(1007);
    }
    said_.push_back("close " + std::to_string(code) + ":" +
                    (payload.empty() ? "" : payload.substr(2)));
    return false;
  }

  std::string_view input_;
  const bool masked_;
  bool in_message_ = false;
  bool is_text_ = false;
  std::string message_;
  Said said_;
};

void compare(std::string_view text, std::string_view cuts) {
  Draws none("");
  DrawnMasks masks(&none);
  for (const auto& input : {std::vector<std::string_view>{text}, pieces(text, cuts)}) {
    Endpoint server(kLimits);
    Endpoint client(masks, kLimits);
    require(read(server, input) == Reference(text, true).read(), "another opinion on a client");
    require(read(client, input) == Reference(text, false).read(), "another opinion on a server");
  }
}

// --- Two ends.

struct End {
  Endpoint* endpoint;
  Said sent;  // what the other has to hear
  Listener heard;
  std::string message;  // that has not ended
};

void say(Draws* draws, End* end) {
  const std::string octets = draws->octets(draws->octet());
  Endpoint& endpoint = *end->endpoint;
  const bool ends = !draws->seldom(3);
  switch (draws->below(6)) {
    case 0:
      if (endpoint.ping("?" + octets).ok()) end->sent.push_back("ping:?" + octets);
      return;
    case 1:
      if (endpoint.pong("!" + octets).ok()) end->sent.push_back("pong:!" + octets);
      return;
    case 2: {
      const auto code = draws->pick(std::array{1000, 1005, 1006, 1011, 4999, 5000});
      if (endpoint.close(static_cast<websocket::CloseCode>(code), octets).ok()) {
        if (!end->message.empty()) end->sent.push_back("part:" + end->message);
        end->sent.push_back("close " + std::to_string(code) + ":" + octets);
      }
      return;
    }
    default: {
      const bool text = draws->seldom(2);
      const auto kind = text ? MessageKind::kText : MessageKind::kBinary;
      if (!endpoint.send(kind, octets, ends).ok()) return;
      end->message += octets;
      if (!ends) return;
      end->sent.push_back((text ? "text:" : "binary:") + end->message);
      end->message.clear();
    }
  }
}

void carry(Draws* draws, End* from, End* to) {
  const auto output = from->endpoint->pending_output();
  const size_t size = std::min<size_t>(output.size(), 1 + draws->octet() * 4);
  const std::string octets(output.begin(), output.begin() + static_cast<ptrdiff_t>(size));
  from->endpoint->sent(size);
  for (const websocket::Event& event : to->endpoint->receive(octets)) {
    require(!std::holds_alternative<websocket::Failure>(event), "an end breaks a rule");
    to->heard.take(event);
  }
}

// What `to` has heard is what `from` has sent, up to the Close frame with which it answered, and
// the answers to Pings.
void check(const End& from, End to) {
  to.heard.end();
  require(!to.heard.is_confused(), "pieces in the wrong order");
  Said sent = from.sent, heard = to.heard.said();
  std::erase_if(sent, [](const std::string& line) { return line.starts_with("part:"); });
  std::erase_if(heard, [](const std::string& line) {
    return line.starts_with("part:") || line.starts_with("pong:?");
  });
  if (heard.size() > sent.size()) {
    require(heard.back().starts_with("close "), "something was heard that was not sent");
    heard.pop_back();
  }
  require(heard == sent, "something else was heard than was sent");
}

void play_both(Draws draws) {
  DrawnMasks masks(&draws);
  Endpoint client_endpoint(masks), server_endpoint;
  End client{&client_endpoint, {}, {}, {}}, server{&server_endpoint, {}, {}, {}};
  for (int i = 0; i < 200 && !draws.done(); ++i) {
    say(&draws, draws.seldom(2) ? &client : &server);
    if (draws.seldom(2)) carry(&draws, &client, &server);
    if (draws.seldom(2)) carry(&draws, &server, &client);
  }
  (void)client_endpoint.close();
  const auto left = [](const Endpoint& endpoint) { return !endpoint.pending_output().empty(); };
  for (int i = 0; left(client_endpoint) || left(server_endpoint); ++i) {
    require(i < 100'000, "they go on for ever");
    carry(&draws, &client, &server);
    carry(&draws, &server, &client);
  }
  require(client_endpoint.is_clean() && server_endpoint.is_clean(), "they are not both closed");
  require(server_endpoint.output_ends() && !client_endpoint.output_ends(), "the wrong one ends it");
  check(client, server);
  check(server, client);
}

void play(std::string_view input) {
  const std::string_view cuts = input.substr(0, std::min<size_t>(4, input.size()));
  compare(input.substr(cuts.size()), cuts);
  play_both(Draws(input));
}

}  // namespace
}  // namespace headrace::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, headrace::fuzz::play);
}
