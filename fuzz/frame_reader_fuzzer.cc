#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/balanced.h"
#include "fuzz/require.h"
#include "headrace/protocol/frame/frame_reader.h"
#include "tests/frame/render.h"
#include "tests/reference/frames.h"

// Any bytes, through FrameReader in both allocation modes, whole and cut (short inputs at every
// octet), with loops that run to the end, are left early, or hold every frame past its turn: the
// frames and the error must be the same, and the frames must be those that the reference codec
// reads.
//
// Input: one octet, the size of the pieces; then the frames.

namespace {

using headrace::Allocation;
using headrace::FramePtr;
using headrace::FrameReader;
using headrace::fuzz::require;

struct Outcome {
  std::vector<std::string> frames;
  std::string error;

  bool operator==(const Outcome&) const = default;
};

enum class Loop { kToTheEnd, kLeftEarly, kHoldsFrames };

constexpr size_t kCutEverywhere = 80;  // octets, in inputs of at most so many

// `first`: the size of the first piece; `piece`: that of the others.
Outcome read(Allocation allocation, std::string_view bytes, size_t first, size_t piece, Loop loop) {
  FrameReader reader({.allocation = allocation});
  Outcome outcome;
  std::vector<FramePtr> held;
  bool more = true;
  size_t next_piece = first;
  for (size_t at = 0; at < bytes.size() || more; at += std::exchange(next_piece, piece)) {
    const std::string_view next = bytes.substr(std::min(at, bytes.size()), next_piece);
    // A copy that is freed before the next piece: a view kept too long is a report.
    const std::vector<uint8_t> input(next.begin(), next.end());
    more = false;
    for (FramePtr frame : reader.read(input)) {
      if (loop == Loop::kHoldsFrames) {
        held.push_back(std::move(frame));
        continue;
      }
      outcome.frames.push_back(headrace::testing::render(*frame));
      more = loop == Loop::kLeftEarly;
      if (more) break;
    }
    // The last frame of the range is still in its turn, which ends with the input.
    if (!held.empty()) held.back() = headrace::keep(std::move(held.back()));
  }
  for (const FramePtr& frame : held) outcome.frames.push_back(headrace::testing::render(*frame));
  if (reader.error().has_value()) outcome.error = describe(*reader.error());
  return outcome;
}

void read_in_every_way(std::string_view input) {
  if (input.empty()) return;
  const size_t piece = std::max<size_t>(1, static_cast<uint8_t>(input.front()));
  const std::string_view bytes = input.substr(1);
  const size_t all = bytes.size() + 1;
  const Outcome whole = read(Allocation::kReuse, bytes, all, all, Loop::kToTheEnd);
  for (Allocation allocation : {Allocation::kReuse, Allocation::kFresh}) {
    for (Loop loop : {Loop::kToTheEnd, Loop::kLeftEarly, Loop::kHoldsFrames}) {
      require(read(allocation, bytes, all, all, loop) == whole, "modes read differently");
      require(read(allocation, bytes, piece, piece, loop) == whole, "cut input reads differently");
    }
    for (size_t cut = 1; bytes.size() <= kCutEverywhere && cut < bytes.size(); ++cut) {
      require(read(allocation, bytes, cut, all, Loop::kToTheEnd) == whole,
              "a cut reads differently");
    }
  }

  size_t position = 0;
  for (const std::string& frame : whole.frames) {
    const std::optional<reference::Frame> expected = reference::parse(bytes, &position);
    require(expected.has_value(), "a frame that is not there");
    require(headrace::testing::render(*expected) == frame, "the reference reads another frame");
  }
  require(!whole.error.empty() || !reference::parse(bytes, &position), "a frame was left out");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return headrace::fuzz::play_balanced(data, size, read_in_every_way);
}
