#ifndef HEADRACE_ADAPTERS_SERVE_UTF8_H_
#define HEADRACE_ADAPTERS_SERVE_UTF8_H_

#include <cstdint>
#include <gsl/span>

namespace headrace::serve {

// Checks a text that comes in pieces, however they are cut (RFC 3629): no overlong forms, no
// surrogates, nothing above U+10FFFF.
class Utf8Checker {
 public:
  // False: this can be no text, whatever follows.
  bool add(gsl::span<const uint8_t> octets);
  // The text may end here: no character is begun.
  bool is_complete() const { return missing_ == 0; }

 private:
  int missing_ = 0;  // octets of the character that is begun
  // What the next octet of it may be.
  uint8_t lowest_ = 0x80;
  uint8_t highest_ = 0xbf;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_UTF8_H_
