#ifndef HEADRACE_MEMORY_CONTRACT_H_
#define HEADRACE_MEMORY_CONTRACT_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

namespace headrace {

// A named number, or a named text of static storage, that shows how a contract was broken.
struct ContractFact {
  template <std::integral T>
  constexpr ContractFact(const char* fact, T number)
      : name(fact), value(static_cast<uint64_t>(number)), is_signed(std::is_signed_v<T>) {}
  constexpr ContractFact(const char* fact, const char* said) : name(fact), text(said) {}

  const char* name;
  const char* text = nullptr;  // if not null, shown in place of `value`
  uint64_t value = 0;
  bool is_signed = false;
};

// Writes one line to stderr and aborts:
//
//   headrace: Body::source(): the source is not null (docs/contracts.md)
//
// Nothing else in the core writes output. The program stops because it has an error, and anything
// that it did from here on could be wrong, too. Never called because of a peer's input.
[[noreturn]] void broken_contract(const char* function, const char* rule,
                                  std::initializer_list<ContractFact> facts) noexcept;

}  // namespace headrace

// A contract of `function` (the name that the application calls) with its caller, checked in every
// build. Unless `condition` holds, the program stops with a line that names the broken `rule` and
// shows the facts, each written {"name", value}. docs/contracts.md lists all contracts (tested).
#define HEADRACE_EXPECTS(condition, function, rule, ...)              \
  do {                                                                \
    if (!(condition)) [[unlikely]]                                    \
      ::headrace::broken_contract((function), (rule), {__VA_ARGS__}); \
  } while (false)

#endif  // HEADRACE_MEMORY_CONTRACT_H_
