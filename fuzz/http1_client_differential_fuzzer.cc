#include <cstdint>
#include <string_view>

#include "fuzz/balanced.h"
#include "fuzz/http1_differential/comparison.h"

// A server that may say anything in HTTP/1.1, to a client of ours and to llhttp in strict mode:
// which messages they take, their statuses, fields, content, trailers, where they end, and what
// they refuse has to be the same, but for what differences.cc explains.
//
// Input: a plan (one octet: the requests, Asked), cuts (a length, then so many octets), then what
// the server says.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, [](std::string_view input) {
    (void)headrace::fuzz::http1_differential::compare(headrace::Role::kClient, input);
  });
}
