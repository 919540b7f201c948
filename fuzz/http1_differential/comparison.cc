#include "fuzz/http1_differential/comparison.h"

#include <algorithm>
#include <cstdio>

#include "fuzz/pieces.h"
#include "fuzz/require.h"

namespace headrace::fuzz::http1_differential {
namespace {

bool is_end(const Message& message) { return message.tunnel || message.is_last; }

// Of a message that is not complete one of the two may have judged what is still to come for the
// other.
bool agree_so_far(const Message& ours, const Message& theirs, bool one_refuses) {
  if (ours.complete || theirs.complete) return ours == theirs;
  return ours.fields == theirs.fields && (one_refuses || ours.content == theirs.content);
}

// There is no more than the head of a message, or the beginning of its content.
bool is_cut_short(const Reading& reading, size_t n) {
  return n + 1 == reading.messages.size() ? !reading.messages[n].complete
                                          : n == reading.messages.size();
}

// The number of the first message that is not the same; of neither: they agree.
size_t first_difference(const Reading& ours, const Reading& theirs) {
  const bool one_refuses = ours.refused || theirs.refused;
  size_t n = 0;
  for (;; ++n) {
    const bool here = n < ours.messages.size();
    const bool there = n < theirs.messages.size();
    if (!here && !there) return n;
    // Both refuse it, one of them by its head and the other by what follows.
    if (ours.refused && theirs.refused && is_cut_short(ours, n) && is_cut_short(theirs, n)) break;
    if (here != there) return n;
    if (!agree_so_far(ours.messages[n], theirs.messages[n], one_refuses)) return n;
    if (is_end(ours.messages[n])) break;
  }
  return std::max(ours.messages.size(), theirs.messages.size());
}

const Difference* explanation(const Case& one) {
  for (const Difference& difference : differences()) {
    if (difference.explains(one)) return &difference;
  }
  std::fprintf(stderr, "message %zu\nours:\n%sllhttp's:\n%s", one.number,
               to_string(one.ours).c_str(), to_string(one.theirs).c_str());
  require(false, "llhttp differs, and nothing explains it");
  return nullptr;
}

}  // namespace

const Difference* compare(Role role, std::string_view input) {
  if (input.size() < 2) return nullptr;
  const auto plan = static_cast<uint8_t>(input[0]);
  const size_t size = static_cast<uint8_t>(input[1]) % 16;
  const std::string_view cuts = input.substr(2, size);
  const std::string_view text = input.substr(std::min(2 + size, input.size()));
  const Reading ours = read_ours(role, plan, Allocation::kReuse, {text});
  require(read_ours(role, plan, Allocation::kFresh, {text}) == ours, "the modes differ");
  require(read_ours(role, plan, Allocation::kFresh, pieces(text, cuts)) == ours,
          "a cut makes a difference");
  require(read_ours(role, plan, Allocation::kReuse, pieces(text, "\1")) == ours,
          "octets make a difference");
  const Reading theirs = read_theirs(role, plan, {text});
  require(read_theirs(role, plan, pieces(text, cuts)) == theirs, "a cut matters to llhttp");
  const size_t number = first_difference(ours, theirs);
  if (number >= std::max(ours.messages.size(), theirs.messages.size())) return nullptr;
  return explanation({role, plan, text, ours, theirs, number});
}

}  // namespace headrace::fuzz::http1_differential
