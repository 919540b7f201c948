#include "tests/transcript/transcript.h"

#include <algorithm>
#include <fstream>
#include <gsl/span>
#include <sstream>

#include "headrace/protocol/interface/padding_policy.h"
#include "tests/transcript/event_text.h"
#include "tests/transcript/frame_names.h"
#include "tests/transcript/frame_text.h"
#include "tests/transcript/message_text.h"
#include "tests/transcript/options_text.h"

namespace headrace::transcript {
namespace {

constexpr uint64_t kLargestTranscript = 1 << 26;  // octets of input and text, all together

// RFC 9113 §3.4
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

constexpr std::string_view kStateChecks[] = {
    "wants_input",  "wants_output",     "has_events",       "should_close",
    "open_streams", "next_deadline",    "statistics",       "why_blocked",
    "priority",     "waiting_requests", "accepts_requests", "is_drained",
    "should_reset", "receive_credit",   "output",           "protocol",
};

// What the line `handshake` stands for, in each role.
constexpr std::string_view kServerHandshake[] = {
    "> SETTINGS MAX_CONCURRENT_STREAMS=100",
    "< PREFACE",
    "< SETTINGS",
    "< SETTINGS ACK",
    "> SETTINGS ACK",
    "= SettingsAcknowledged",
};
constexpr std::string_view kClientHandshake[] = {
    "> PREFACE",      "> SETTINGS ENABLE_PUSH=0", "< SETTINGS",
    "< SETTINGS ACK", "> SETTINGS ACK",           "= SettingsAcknowledged",
};

class FixedPadding : public PaddingPolicy {
 public:
  explicit FixedPadding(size_t size) : size_(size) {}
  size_t padding(const FrameHeader& /*frame*/, size_t room) override {
    return std::min(size_, room);
  }

 private:
  size_t size_;
};

// A line of the file with the indented lines below it.
struct Step {
  int number = 0;
  std::string_view text;  // without the comment
  std::vector<FieldLine> fields;
};

class Parser {
 public:
  explicit Parser(Transcript* transcript) : transcript_(*transcript) {
    transcript_.turns.emplace_back();
  }

  bool add(const Step& step, std::string* error) {
    if (transcript_.is_text && is_message_text(step.text)) return add_text(step, error);
    const std::string_view rest = strip_comment(step.text.substr(1));
    switch (step.text[0]) {
      case '<':
        return add_input(step, rest, error);
      case '>':
        return add_line(step, rest, &turn().output, error) && check_frame_name(error);
      case '=':
        return add_line(step, rest, &turn().events, error) && check_event_name(error);
      case '!':
        begin_turn(Turn::Kind::kCommand, step.number);
        return read_item(step, rest, &turn().command, error);
      case '?':
        return add_question(step, rest, error);
      case '@':
        return add_time(step, rest, error);
      default:
        return add_setting(step, error);
    }
  }

  // The octets of input and of the lines' text.
  uint64_t size() const { return size_; }

 private:
  Turn& turn() { return transcript_.turns.back(); }

  void begin_turn(Turn::Kind kind, int line) {
    Turn next;
    next.kind = kind;
    next.line = line;
    transcript_.turns.push_back(std::move(next));
  }

  bool read_item(const Step& step, std::string_view text, Item* item, std::string* error) {
    if (!parse_item(text, item, error)) return false;
    size_ += item->bytes.value_or("").size();
    for (const Attribute& attribute : item->attributes) size_ += attribute.second.size();
    item->fields = step.fields;
    return true;
  }

  bool add_line(const Step& step, std::string_view text, std::vector<Line>* lines,
                std::string* error) {
    Line line;
    line.number = step.number;
    if (!read_item(step, text, &line.item, error)) return false;
    lines->push_back(std::move(line));
    return true;
  }

  bool check_frame_name(std::string* error) {
    const std::string& name = turn().output.back().item.name;
    if (frame_type_of(name) || name == "FRAME" || name == "PREFACE") return true;
    *error = "unknown frame " + name;
    return false;
  }
  bool check_event_name(std::string* error) {
    const std::string& name = turn().events.back().item.name;
    if (is_event_name(name)) return true;
    *error = "unknown event " + name;
    return false;
  }

