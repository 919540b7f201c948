#ifndef HEADRACE_TESTS_TRANSCRIPT_TRANSCRIPT_H_
#define HEADRACE_TESTS_TRANSCRIPT_TRANSCRIPT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/protocol/interface/options.h"
#include "headrace/protocol/interface/padding_policy.h"
#include "tests/transcript/item.h"

namespace headrace::transcript {

// A `.h2t` file, or a `.h1t` file of HTTP/1.1 (docs/transcripts.md), read. It is a list of turns:
// something happens to the connection, and the lines below say everything that follows from it.

struct Line {
  int number = 0;
  Item item;
};

struct Turn {
  enum class Kind : uint8_t {
    kStart,       // the connection was created
    kInput,       // consecutive `<` lines
    kEndOfInput,  // < EOF, or < RESET
    kCommand,     // !
    kTime,        // @
  };
  Kind kind = Kind::kStart;
  int line = 0;

  bool in_order = true;                 // kEndOfInput: EOF
  std::string input;                    // kInput: all its bytes
  std::vector<size_t> boundaries;       // kInput: the offsets in `input` where its lines begin
  std::vector<Line> sent;               // kInput: its lines, to show them
  Item command;                         // kCommand
  std::chrono::nanoseconds elapsed{0};  // kTime

  std::vector<Line> output;    // `>`
  std::vector<Line> events;    // `=`
  std::optional<Line> result;  // `?` behind a command
  std::vector<Line> checks;    // `?` of the state
};

inline Options with_plain_heads() {
  Options options;
  options.complete_heads = false;
  options.connection_window_size = 65535;
  return options;
}

struct Transcript {
  std::string path;
  bool is_text = false;   // .h1t: what is sent and received is text, not frames
  bool is_exact = false;  // each turn is one call of the connection's; the runner makes no other
  Role role = Role::kServer;
  // The library's defaults, but for heads: what goes out is what the transcript submits.
  Options options = with_plain_heads();
  std::shared_ptr<PaddingPolicy> padding;  // that `options` refers to, or null
  bool padding_is_asked = false;           // the runner has one, which does as `! padding` says
  std::vector<Turn> turns;                 // the first is kStart
};

// Reads `text`. False: `error` is "path:line: what is wrong".
bool parse_transcript(std::string_view text, const std::string& path, Transcript* transcript,
                      std::string* error);
// The same for a file.
bool load_transcript(const std::string& path, Transcript* transcript, std::string* error);

// The names that a `?` line can begin with when it is not the result of a command.
bool is_state_check(std::string_view name);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_TRANSCRIPT_H_
