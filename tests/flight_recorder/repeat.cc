#include "tests/flight_recorder/repeat.h"

#include <algorithm>
#include <map>
#include <vector>

#include "tests/flight_recorder/calls.h"
#include "tests/transcript/frame_names.h"
#include "tests/transcript/message_text.h"
#include "tests/transcript/runner.h"
#include "tests/transcript/transcript.h"

namespace headrace::recording {
namespace {

using transcript::Item;

constexpr size_t kAll = std::string::npos;

// Writes down what comes of each turn, below the call, and compares it with what the record says.
class Scribe final : public transcript::TurnListener {
 public:
  Scribe(const std::vector<Call>& calls, bool is_text) : is_text_(is_text) {
    int line = 1;
    for (const Call& call : calls) {
      calls_[line] = &call;
      line += static_cast<int>(std::count(call.text.begin(), call.text.end(), '\n'));
    }
  }
  // The line of the first call.
  void set_first_line(int line) { first_line_ = line; }

  void on_turn(const transcript::Turn& turn, const transcript::Outcome& outcome) override {
    const auto call = calls_.find(turn.line - first_line_ + 1);
    if (call != calls_.end()) {
      text += call->second->text;
      if (turn.kind == transcript::Turn::Kind::kCommand) add_result(outcome.result);
      if (departure.empty()) compare(*call->second, outcome);
    }
    for (const Item& frame : outcome.output) text += written(frame);
    for (const Item& event : outcome.events) {
      text += "= " + transcript::format_item(without_noise(event), kAll) + "\n";
    }
    sent = outcome.sent;
  }

  std::string text;
  std::string departure;
  RecordChecksum sent;

 private:
  std::string written(const Item& frame) const {
    if (!is_text_) return "> " + transcript::format_item(without_noise(frame), kAll) + "\n";
    const std::string text = transcript::write_message_text(frame.bytes.value_or(""));
    return text.empty() ? ">\n" : "> " + text + "\n";
  }

  // What the rest of the line says already, or nobody has set.
  static Item without_noise(Item item) {
    std::erase_if(item.details, [](const transcript::Attribute& detail) {
      return detail.first == "len" || detail == transcript::Attribute("user_data", "0");
    });
    return item;
  }

  // As a transcript has to: if it is not just a success, or has opened a stream.
  void add_result(const Item& result) {
    const bool opened = std::any_of(result.details.begin(), result.details.end(),
                                    [](const auto& detail) { return detail.first == "stream"; });
    if (result.name == "ok" && result.attributes.empty() && !opened) return;
    text += "? " + transcript::format_item(result, kAll) + "\n";
  }

  void compare(const Call& call, const transcript::Outcome& outcome) {
    require(call, call.names, {outcome.event_names.begin(), outcome.event_names.end()}, "events");
    if (call.shown)
      require(call, {std::to_string(*call.shown)}, {std::to_string(outcome.shown)},
              "octets of output");
    if (call.checksum) {
      require(call, {transcript::hex_number(*call.checksum)},
              {transcript::hex_number(outcome.sent.value())}, "checksum of the output");
    }
    if (!call.error.empty()) require(call, {call.error}, {outcome.result.name}, "result");
    if (call.stream) require_detail(call, *call.stream, outcome.result, "stream");
    if (call.accepted && call.error == "ok" && !call.stream) {
      require_detail(call, *call.accepted, outcome.result, "accepted");
    }
  }

  void require_detail(const Call& call, uint64_t wanted, const Item& result, const char* name) {
    for (const auto* list : {&result.details, &result.attributes}) {
      for (const auto& [key, value] : *list) {
        if (key == name) require(call, {std::to_string(wanted)}, {value}, name);
      }
    }
  }

  void require(const Call& call, const std::vector<std::string>& wanted,
               const std::vector<std::string>& got, const char* of) {
    if (wanted == got || !departure.empty()) return;
    departure = "the repeated run departs from the record at\n    " +
                call.text.substr(0, call.text.find('\n')) + "\n" + of + " in the record: ";
    for (const std::string& name : wanted) departure += " " + name;
    departure += "\n" + std::string(of) + " now:           ";
    for (const std::string& name : got) departure += " " + name;
  }

  const bool is_text_;
  int first_line_ = 1;
  std::map<int, const Call*> calls_;  // by their line, the first is 1
};

std::string heading(const Record& record, bool is_text) {
  return "# A record of Headrace " + record.version + ", repeated. It is a " +
         (is_text ? ".h1t" : ".h2t") + " file.\n";
}

// If it is not that of the connection.
std::string end_of(const Record& record) {
  const RecordEntry last = record.entries.empty() ? RecordEntry::kLost : record.entries.back().type;
  if (last == RecordEntry::kEnd) return "";
  if (last == RecordEntry::kCut) return "# CUT: the record took no more.\n";
  return "# The record ends here, before the connection did: its program was stopped, or still "
         "runs.\n";
}

}  // namespace

bool can_be_repeated(const Record& record, std::string* reason) {
  if (!record.entries.empty() && record.entries.front().type == RecordEntry::kLost) {
    *reason =
        "the record has lost its beginning: " + std::to_string(record.entries.front().numbers[0]) +
        " entries before what follows. It can be read, and not be repeated";
    return false;
  }
  if (record.has_scheduler) {
    *reason = "the application had a scheduler of its own, whose choices are not in the record";
    return false;
  }
  return true;
}

Repeated repeat(const Record& record) {
  Repeated repeated;
  repeated.is_text = is_text(record);
  const std::vector<Call> calls = write_calls(record, repeated.is_text);
  const std::string options = write_options(record, repeated.is_text);
  std::string text = options;
  for (const Call& call : calls) text += call.text;

  transcript::Transcript parsed;
  const char* const path = repeated.is_text ? "record.h1t" : "record.h2t";
  if (!transcript::parse_transcript(text, path, &parsed, &repeated.departure)) return repeated;
  Scribe scribe(calls, repeated.is_text);
  scribe.set_first_line(1 + static_cast<int>(std::count(options.begin(), options.end(), '\n')));
  transcript::RunOptions run;
  run.allocation = record.options.allocation;
  run.listener = &scribe;
  const auto broken = transcript::run_transcript(parsed, run);
  repeated.transcript = heading(record, repeated.is_text) + options + scribe.text;
  repeated.transcript += "? output " + std::to_string(scribe.sent.size()) +
                         " checksum=" + transcript::hex_number(scribe.sent.value()) + "\n";
  repeated.transcript += end_of(record);
  repeated.departure = scribe.departure;
  if (broken && repeated.departure.empty()) repeated.departure = broken->message;
  return repeated;
}

std::string list_calls(const Record& record) {
  std::string text = heading(record, is_text(record)) + write_options(record, is_text(record));
  for (const Call& call : write_calls(record, is_text(record))) {
    text += call.text;
    for (const std::string& name : call.names) text += "= " + name + "\n";
    if (!call.error.empty() && call.error != "ok") text += "? " + call.error + "\n";
  }
  return text;
}

}  // namespace headrace::recording
