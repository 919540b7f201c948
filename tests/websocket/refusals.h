#ifndef HEADRACE_TESTS_WEBSOCKET_REFUSALS_H_
#define HEADRACE_TESTS_WEBSOCKET_REFUSALS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace headrace::testing {

// The limits of who refuses.
inline constexpr uint64_t kMaxMessage = 1000;
inline constexpr uint64_t kMaxFrame = 700;

// A frame; `first` is its first octet, FIN and opcode. An independent writer: RFC 6455 §5.2.
inline std::string frame(uint8_t first, const std::string& payload, const std::string& mask) {
  std::string octets(1, static_cast<char>(first));
  const int flag = mask.empty() ? 0 : 0x80;
  if (payload.size() < 126) {
    octets += static_cast<char>(flag | static_cast<int>(payload.size()));
  } else {
    octets += static_cast<char>(flag | 126);
    octets += static_cast<char>(payload.size() >> 8);
    octets += static_cast<char>(payload.size());
  }
  octets += mask;
  for (size_t i = 0; i < payload.size(); ++i) {
    octets += mask.empty() ? payload[i] : static_cast<char>(payload[i] ^ mask[i % 4]);
  }
  return octets;
}
inline std::string from_client(uint8_t first, const std::string& payload) {
  return frame(first, payload, "\x37\xfa\x21\x3d");
}
inline std::string from_server(uint8_t first, const std::string& payload) {
  return frame(first, payload, "");
}

inline constexpr uint8_t kText = 0x81, kBinary = 0x82, kClose = 0x88, kPing = 0x89, kPong = 0x8a;
inline constexpr uint8_t kTextBegins = 0x01, kBinaryBegins = 0x02, kGoesOn = 0x00, kEnds = 0x80;

struct Refusal {
  const char* what;
  std::string octets;
  bool by_server;  // is it refused; otherwise by a client
  std::string why;
};

// Every rule of RFC 6455 §5 about what a peer sends, broken; most by either.
inline std::vector<Refusal> refusals() {
  using namespace std::string_literals;
  const std::string longest(125, 'x');
  const std::string no_length = "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff"s + "mask";
  const auto both = [](const char* what, uint8_t first, const std::string& payload,
                       const std::string& why) {
    return std::vector<Refusal>{{what, from_client(first, payload), true, why},
                                {what, from_server(first, payload), false, why}};
  };
  std::vector<Refusal> all = {
      {"a text that is not masked", "\x81\x05Hello", true, "1002 RFC 6455 §5.1"},
      {"a Ping that is not masked", "\x89\x00"s, true, "1002 RFC 6455 §5.1"},
      {"a text that is masked", from_client(kText, "Hello"), false, "1002 RFC 6455 §5.1"},
      {"a Close that is masked", from_client(kClose, ""), false, "1002 RFC 6455 §5.1"},
      {"125 octets in a length of 16 bits", "\x82\xfe\x00\x7dmask"s, true, "1002 RFC 6455 §5.2"},
      {"65,535 octets in a length of 64 bits", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"s, false,
       "1002 RFC 6455 §5.2"},
      {"a length of 64 bits", from_client(kBinaryBegins, "x") + no_length, true,
       "1002 RFC 6455 §5.2"},
      {"a message within a message", from_client(kTextBegins, "") + from_client(kText, ""), true,
       "1002 RFC 6455 §5.4"},
      {"a continuation of nothing, behind a message", from_client(kText, "x") + from_client(0, ""),
       true, "1002 RFC 6455 §5.4"},
      {"a message too big in two frames",
       from_client(kBinaryBegins, std::string(600, 'x')) +
           from_client(kEnds, std::string(401, 'x')),
       true, "1009 RFC 6455 §10.4"},
      {"a sum that would overflow",
       from_client(kBinaryBegins, "x") + "\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff"s + "mask", true,
       "1009 RFC 6455 §10.4"},
      {"half a character across frames", from_client(kTextBegins, "\xc3") + from_client(kEnds, "x"),
       true, "1007 RFC 6455 §8.1"},
  };
  for (const std::vector<Refusal>& of_both : {
           both("RSV1", 0xc1, "x", "1002 RFC 6455 §5.2"),
           both("RSV2", 0xa2, "x", "1002 RFC 6455 §5.2"),
           both("RSV3", 0x99, "x", "1002 RFC 6455 §5.2"),
           both("opcode 3", 0x83, "x", "1002 RFC 6455 §5.2"),
           both("opcode 7", 0x87, "", "1002 RFC 6455 §5.2"),
           both("opcode 11", 0x8b, "x", "1002 RFC 6455 §5.2"),
           both("opcode 15", 0x8f, "x", "1002 RFC 6455 §5.2"),
           both("nothing to continue", kEnds, "x", "1002 RFC 6455 §5.4"),
           both("nothing to continue, and no end", kGoesOn, "x", "1002 RFC 6455 §5.4"),
           both("a fragmented Ping", 0x09, "x", "1002 RFC 6455 §5.5"),
           both("a fragmented Close", 0x08, "", "1002 RFC 6455 §5.5"),
           both("a Ping of 126 octets", kPing, longest + "x", "1002 RFC 6455 §5.5"),
           both("a Close of 126 octets", kClose, "\x03\xe8" + longest, "1002 RFC 6455 §5.5"),
           both("half a code", kClose, "\x03", "1002 RFC 6455 §5.5.1"),
           both("a code that is never sent", kClose, "\x03\xed", "1002 RFC 6455 §7.4"),
           both("a reason that is not UTF-8", kClose, "\x03\xe8\xff", "1007 RFC 6455 §8.1"),
           both("a reason with half a character", kClose, "\x03\xe8\xc3", "1007 RFC 6455 §8.1"),
           both("text that is not UTF-8", kText, "\xff", "1007 RFC 6455 §8.1"),
           both("text that ends in a character", kText, "\xc3", "1007 RFC 6455 §8.1"),
           both("a surrogate", kText, "\xed\xa0\x80", "1007 RFC 6455 §8.1"),
           both("an overlong slash", kText, "\xc0\xaf", "1007 RFC 6455 §8.1"),
           both("a frame too big", kBinary, std::string(kMaxFrame + 1, 'x'), "1009 RFC 6455 §10.4"),
       }) {
    all.insert(all.end(), of_both.begin(), of_both.end());
  }
  return all;
}

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_WEBSOCKET_REFUSALS_H_