  // Consecutive `<` lines are one input.
  void begin_input(const Step& step) {
    const bool continues = turn().kind == Turn::Kind::kInput && turn().output.empty() &&
                           turn().events.empty() && turn().checks.empty();
    if (!continues) begin_turn(Turn::Kind::kInput, step.number);
    turn().boundaries.push_back(turn().input.size());
  }

  // A line of text that is sent or received. Of the latter each item is a line, whole.
  bool add_text(const Step& step, std::string* error) {
    if (step.text == "< EOF" || step.text == "< RESET") {
      begin_turn(Turn::Kind::kEndOfInput, step.number);
      turn().in_order = step.text == "< EOF";
      return true;
    }
    Line line;
    line.number = step.number;
    line.item.name = "text";
    std::string octets;
    if (!read_message_text(step.text, &octets, error)) return false;
    size_ += octets.size();
    line.item.bytes = octets;
    if (step.text[0] == '<') {
      begin_input(step);
      turn().input += octets;
      turn().sent.push_back(std::move(line));
      return true;
    }
    std::vector<Line>& output = turn().output;
    if (output.empty() || output.back().item.bytes->ends_with('\n')) {
      output.push_back(std::move(line));
    } else {
      *output.back().item.bytes += octets;
    }
    return true;
  }

  bool add_input(const Step& step, std::string_view text, std::string* error) {
    if (text == "EOF" || text == "RESET") {
      begin_turn(Turn::Kind::kEndOfInput, step.number);
      turn().in_order = text == "EOF";
      return true;
    }
    begin_input(step);
    size_ -= turn().input.size();
    Line line;
    line.number = step.number;
    if (text.starts_with("raw ")) {
      line.item.name = text;
      if (!encode_raw(text.substr(4), &turn().input, error)) return false;
    } else {
      if (!read_item(step, text, &line.item, error)) return false;
      if (text == "PREFACE") {
        turn().input += kPreface;
      } else if (!encode_frame(line.item, &turn().input, error)) {
        return false;
      }
    }
    size_ += turn().input.size();
    turn().sent.push_back(std::move(line));
    return true;
  }

  bool add_question(const Step& step, std::string_view text, std::string* error) {
    Line line;
    line.number = step.number;
    if (!read_item(step, text, &line.item, error)) return false;
    if (is_state_check(line.item.name)) {
      turn().checks.push_back(std::move(line));
      return true;
    }
    if (turn().kind != Turn::Kind::kCommand || turn().result) {
      *error = "not a state to ask for, and no command waits for a result: " + line.item.name;
      return false;
    }
    turn().result = std::move(line);
    return true;
  }

  bool add_time(const Step& step, std::string_view text, std::string* error) {
    const bool back = transcript_.is_exact && text.starts_with("-");
    const auto elapsed =
        back || text.starts_with("+") ? parse_duration(text.substr(1)) : std::nullopt;
    if (!elapsed) {
      *error = "time passes as in `@ +5s` or `@ +500ms`";
      return false;
    }
    begin_turn(Turn::Kind::kTime, step.number);
    turn().elapsed = back ? -*elapsed : *elapsed;
    return true;
  }

  // `role`, `exact`, `option` and `handshake`, which stand before the conversation.
  bool add_setting(const Step& step, std::string* error) {
    std::vector<Word> words;
    if (!split_words(step.text, &words, error)) return false;
    const std::string& name = words[0].text;
    const bool begun = transcript_.turns.size() > 1 || !turn().output.empty();
    if (name != "role" && name != "option" && name != "handshake" && name != "exact") {
      *error = "a line begins with < > = ! ? @ role, exact, option or handshake, not with " + name;
    } else if (begun) {
      *error = name + " belongs before the conversation";
    } else if (name == "handshake") {
      return add_handshake(step, error);
    } else if (name == "exact") {
      transcript_.is_exact = true;
      return true;
    } else if (name == "role") {
      const bool known =
          words.size() == 2 && (words[1].text == "server" || words[1].text == "client");
      if (known) transcript_.role = words[1].text == "client" ? Role::kClient : Role::kServer;
      if (!known) *error = "a role is server or client";
      return known;
    } else if (words.size() >= 2 && words[1].text == "settings") {
      return add_own_settings(words, error);
    } else if (words.size() != 3) {
      *error = "an option is written `option name value`";
    } else if (words[1].text == "padding") {
      return add_padding(words[2].text, error);
    } else {
      return set_option(words[1].text, words[2].text, &transcript_.options, error);
    }
    return false;
  }

