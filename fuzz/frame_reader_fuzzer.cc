#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/frame/frame_reader.h"
#include "tests/frame/render.h"
#include "tests/reference/frames.h"

// Any bytes, through FrameReader in both allocation modes, whole, cut and left early: the frames
// and the error must be the same, and the frames must be those that the reference codec reads.
//
// The first octet of the input says where it is cut; the rest are the frames.

namespace {

using headrace::Allocation;
using headrace::FramePtr;
using headrace::FrameReader;

struct Outcome {
  std::vector<std::string> frames;
  std::string error;

  bool operator==(const Outcome&) const = default;
};

enum class Loop { kToTheEnd, kLeftEarly };

Outcome read(Allocation allocation, std::string_view bytes, size_t piece, Loop loop) {
  FrameReader reader({.allocation = allocation});
  Outcome outcome;
  bool more = true;
  for (size_t at = 0; at < bytes.size() || more; at += piece) {
    const std::string_view next = bytes.substr(std::min(at, bytes.size()), piece);
    // A copy that is freed before the next piece: a view kept too long is a report.
    const std::vector<uint8_t> input(next.begin(), next.end());
    more = false;
    for (FramePtr frame : reader.read(input)) {
      outcome.frames.push_back(headrace::testing::render(*frame));
      more = loop == Loop::kLeftEarly;
      if (more) break;
    }
  }
  if (reader.error().has_value()) outcome.error = describe(*reader.error());
  return outcome;
}

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece = std::max<size_t>(1, data[0]);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

  const Outcome whole = read(Allocation::kReuse, bytes, bytes.size() + 1, Loop::kToTheEnd);
  for (Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
    for (Loop loop : {Loop::kToTheEnd, Loop::kLeftEarly}) {
      require(read(allocation, bytes, piece, loop) == whole, "cut input reads differently");
      require(read(allocation, bytes, bytes.size() + 1, loop) == whole, "modes read differently");
    }
  }

  size_t position = 0;
  for (const std::string& frame : whole.frames) {
    const std::optional<reference::Frame> expected = reference::parse(bytes, &position);
    require(expected.has_value(), "a frame that is not there");
    require(headrace::testing::render(*expected) == frame, "the reference reads another frame");
  }
  require(!whole.error.empty() || !reference::parse(bytes, &position), "a frame was left out");
  return 0;
}
