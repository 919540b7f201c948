#include "headrace/memory/contract.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace headrace {
namespace {

// A line that is composed before it is written, so that output of other threads cannot split it.
struct Line {
  template <typename... Args>
  void add(const char* format, Args... args) {
    const int wanted = std::snprintf(text + size, sizeof(text) - size, format, args...);
    if (wanted > 0) size += static_cast<size_t>(wanted);
    if (size >= sizeof(text)) size = sizeof(text) - 1;
  }
  void add(const ContractFact& fact) {
    if (fact.text != nullptr) return add(" %s=%s", fact.name, fact.text);
    if (fact.is_signed) return add(" %s=%" PRId64, fact.name, static_cast<int64_t>(fact.value));
    add(" %s=%" PRIu64, fact.name, fact.value);
    // Most likely a negative result of a function that failed.
    if (static_cast<int64_t>(fact.value) < 0)
      add(" (%" PRId64 ")", static_cast<int64_t>(fact.value));
  }

  char text[512];
  size_t size = 0;
};

}  // namespace

void broken_contract(const char* function, const char* rule,
                     std::initializer_list<ContractFact> facts) noexcept {
  Line line;
  line.add("headrace: %s: %s", function, rule);
  if (facts.size() > 0) line.add("%s", ";");
  for (const ContractFact& fact : facts) line.add(fact);
  std::fprintf(stderr, "%s (docs/contracts.md)\n", line.text);
  std::abort();
}

}  // namespace headrace