  // `option settings NAME=value...`: our first SETTINGS, exactly.
  bool add_own_settings(gsl::span<const Word> words, std::string* error) {
    for (const Word& word : words.subspan(2)) {
      const auto id = setting_id_of(word.key);
      const auto value = parse_number(word.text);
      if (!id || !value) {
        *error = "settings are written `option settings NAME=value NAME=value`";
        return false;
      }
      transcript_.options.settings.push_back(
          {static_cast<SettingId>(*id), static_cast<uint32_t>(*value)});
    }
    return true;
  }

  // `option padding 8`: so many octets, Pad Length included, are added to every frame, or as many
  // as there is room for. `option padding asked`: as many as `! padding` says.
  bool add_padding(std::string_view text, std::string* error) {
    transcript_.padding_is_asked = text == "asked";
    if (transcript_.padding_is_asked) return true;
    const auto size = parse_number(text);
    if (!size || *size > kMaxPadding) {
      *error = "padding is a number up to 256";
      return false;
    }
    transcript_.padding = std::make_shared<FixedPadding>(static_cast<size_t>(*size));
    transcript_.options.padding = transcript_.padding.get();
    return true;
  }

  bool add_handshake(const Step& step, std::string* error) {
    const bool client = transcript_.role == Role::kClient;
    const auto lines = client ? gsl::span<const std::string_view>(kClientHandshake)
                              : gsl::span<const std::string_view>(kServerHandshake);
    for (const std::string_view text : lines) {
      Step part;
      part.number = step.number;
      part.text = text;
      if (!add(part, error)) return false;
    }
    return true;
  }

  Transcript& transcript_;
  uint64_t size_ = 0;
};

bool is_indented(std::string_view line) { return line.starts_with(" ") || line.starts_with("\t"); }

}  // namespace

bool is_state_check(std::string_view name) {
  return std::find(std::begin(kStateChecks), std::end(kStateChecks), name) !=
         std::end(kStateChecks);
}

bool parse_transcript(std::string_view text, const std::string& path, Transcript* transcript,
                      std::string* error) {
  transcript->path = path;
  transcript->is_text = path.ends_with(".h1t");
  if (transcript->is_text) transcript->options.protocol = ProtocolVersion::kHttp1;
  std::vector<Step> steps;
  const auto fail = [&](int line) {
    *error = path + ":" + std::to_string(line) + ": " + *error;
    return false;
  };
  uint64_t fields_size = 0;
  const auto fits = [&](uint64_t size) {
    if (size > kLargestTranscript) *error = "the text up to here comes to too many octets";
    return size <= kLargestTranscript;
  };
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool is_text = transcript->is_text && is_message_text(line);
    const std::string_view stripped = is_text ? line : strip_comment(line);
    if (stripped.empty()) continue;
    if (!is_indented(line)) {
      steps.push_back({number, stripped, {}});
    } else if (steps.empty()) {
      *error = "an indented line belongs to the line above it, and there is none";
      return fail(number);
    } else if (!parse_field_line(stripped, &steps.back().fields, error)) {
      return fail(number);
    } else {
      const FieldLine& last = steps.back().fields.back();
      fields_size += last.name.size() + last.value.size();
      if (!fits(fields_size)) return fail(number);
    }
  }
  Parser parser(transcript);
  for (const Step& step : steps) {
    if (!parser.add(step, error)) return fail(step.number);
    if (!fits(fields_size + parser.size())) return fail(step.number);
  }
  return true;
}

bool load_transcript(const std::string& path, Transcript* transcript, std::string* error) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    *error = path + ": cannot be read";
    return false;
  }
  return parse_transcript(text.str(), path, transcript, error);
}

}  // namespace headrace::transcript
