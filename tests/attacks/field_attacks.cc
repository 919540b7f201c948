#include <array>
#include <gsl/span>
#include <string>

#include "tests/attacks/honest_traffic.h"
#include "tests/attacks/wire.h"

// What field blocks can be made of (RFC 7541, RFC 9113 §4.3, §8.2).

namespace headrace::attacks {
namespace {

// A message whose field section is `more` behind an ordinary head.
void send_message(Conversation& c, std::string_view more) {
  const uint32_t id = c.next_stream();
  c.send(headers(id, c.head("/") + std::string(more), true));
}

// An entry that fills the table, referred to by single octets.
void bomb(Conversation& c, uint32_t n, uint32_t references) {
  send_message(c, inserted("x", std::string(4000, 'b')));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) send_message(c, times(references, indexed(62)));
}
void hpack_bomb(Conversation& c, uint32_t n) { bomb(c, n, 3000); }
// Just below the limit, so that the application gets it.
void largest_lists(Conversation& c, uint32_t n) { bomb(c, n, 15); }

// The fields whose values are read, as long as they may be and in a single octet each.
void read_again(Conversation& c, uint32_t n, std::string_view name, std::string_view value) {
  send_message(c, inserted(name, value));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) send_message(c, times(15, indexed(62)));
}
void priority_fields(Conversation& c, uint32_t n) {
  read_again(c, n, "priority", "u=1" + times(999, ",u=1"));
}
void content_lengths(Conversation& c, uint32_t n) {
  read_again(c, n, "content-length", std::string(4000, '0'));
}
void joined_cookies(Conversation& c, uint32_t n) {
  read_again(c, n, "cookie", std::string(4000, 'c'));
}
void authorities(Conversation& c, uint32_t n) {
  const std::string inserts = inserted(":authority", std::string(2000, 'A'));
  c.send(headers(c.next_stream(), "\x82\x87\x84" + inserts, true));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(headers(c.next_stream(), "\x82\x87\x84\xbe", true));
  }
}

// RFC 7541 §5.1: integers that do not fit, each on a connection of its own.
void integer_overflow(Conversation& c, uint32_t n) {
  const std::array<std::string, 4> integers = {
      "\xff" + std::string(4, '\xff') + "\x7f",                       // an index beyond 32 bits
      "\xff" + std::string(9, '\xff') + "\x01",                       // beyond 64 bits
      "\xff" + std::string(5000, '\x80'),                             // that never ends
      std::string("\x00\x7f", 2) + std::string(4, '\xff') + "\x0f"};  // the length of a name
  for (uint32_t i = 0; i < n; ++i) {
    c.send(headers(c.next_stream(), integers[i % integers.size()], true));
    c.reconnect();
  }
}

// RFC 9113 §6.1, §6.2: the priority fields and the padding do not fit into the frame.
void short_frames(Conversation& c, uint32_t n) {
  using namespace reference;
  for (uint32_t i = 0; i < n; ++i) {
    const std::string payload(i % 5, '\xff');
    const uint32_t id = c.next_stream();
    const uint8_t flags = END_HEADERS | (i % 2 == 0 ? HAS_PRIORITY : PADDED);
    c.send(encode(HEADERS, i % 3 == 0 ? flags | HAS_PRIORITY | PADDED : flags, id, payload));
    c.reconnect();
  }
}

void nameless_fields(Conversation& c, uint32_t n) {
  const std::string nothing = times(100, literal("", ""));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) send_message(c, nothing);
}

// One block in n frames.
void continuations(Conversation& c, uint32_t n, const std::string& fragment) {
  const uint32_t id = c.next_stream();
  c.send(encode(reference::HEADERS, reference::END_STREAM, id, c.head("/")));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(encode(reference::CONTINUATION, 0, id, fragment));
  }
  if (c.goes_on()) c.send(encode(reference::CONTINUATION, reference::END_HEADERS, id));
}
void continuation_flood(Conversation& c, uint32_t n) {
  continuations(c, n, literal("x", std::string(1000, 'x')));
}
void empty_continuations(Conversation& c, uint32_t n) { continuations(c, n, ""); }

