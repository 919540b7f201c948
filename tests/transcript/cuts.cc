#include "tests/transcript/cuts.h"

#include <algorithm>
#include <random>
#include <set>

namespace headrace::transcript {
namespace {

constexpr size_t kEveryOffsetUpTo = 1024;
constexpr size_t kSmallInputPart = 40;

std::set<size_t> offsets_to_try(const Turn& turn) {
  std::set<size_t> offsets;
  const size_t size = turn.input.size();
  if (size <= kEveryOffsetUpTo) {
    for (size_t at = 1; at < size; ++at) offsets.insert(at);
    return offsets;
  }
  for (const size_t boundary : turn.boundaries) {
    for (size_t at = boundary; at <= boundary + 14 && at < size; ++at) offsets.insert(at);
    if (boundary > 0) offsets.insert(boundary - 1);
    if (offsets.size() > kEveryOffsetUpTo) break;
  }
  for (size_t i = 1; i < 16; ++i) offsets.insert(size * i / 16);
  offsets.erase(0);
  return offsets;
}

}  // namespace

std::vector<size_t> Cuts::parts(size_t which, size_t size) const {
  switch (kind) {
    case Kind::kWhole:
      return {size};
    case Kind::kOctets:
      return std::vector<size_t>(size, 1);
    case Kind::kTwo:
      if (which != input || offset >= size) return {size};
      return {offset, size - offset};
    case Kind::kRandom:
      break;
  }
  std::mt19937 random(seed + static_cast<uint32_t>(which) * 7919);
  const size_t largest = std::max(kSmallInputPart, size / 64);
  std::vector<size_t> sizes;
  while (size > 0) {
    sizes.push_back(std::min(random() % (largest + 1), size));
    size -= sizes.back();
  }
  return sizes;
}

std::string describe(const Cuts& cuts) {
  switch (cuts.kind) {
    case Cuts::Kind::kWhole:
      return "whole";
    case Cuts::Kind::kOctets:
      return "octets";
    case Cuts::Kind::kTwo:
      return std::to_string(cuts.input) + ":" + std::to_string(cuts.offset);
    case Cuts::Kind::kRandom:
      return "random:" + std::to_string(cuts.seed);
  }
  return "?";
}

std::optional<Cuts> parse_cuts(std::string_view text) {
  Cuts cuts;
  if (text == "whole") return cuts;
  cuts.kind = Cuts::Kind::kOctets;
  if (text == "octets") return cuts;
  const size_t colon = text.find(':');
  if (colon == text.npos) return {};
  const auto first = parse_number(text.substr(0, colon));
  const auto second = parse_number(text.substr(colon + 1));
  if (!second || (!first && text.substr(0, colon) != "random")) return {};
  cuts.kind = first ? Cuts::Kind::kTwo : Cuts::Kind::kRandom;
  cuts.input = first.value_or(0);
  cuts.offset = *second;
  cuts.seed = static_cast<uint32_t>(*second);
  return cuts;
}

std::vector<Cuts> two_part_cuts(const Transcript& transcript) {
  std::vector<Cuts> result;
  size_t input = 0;
  for (const Turn& turn : transcript.turns) {
    if (turn.kind != Turn::Kind::kInput) continue;
    for (const size_t offset : offsets_to_try(turn)) {
      Cuts cuts;
      cuts.kind = Cuts::Kind::kTwo;
      cuts.input = input;
      cuts.offset = offset;
      result.push_back(cuts);
    }
    ++input;
  }
  return result;
}

}  // namespace headrace::transcript
