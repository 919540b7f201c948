#ifndef HEADRACE_FUZZ_DIFFERENTIAL_OBSERVED_H_
#define HEADRACE_FUZZ_DIFFERENTIAL_OBSERVED_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/reference/frames.h"

namespace headrace::fuzz {

// What a library made of some input, in terms that two libraries can share: what its application
// was told and what it answered on the wire. Not how it schedules, when it gives credit, or how it
// words a GOAWAY.
struct Observed {
  // Messages by stream: "head :status 200 ...", "interim ...", "promise 2 ...", "trailers ...",
  // "data TEXT" (adjacent ones are one), "end", "closed by peer CODE".
  std::map<uint32_t, std::vector<std::string>> streams;
  // Of the connection: "ping ...", "pong ...", "goaway LAST CODE DEBUG", "settings acknowledged".
  std::vector<std::string> connection;
  std::map<uint16_t, uint32_t> settings;  // of the peer, as far as they are known, all that apply

  std::map<uint32_t, uint32_t> resets;  // RST_STREAM sent, and its code
  int acknowledged_settings = 0;
  std::vector<std::string> answered_pings;
  std::optional<uint32_t> error;  // GOAWAY sent, and its code: the connection has ended

  // Octets of DATA sent since the beginning, on all streams.
  uint64_t data_sent = 0;

  bool operator==(const Observed&) const = default;

  void add_data(uint32_t stream_id, std::string_view text);
  // A frame of the library's own.
  void add_output(const reference::Frame& frame);
  // Leaves out what depends on when a library looks: data of a message that it refuses in the end,
  // and everything else once the connection has failed.
  void normalize();
};

std::string to_string(const Observed& observed);

// The settings that both libraries know (RFC 9113 §6.5.2, RFC 8441 §3), with their initial values.
std::map<uint16_t, uint32_t> initial_settings();

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_DIFFERENTIAL_OBSERVED_H_
