#ifndef HEADRACE_MEMORY_ABI_H_
#define HEADRACE_MEMORY_ABI_H_

// How this translation unit was built. Hardened builds (-DHEADRACE_HARDENED=1) check every access
// to an event, its fields and its bytes; AddressSanitizer's make every view a copy; containers have
// other sizes with _GLIBCXX_DEBUG. Each kind has an inline namespace, so that a program and a
// library of different kinds do not link, and the error names the kind. (HEADRACE_ABI_BEGIN stands
// on a line of its own because ctags cannot read `namespace headrace::inline MACRO {`.)
#ifndef HEADRACE_HARDENED
#define HEADRACE_HARDENED 0
#endif

#if defined(__SANITIZE_ADDRESS__)
#define HEADRACE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEADRACE_ASAN 1
#endif
#endif
#ifndef HEADRACE_ASAN
#define HEADRACE_ASAN 0
#endif

#ifdef _GLIBCXX_DEBUG
#define HEADRACE_ABI_BEGIN inline namespace with_glibcxx_debug {
#elif HEADRACE_HARDENED && HEADRACE_ASAN
#define HEADRACE_ABI_BEGIN inline namespace hardened_with_address_sanitizer {
#elif HEADRACE_HARDENED
#define HEADRACE_ABI_BEGIN inline namespace hardened {
#elif HEADRACE_ASAN
#define HEADRACE_ABI_BEGIN inline namespace with_address_sanitizer {
#else
#define HEADRACE_ABI_BEGIN inline namespace plain {
#endif
#define HEADRACE_ABI_END }

#if defined(__clang__)
// The result refers to the parameter or, behind a member function, to the object.
#define HEADRACE_LIFETIME_BOUND [[clang::lifetimebound]]
// The class is a view of objects of type `type`.
#define HEADRACE_POINTER(type) [[gsl::Pointer(type)]]
#else
#define HEADRACE_LIFETIME_BOUND
#define HEADRACE_POINTER(type)
#endif

#endif  // HEADRACE_MEMORY_ABI_H_
