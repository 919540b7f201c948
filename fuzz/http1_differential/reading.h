#ifndef HEADRACE_FUZZ_HTTP1_DIFFERENTIAL_READING_H_
#define HEADRACE_FUZZ_HTTP1_DIFFERENTIAL_READING_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headrace/protocol/interface/options.h"

namespace headrace::fuzz::http1_differential {

using FieldList = std::vector<std::pair<std::string, std::string>>;

// A message as two readers can have it in common.
struct Message {
  // Pseudo-header fields first, names in lower case, no white space around values; without host
  // and transfer-encoding.
  FieldList fields;
  FieldList trailers{};
  std::string content{};
  bool complete = false;
  bool is_last = false;  // the connection ends behind it
  bool tunnel = false;   // another protocol follows

  bool operator==(const Message&) const = default;
};

// What a reader made of an input: messages whose heads are complete, in their order, and whether it
// refused what followed. Of a tunnel and behind a last message nothing more is read.
struct Reading {
  std::vector<Message> messages;
  bool refused = false;
  std::string reason;            // ours: a rule with its section; llhttp's: its sentence
  const Rule* rule = nullptr;    // ours
  std::vector<FieldList> heads;  // llhttp's: the fields of each head as they came
  std::vector<int> minors;       // llhttp's: the minor version of each head
  bool interim_ends = false;     // llhttp's: the last message is interim and ends the connection

  bool operator==(const Reading& other) const {
    return messages == other.messages && refused == other.refused && reason == other.reason;
  }
};

std::string to_string(const Reading& reading);

// Client: the requests that the responses answer, drawn from an octet: one that may begin a tunnel,
// or several that are on their way at once, so that it does not matter when the next one leaves.
enum class Asked : uint8_t { kGet, kHead, kUpgrade, kConnect };
inline std::vector<Asked> asked(uint8_t plan) {
  const auto first = static_cast<Asked>(plan & 3);
  if (first == Asked::kUpgrade || first == Asked::kConnect) return {first};
  return {first, static_cast<Asked>(plan >> 2 & 1), static_cast<Asked>(plan >> 3 & 1),
          static_cast<Asked>(plan >> 4 & 1)};
}

// The first value of a field; null: there is none.
inline const std::string* find_field(const FieldList& fields, std::string_view name) {
  for (const auto& [one, value] : fields) {
    if (one == name) return &value;
  }
  return nullptr;
}

// A connection of ours: `parts` come one after the other, and in the client role the end behind
// them.
Reading read_ours(Role role, uint8_t plan, Allocation allocation,
                  const std::vector<std::string_view>& parts);

// The same of llhttp in strict mode.
Reading read_theirs(Role role, uint8_t plan, const std::vector<std::string_view>& parts);

}  // namespace headrace::fuzz::http1_differential

#endif  // HEADRACE_FUZZ_HTTP1_DIFFERENTIAL_READING_H_
