#ifndef HEADRACE_TESTS_TRANSCRIPT_CUTS_H_
#define HEADRACE_TESTS_TRANSCRIPT_CUTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/transcript/transcript.h"

namespace headrace::transcript {

// How the inputs of a transcript are cut into receive() calls.
struct Cuts {
  enum class Kind : uint8_t {
    kWhole,   // each input in one call
    kOctets,  // an octet a call
    kTwo,     // one input in two calls, cut at `offset`; the others whole
    kRandom,  // parts of 0 to 40 octets (more in large inputs), drawn with `seed`
  };
  Kind kind = Kind::kWhole;
  size_t input = 0;  // kTwo: which, counted from 0
  size_t offset = 0;
  uint32_t seed = 0;

  // The sizes of the parts of input number `input`, which has `size` octets.
  std::vector<size_t> parts(size_t input, size_t size) const;
};

// "whole", "octets", "random:7" or "3:17" (input 3 cut behind 17 octets).
std::string describe(const Cuts& cuts);
std::optional<Cuts> parse_cuts(std::string_view text);

// Every way to cut one input of the transcript in two. Of an input of more than 1,024 octets: those
// near the beginning of each of its lines, and some in between.
std::vector<Cuts> two_part_cuts(const Transcript& transcript);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_CUTS_H_
