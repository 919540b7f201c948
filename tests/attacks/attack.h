#ifndef HEADRACE_TESTS_ATTACKS_ATTACK_H_
#define HEADRACE_TESTS_ATTACKS_ATTACK_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <ostream>
#include <vector>

#include "headrace/protocol/connection/options.h"
#include "headrace/protocol/event/error_code.h"
#include "headrace/protocol/guard/limits.h"
#include "tests/attacks/conversation.h"

namespace headrace::attacks {

// Honest traffic that looks like an attack. Every one of its messages has to be answered, and no
// limit may be reached.
struct Twin {
  const char* name;
  Role role;  // the library's
  void (*round)(Conversation& conversation);
  uint64_t answers;  // that it has to get in a round
  int rounds;        // that are as long as it takes
};

// A class of attacks, as data: what is sent, and what may come of it at most.
struct Attack {
  const char* name;  // as docs/security.md has it
  Role role;         // the library's
  // Sends it `n` times, or as long as the library lets it.
  void (*play)(Conversation& conversation, uint32_t n);
  const Twin& twin;  // what must not suffer next to it
  // It is one against clients of ours, too: and what must not suffer then.
  const Twin* client_twin = nullptr;

  // Far more than is let pass, where anything is refused: what it has to come to.
  uint32_t n = 3000;
  // The connection ends with this (and by this bound). Nothing: it goes on, and answers.
  std::optional<ErrorCode> error = {};
  std::optional<Limit> limit = {};
  uint64_t told = UINT64_MAX;  // messages that reach the application, at most

  // --- How much it may cost.

  // Octets at any time, beyond those of a connection that waits: a hundred stream records are most.
  size_t heap = 76 << 10;
  double output =
      1;  // octets out for one that came in, DATA that was asked for apart, beyond 1 KiB
  // Instructions an octet of input, optimised, measured between `few` and twice as many.
  uint32_t few = 100;
  double instructions = 200;

  // The library's Options; null: the defaults.
  void (*options)(Options* options) = nullptr;
};

// For googletest's messages.
inline void PrintTo(const Twin& twin, std::ostream* out) { *out << twin.name; }
inline void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.name; }

// All there are, those against both roles twice.
std::vector<Attack> all_attacks();
std::vector<Twin> all_twins();

gsl::span<const Attack> field_attacks();
gsl::span<const Attack> reset_attacks();
gsl::span<const Attack> control_attacks();
gsl::span<const Attack> flow_attacks();
gsl::span<const Attack> client_attacks();

}  // namespace headrace::attacks

#endif  // HEADRACE_TESTS_ATTACKS_ATTACK_H_
