#include <cstdint>
#include <string_view>

#include "fuzz/balanced.h"
#include "fuzz/differential/comparison.h"

// A client that may say anything, to a server of ours and to one of libnghttp2's: requests,
// content, trailers, resets, acknowledgements, settings, what is sent within the peer's windows,
// and how the connection ends have to be the same, but for what differences.cc explains.
//
// Input: what both server applications do (an octet, Setup), then what the client says behind its
// preface.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, [](std::string_view input) {
    (void)headrace::fuzz::compare(headrace::Role::kServer, input);
  });
}
