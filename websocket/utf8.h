#ifndef HEADRACE_WEBSOCKET_UTF8_H_
#define HEADRACE_WEBSOCKET_UTF8_H_

#include <cstddef>
#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// Checks that a text that arrives in pieces is UTF-8 (RFC 3629): no overlong forms, no surrogates,
// nothing above U+10FFFF.
class Utf8Checker {
 public:
  // How many of the octets go on with a valid text: all, or those in front of the first that does
  // not. The checker is of no use behind that.
  size_t add(ByteView octets);
  // Whether the text may end here, that is, not within a character.
  bool is_complete() const { return missing_ == 0; }

  // Whether that is a text, all of it.
  static bool is_text(ByteView octets) {
    Utf8Checker checker;
    return checker.add(octets) == octets.size() && checker.is_complete();
  }

 private:
  uint8_t missing_ = 0;  // octets of the incomplete character
  // The bounds of its next octet.
  uint8_t lowest_ = 0x80;
  uint8_t highest_ = 0xbf;
};

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_UTF8_H_