// An octet a second.
void slow_block(Conversation& c, uint32_t n) {
  const uint32_t id = c.next_stream();
  c.send(encode(reference::HEADERS, reference::END_STREAM, id, c.head("/")));
  const std::string rest = encode(reference::CONTINUATION, 0, id, std::string(100, 'x'));
  for (uint32_t i = 0; i < n && c.is_open(); ++i) {
    c.send(rest.substr(i % rest.size(), 1));
    c.pass(std::chrono::seconds(1));
  }
}

// One string in one block, in frames and pieces (golang.org/issue/57855 began anew with each).
void long_string(Conversation& c, uint32_t n) {
  const uint32_t id = c.next_stream();
  std::string block = c.head("/") + std::string("\x00\x01x", 3);
  reference::write_integer(64 * n, 7, 0x80, &block);  // Huffman-coded
  block += std::string(64 * n, '\x18');               // "a", over and over
  uint8_t type = reference::HEADERS;
  for (size_t at = 0; at < block.size(); at += 16384, type = reference::CONTINUATION) {
    const uint8_t last = at + 16384 >= block.size() ? reference::END_HEADERS : 0;
    const uint8_t end = type == reference::HEADERS ? reference::END_STREAM : 0;
    c.send_in_pieces(encode(type, last | end, id, block.substr(at, 16384)), 97);
  }
}
void many_cookie_pairs(Conversation& c, uint32_t n) {
  send_message(c, inserted("cookie", "a=b") + times(n, indexed(62)));
}

// RFC 7541 §6.3
void table_sizes(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    const std::string block = times(1000, std::string("\x20\x3f\xe1\x1f", 4)) + c.head("/");
    c.send(headers(c.next_stream(), block + inserted("x", "y"), true));
  }
}

// RFC 9113 §8.2.1, §8.3.1, RFC 9110 §8.6: none of them may reach an application.
void injections(Conversation& c, uint32_t n) {
  const std::array<std::string, 12> fields = {
      literal("x", "a\r\nhost: evil.example"),
      literal("x", std::string("a\0b", 3)),
      literal("x\r\ny", "a"),
      literal("x: y", "a"),
      literal("X-Upper", "a"),
      literal("transfer-encoding", "chunked"),
      literal("host", "example.org") + literal("host", "example.org"),
      literal("host", "evil.example"),
      literal("content-length", "5") + literal("content-length", "6"),
      literal("content-length", "0, 0"),
      literal("content-length", "+0"),
      literal(":path", "/again"),
  };
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) send_message(c, fields[i % fields.size()]);
}

// Requests of many small fields, whose responses cannot go: again and again, as the time takes
// them away, which is soon where memory is short.
void pinned_fields(Conversation& c, uint32_t n) {
  c.send(settings({{kInitialWindowSize, 0}}));
  send_message(c, inserted("a", "b"));
  c.press(true);
  const std::string block = get("/large") + times(120, indexed(62));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    for (int k = 0; k < 100; ++k) c.send(headers(c.next_stream(), block, true));
    c.pass(std::chrono::seconds(31));
  }
}

}  // namespace

