#ifndef HEADRACE_FUZZ_HTTP1_DIFFERENTIAL_COMPARISON_H_
#define HEADRACE_FUZZ_HTTP1_DIFFERENTIAL_COMPARISON_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "fuzz/http1_differential/reading.h"

namespace headrace::fuzz::http1_differential {

// An input that two readers have not read alike.
struct Case {
  Role role;
  uint8_t plan;
  std::string_view input;
  const Reading& ours;
  const Reading& theirs;
  size_t number;  // of the first message that is not the same

  // Null: no head of it was read.
  const Message* our_message() const { return at(ours); }
  const Message* their_message() const { return at(theirs); }
  // What the fields of its head were, if llhttp has it.
  const FieldList& their_fields() const {
    static const FieldList kNone;
    return number < theirs.heads.size() ? theirs.heads[number] : kNone;
  }
  bool refused_by(const Rule& rule) const { return ours.refused && ours.rule == &rule; }
  bool we_refuse() const { return ours.refused && !theirs.refused; }
  bool they_refuse() const { return theirs.refused && !ours.refused; }

 private:
  const Message* at(const Reading& reading) const {
    return number < reading.messages.size() ? &reading.messages[number] : nullptr;
  }
};

// A way in which llhttp differs that an RFC explains, or a choice of ours.
struct Difference {
  const char* name;
  const char* section;
  const char* reason;
  bool (*explains)(const Case& one);
};

// Plays the input (a plan, an octet; cuts, a length and so many octets; then what the peer says) to
// both, to ours in both modes and however it is cut. Null: they agree as far as both go. Otherwise:
// how they differ first. Stops the program when no Difference explains it.
const Difference* compare(Role role, std::string_view input);

// differences.cc
const std::vector<Difference>& differences();

}  // namespace headrace::fuzz::http1_differential

#endif  // HEADRACE_FUZZ_HTTP1_DIFFERENTIAL_COMPARISON_H_
