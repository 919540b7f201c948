#ifndef HEADRACE_TESTS_MEMORY_STALE_REPORT_H_
#define HEADRACE_TESTS_MEMORY_STALE_REPORT_H_

#include "headrace/memory/abi.h"

// For tests that look at something after its turn, on purpose: each must be caught, in the builds
// that promise it.
namespace headrace::testing {

#if HEADRACE_ASAN
// Catches every access.
inline constexpr bool kCatchesViews = true;
inline constexpr bool kCatchesAccessors = true;
#else
// Hardened builds catch accessors.
inline constexpr bool kCatchesViews = false;
inline constexpr bool kCatchesAccessors = HEADRACE_HARDENED != 0;
#endif

// What AddressSanitizer says of storage that was handed back: it was freed.
inline constexpr const char* kViewReport = "AddressSanitizer: heap-use-after-free";

// `hardened`: what a hardened build says.
constexpr const char* accessor_report(const char* hardened) {
  return HEADRACE_ASAN != 0 ? kViewReport : hardened;
}

// A read that the compiler does not leave out.
template <typename T>
T look_at(const T* at) {
  return *static_cast<const volatile T*>(at);
}

}  // namespace headrace::testing

// To begin such a test with. A stage that counts on it sees that it did not run.
#define HEADRACE_SKIP_UNLESS(catches) \
  if (!(catches)) GTEST_SKIP() << "run with --config=asan and --config=hardened"

#endif  // HEADRACE_TESTS_MEMORY_STALE_REPORT_H_