gsl::span<const Attack> field_attacks() {
  constexpr Role kServer = Role::kServer;
  static const Attack kAttacks[] = {
      {.name = "HPACK bomb",
       .role = kServer,
       .play = hpack_bomb,
       .honest_traffic = kSignOn,
       .client_honest_traffic = &kCookieJar,
       .repetitions = 200,
       .max_messages = 1,
       .few_repetitions = 5},
      {.name = "HPACK: the largest lists",
       .role = kServer,
       .play = largest_lists,
       .honest_traffic = kSignOn,
       .client_honest_traffic = &kCookieJar,
       .heap = 128 << 10,
       .few_repetitions = 20,
       .instructions = 700},
      {.name = "HPACK: priority fields",
       .role = kServer,
       .play = priority_fields,
       .honest_traffic = kPages,
       .heap = 128 << 10,
       .few_repetitions = 20,
       .instructions = 400},
      {.name = "HPACK: content-length fields",
       .role = kServer,
       .play = content_lengths,
       .honest_traffic = kPages,
       .error = ErrorCode::kEnhanceYourCalm,
       .limit = Limit::kResetBurst,
       .max_messages = 0,
       .heap = 128 << 10,
       .few_repetitions = 20},
      {.name = "HPACK: cookies to be joined",
       .role = kServer,
       .play = joined_cookies,
       .honest_traffic = kSplitCookie,
       .heap = 192 << 10,
       .few_repetitions = 20,
       .instructions = 1600},
      {.name = "HPACK: authorities",
       .role = kServer,
       .play = authorities,
       .honest_traffic = kPages,
       .output = 2,
       .few_repetitions = 20,
       .instructions = 2000},
      {.name = "HPACK integer overflow",
       .role = kServer,
       .play = integer_overflow,
       .honest_traffic = kPages,
       .client_honest_traffic = &kCookieJar,
       .repetitions = 100,
       .error = ErrorCode::kCompressionError,
       .max_messages = 0,
       .output = 4,
       .few_repetitions = 10},
      {.name = "PRIORITY and padding length",
       .role = kServer,
       .play = short_frames,
       .honest_traffic = kPages,
       .client_honest_traffic = &kCookieJar,
       .repetitions = 100,
       .error = ErrorCode::kFrameSizeError,
       .max_messages = 0,
       .output = 4,
       .few_repetitions = 15,
       .instructions = 500},
      {.name = "zero-length fields",
       .role = kServer,
       .play = nameless_fields,
       .honest_traffic = kSplitCookie,
       .error = ErrorCode::kEnhanceYourCalm,
       .limit = Limit::kResetBurst,
       .max_messages = 0,
       .few_repetitions = 20},
      {.name = "CONTINUATION flood",
       .role = kServer,
       .play = continuation_flood,
       .honest_traffic = kSignOn,
       .client_honest_traffic = &kCookieJar,
       .error = ErrorCode::kEnhanceYourCalm,
       .limit = Limit::kExtraContinuations,
       .max_messages = 0,
       .few_repetitions = 3},
      {.name = "zero-byte CONTINUATION",
       .role = kServer,
       .play = empty_continuations,
       .honest_traffic = kSignOn,
       .client_honest_traffic = &kCookieJar,
       .error = ErrorCode::kEnhanceYourCalm,
       .limit = Limit::kTinyContinuations,
       .max_messages = 0,
       .few_repetitions = 2},
      {.name = "slow field block",
       .role = kServer,
       .play = slow_block,
       .honest_traffic = kSignOn,
       .client_honest_traffic = &kCookieJar,
       .repetitions = 100,
       .error = ErrorCode::kEnhanceYourCalm,
       .limit = Limit::kFieldBlockTimeout,
       .max_messages = 0,
       .output = 3,
       .few_repetitions = 4,
       .instructions = 1700},
      {.name = "quadratic decoding of a string",
       .role = kServer,
       .play = long_string,
       .honest_traffic = kSignOn,
       .client_honest_traffic = &kCookieJar,
       .repetitions = 1500,
       .max_messages = 0,
       .heap = 256 << 10,
       .few_repetitions = 200},
      {.name = "quadratic joining of cookies",
       .role = kServer,
       .play = many_cookie_pairs,
       .honest_traffic = kSplitCookie,
       .repetitions = 1900,
       .max_messages = 0,
       .heap = 160 << 10,
       .few_repetitions = 500,
       .instructions = 300},
      {.name = "table size updates",
       .role = kServer,
       .play = table_sizes,
       .honest_traffic = kPages,
       .client_honest_traffic = &kCookieJar,
       .repetitions = 100,
       .few_repetitions = 2},
      {.name = "header injection",
       .role = kServer,
       .play = injections,
       .honest_traffic = kPages,
       .error = ErrorCode::kEnhanceYourCalm,
       .limit = Limit::kResetBurst,
       .max_messages = 0},
      {.name = "fields pinned behind a zero window",
       .role = kServer,
       .play = pinned_fields,
       .honest_traffic = kPausedVideo,
       .repetitions = 20,
       .heap = 96 << 10,
       .few_repetitions = 1,
       .instructions = 300},  // most of them for the responses' heads
  };
  return kAttacks;
}

}  // namespace headrace::attacks
