#ifndef HEADRACE_MEMORY_CONTRACT_H_
#define HEADRACE_MEMORY_CONTRACT_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

namespace headrace {

// One number (or one text of static storage) that shows how a contract was broken.
struct ContractFact {
  template <std::integral T>
  constexpr ContractFact(const char* fact, T number)
      : name(fact), value(static_cast<uint64_t>(number)), is_signed(std::is_signed_v<T>) {}
  constexpr ContractFact(const char* fact, const char* said) : name(fact), text(said) {}

  const char* name;
  const char* text = nullptr;  // not null: instead of `value`
  uint64_t value = 0;
  bool is_signed = false;
};

// Writes one line to stderr and aborts:
//
//   headrace: Connection::sent(): more than pending_output() showed; size=40 unsent=33
//
// The core's only output, and its last: the program is wrong, and everything that it would do from
// here on could be wrong too. Never for what a peer sends.
[[noreturn]] void broken_contract(const char* function, const char* rule,
                                  std::initializer_list<ContractFact> facts) noexcept;

}  // namespace headrace

// A contract of `function` (as the application calls it) with its caller, in every build: unless
// `condition` holds, the program stops with a line that says which `rule` was broken and shows the
// facts, each written {"name", value}. docs/contracts.md lists all of them; a test compares it.
#define HEADRACE_EXPECTS(condition, function, rule, ...)              \
  do {                                                                \
    if (!(condition)) [[unlikely]]                                    \
      ::headrace::broken_contract((function), (rule), {__VA_ARGS__}); \
  } while (false)

#endif  // HEADRACE_MEMORY_CONTRACT_H_
