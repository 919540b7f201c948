#ifndef HEADRACE_ADAPTERS_SERVE_UTF8_H_
#define HEADRACE_ADAPTERS_SERVE_UTF8_H_

#include <cstdint>
#include <gsl/span>

namespace headrace::serve {

// Checks that a text that arrives in pieces is UTF-8 (RFC 3629): no overlong forms, no surrogates,
// nothing above U+10FFFF.
class Utf8Checker {
 public:
  // False if the octets so far cannot be the beginning of a valid text.
  bool add(gsl::span<const uint8_t> octets);
  // Whether the text may end here, that is, not within a character.
  bool is_complete() const { return missing_ == 0; }

 private:
  int missing_ = 0;  // octets of the incomplete character
  // The bounds of its next octet.
  uint8_t lowest_ = 0x80;
  uint8_t highest_ = 0xbf;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_UTF8_H_
