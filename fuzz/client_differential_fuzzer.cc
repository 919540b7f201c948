#include <cstdint>
#include <string_view>

#include "fuzz/balanced.h"
#include "fuzz/differential/comparison.h"

// A server that may say anything, to a client of ours and to one of libnghttp2's: requests,
// content, trailers, resets, acknowledgements, settings, what is sent within the peer's windows,
// and how the connection ends have to be the same, but for what differences.cc explains.
//
// Input: what both client applications do (an octet, Setup), then what the server says.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, [](std::string_view input) {
    (void)headrace::fuzz::compare(headrace::Role::kClient, input);
  });
}
