#ifndef HEADRACE_TESTS_ATTACKS_ATTACK_H_
#define HEADRACE_TESTS_ATTACKS_ATTACK_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <ostream>
#include <vector>

#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/guard/limits.h"
#include "headrace/protocol/interface/options.h"
#include "tests/attacks/conversation.h"

namespace headrace::attacks {

// Honest traffic that resembles an attack. All of its messages must be answered, without reaching a
// limit.
struct HonestTraffic {
  const char* name;
  Role role;  // the library's
  void (*round)(Conversation& conversation);
  uint64_t answers;  // that a round must receive
  int rounds;        // enough for effects that build up slowly
  ProtocolVersion version = ProtocolVersion::kHttp2;
};

// A class of attacks, as data: the attack, its required outcome, and the limits of its cost.
struct Attack {
  const char* name;  // as in docs/security.md
  Role role;         // the library's
  // Plays the attack `n` times, or until the library ends the connection.
  void (*play)(Conversation& conversation, uint32_t n);
  // Traffic on another connection that must be served nevertheless.
  const HonestTraffic& honest_traffic;
  // Not null if the attack is also played against our client; the traffic that must be served then.
  const HonestTraffic* client_honest_traffic = nullptr;

  // Enough to reach the limit that the attack is refused by, if there is one.
  uint32_t repetitions = 3000;
  // The error that the connection must end with, and the limit of it. If nothing, the connection
  // must stay open and answer.
  std::optional<ErrorCode> error = {};
  std::optional<Limit> limit = {};
  uint64_t max_messages = UINT64_MAX;  // requests or responses that reach the application

  // --- The limits of its cost.

  // Heap octets at any time, beyond those of an idle connection. Mostly a hundred stream records.
  size_t heap = 76 << 10;
  // Octets of output for each octet of input, without the payload of DATA and the first 1 KiB.
  double output = 1;
  // Instructions for each octet of input in an optimised build, measured as the difference between
  // `few_repetitions` and twice as many.
  uint32_t few_repetitions = 100;
  double instructions = 200;

  // The library's Options; null: the defaults.
  void (*options)(Options* options) = nullptr;

  Options library_options(Allocation allocation) const {
    Options options_of_it;
    options_of_it.allocation = allocation;
    options_of_it.protocol = honest_traffic.version;
    if (options != nullptr) options(&options_of_it);
    return options_of_it;
  }
};

// For googletest's messages.
inline void PrintTo(const HonestTraffic& traffic, std::ostream* out) { *out << traffic.name; }
inline void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.name; }

// All attacks; those against both roles twice.
std::vector<Attack> all_attacks();
std::vector<HonestTraffic> all_honest_traffic();

gsl::span<const Attack> field_attacks();
gsl::span<const Attack> reset_attacks();
gsl::span<const Attack> control_attacks();
gsl::span<const Attack> flow_attacks();
gsl::span<const Attack> client_attacks();
gsl::span<const Attack> http1_attacks();

}  // namespace headrace::attacks

#endif  // HEADRACE_TESTS_ATTACKS_ATTACK_H_
