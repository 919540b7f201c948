#include "tests/flight_recorder/calls.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <type_traits>

#include "headrace/protocol/event/event.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/interface/option_list.h"
#include "headrace/protocol/stream/body.h"
#include "tests/flight_recorder/input_text.h"
#include "tests/transcript/application.h"
#include "tests/transcript/frame_names.h"
#include "tests/transcript/frame_text.h"
#include "tests/transcript/transcript.h"
#include "tests/transcript/words.h"

namespace headrace::recording {
namespace {

using transcript::Item;

constexpr size_t kAll = std::string::npos;
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 §3.4

template <typename T>
std::string value_of(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    return std::to_string(value.count()) + "ms";
  } else if constexpr (std::is_same_v<T, ProtocolVersion>) {
    return value == ProtocolVersion::kHttp2   ? "http2"
           : value == ProtocolVersion::kHttp1 ? "http1"
                                              : "detect";
  } else if constexpr (std::is_same_v<T, Scheduling>) {
    return value == Scheduling::kPriority ? "priority" : "round_robin";
  } else if constexpr (std::is_same_v<T, WindowPolicy>) {
    return value == WindowPolicy::kImmediate    ? "immediate"
           : value == WindowPolicy::kHalfWindow ? "half_window"
                                                : "auto_tuned";
  } else {
    return std::to_string(value);
  }
}

template <size_t... kIndex>
std::string_view name_of_event(uint64_t index, std::index_sequence<kIndex...>) {
  std::string_view name = "?";
  (void)((index == kIndex && (name = event_name(Event(std::in_place_index<kIndex>)), true)) || ...);
  return name;
}

// What the entries behind that of a call belong to.
bool is_answer(RecordEntry type) {
  switch (type) {
    case RecordEntry::kFilled:
    case RecordEntry::kPadded:
    case RecordEntry::kResult:
    case RecordEntry::kShown:
      return true;
    default:
      return false;
  }
}

class Writer {
 public:
  Writer(const Record& record, bool is_text)
      : record_(record), input_(is_text, record.role == Role::kServer) {}

  std::vector<Call> write() {
    const std::vector<Entry>& entries = record_.entries;
    for (size_t i = 0; i < entries.size();) {
      size_t end = i + 1;
      while (end < entries.size() && is_answer(entries[end].type)) ++end;
      add(entries[i], {&entries[i] + 1, end - i - 1});
      i = end;
    }
    return std::move(calls_);
  }

 private:
  using Answers = gsl::span<const Entry>;

  void add(const Entry& entry, Answers answers) {
    add_answers(answers);
    if (entry.time != 0)
      add_line("@ " + std::string(entry.time < 0 ? "" : "+") + std::to_string(entry.time) + "ns");
    switch (entry.type) {
      case RecordEntry::kReceive:
        if (entry.octets.empty()) return add_line("! receive");
        return add_text(input_.write(entry.octets));
      case RecordEntry::kAdvance:
        return add_line("! advance");
      case RecordEntry::kEndOfInput:
        return add_line("< EOF");
      case RecordEntry::kLoseTransport:
        return add_line("< RESET");
      case RecordEntry::kStep:
        return add_step(entry);
      case RecordEntry::kEndOfRange:
        // One that came to its end has ended with the step.
        if (!range_ended_) add_line("! leave");
        range_ended_ = false;
        return;
      case RecordEntry::kSent:
      case RecordEntry::kSentUntimed:
        add_line("! sent " + std::to_string(entry.numbers[0]) +
                 (entry.type == RecordEntry::kSent ? "" : " untimed"));
        calls_.back().checksum = entry.checksum;
        return;
      case RecordEntry::kPendingOutput:
        add_line("! show max=" + std::to_string(entry.numbers[0]));
        for (const Entry& answer : answers) {
          if (answer.type == RecordEntry::kShown) calls_.back().shown = answer.numbers[0];
        }
        return;
      case RecordEntry::kReleased:
        return add_line("! released " + std::to_string(entry.numbers[0]));
      case RecordEntry::kSetMemoryPressure:
        return add_line(entry.numbers[0] != 0 ? "! memory_pressure on" : "! memory_pressure off");
      case RecordEntry::kTrim:
        return add_line("! trim");
      case RecordEntry::kLost:
        return add_line("# LOST: " + std::to_string(entry.numbers[0]) + " entries before these");
      case RecordEntry::kCut:
        return add_line("# CUT: the record took no more");
      case RecordEntry::kEnd:
      case RecordEntry::kFilled:
      case RecordEntry::kPadded:
      case RecordEntry::kResult:
      case RecordEntry::kShown:
        return;
      default:
        return add_command(entry, answers);
    }
  }

  void add_line(const std::string& line) { add_text(line + "\n"); }
  void add_text(std::string text) {
    calls_.emplace_back().text = std::move(text);
    range_ended_ = false;
  }

  // Steps that follow each other are one `take`.
  void add_step(const Entry& entry) {
    const uint64_t index = entry.numbers[0];
    const bool continues = !calls_.empty() && steps_ > 0 && calls_.back().text == take();
    if (!continues) {
      steps_ = 0;
      add_line("");
    }
    ++steps_;
    calls_.back().text = take();
    range_ended_ = index == 0;
    if (range_ended_) {
      calls_.back().text = "! take\n";
      steps_ = 0;
    } else {
      calls_.back().names.emplace_back(
          name_of_event(index, std::make_index_sequence<std::variant_size_v<Event>>()));
    }
  }
  std::string take() const { return "! take " + std::to_string(steps_) + "\n"; }

  // What the application will answer when it is asked stands before the call that asks.
  void add_answers(Answers answers) {
    Item padding;
    padding.name = "padding";
    for (const Entry& answer : answers) {
      if (answer.type == RecordEntry::kPadded) padding.numbers.push_back(answer.numbers[0]);
      if (answer.type != RecordEntry::kFilled) continue;
      Item source;
      source.name = "source";
      source.numbers.push_back(answer.stream);
      source.words.emplace_back("answer");
      if ((answer.numbers[0] & 1) != 0) source.words.emplace_back("end");
      if ((answer.numbers[0] & 2) != 0) source.words.emplace_back("fail");
      source.bytes = answer.octets;
      add_item(source, answer.unrecorded);
    }
    if (!padding.numbers.empty()) add_item(padding, 0);
  }

  void add_item(const Item& item, uint64_t unrecorded) {
    std::string text = "! " + transcript::format_item(item, kAll);
    if (unrecorded > 0) {
      // Behind the first line: those of its fields follow.
      const size_t end = std::min(text.find('\n'), text.size());
      text.insert(end,
                  "    # the last " + std::to_string(unrecorded) + " octets are not in the record");
    }
    add_line(text);
  }

  static void add_body(const Entry& entry, size_t at, Item* item) {
    constexpr std::string_view kKinds[] = {"", "view", "owned", "source", "stream"};
    const uint64_t kind = entry.numbers[at];
    if (kind > 0 && kind < std::size(kKinds)) item->words.emplace_back(kKinds[kind]);
    if (entry.numbers[at + 1] != 0) item->words.emplace_back("expect_trailers");
    if (kind == static_cast<uint64_t>(Body::Kind::kView) ||
        kind == static_cast<uint64_t>(Body::Kind::kOwned)) {
      item->bytes = entry.octets;
    }
  }

  void add_command(const Entry& entry, Answers answers) {
    Item item;
    item.fields = entry.fields;
    if (entry.stream != 0) item.numbers.push_back(entry.stream);
    name_command(entry, &item);
    add_item(item, entry.unrecorded);
    Call& call = calls_.back();
    call.error = "ok";
    for (const Entry& answer : answers) {
      if (answer.type != RecordEntry::kResult) continue;
      call.error = transcript::submit_error_name(static_cast<SubmitError>(answer.numbers[0]));
      if (answer.stream != 0) call.stream = answer.stream;
      call.accepted = answer.numbers[1];
    }
  }

  static void name_command(const Entry& entry, Item* item) {
    const std::vector<uint64_t>& numbers = entry.numbers;
    // (Stream 0 is the connection where a command takes it, and one that does not exist elsewhere.)
    const auto on_stream = [&](std::string_view name) {
      item->name = name;
      if (entry.stream == 0) item->numbers.push_back(0);
    };
    switch (entry.type) {
      case RecordEntry::kSubmitRequest:
        item->name = "submit_request";
        item->attributes.emplace_back("user_data", std::to_string(numbers[0]));
        return add_body(entry, 1, item);
      case RecordEntry::kSubmitPush:
        on_stream("submit_push");
        item->attributes.emplace_back("user_data", std::to_string(numbers[0]));
        return;
      case RecordEntry::kSubmitResponse:
        on_stream("submit_response");
        return add_body(entry, 0, item);
      case RecordEntry::kSubmitInformational:
        return on_stream("submit_informational");
      case RecordEntry::kSendData:
        on_stream("send_data");
        if ((numbers[0] & 2) != 0) item->words.emplace_back("owned");
        if ((numbers[0] & 1) != 0) item->words.emplace_back("END_STREAM");
        item->bytes = entry.octets;
        return;
      case RecordEntry::kSendTrailers:
        return on_stream("send_trailers");
      case RecordEntry::kResume:
        return on_stream("resume");
      case RecordEntry::kResetStream:
        on_stream("reset_stream");
        return transcript::add_error_code(static_cast<uint32_t>(numbers[0]), item);
      case RecordEntry::kCredit:
      case RecordEntry::kSetReceiveWindow:
      case RecordEntry::kSetUserData:
        on_stream(entry.type == RecordEntry::kCredit             ? "credit"
                  : entry.type == RecordEntry::kSetReceiveWindow ? "set_receive_window"
                                                                 : "set_user_data");
        item->numbers.push_back(numbers[0]);
        return;
      case RecordEntry::kSetAutomaticCredit:
        on_stream("set_automatic_credit");
        item->words.emplace_back(numbers[0] != 0 ? "true" : "false");
        return;
      case RecordEntry::kUpdatePriority:
        on_stream("update_priority");
        item->attributes.emplace_back("urgency", std::to_string(numbers[0]));
        if (numbers[1] != 0) item->words.emplace_back("incremental");
        return;
      case RecordEntry::kSubmitSettings:
        item->name = "submit_settings";
        for (size_t i = 0; i + 1 < numbers.size(); i += 2) {
          item->attributes.emplace_back(transcript::setting_name(static_cast<uint16_t>(numbers[i])),
                                        std::to_string(numbers[i + 1]));
        }
        return;
      case RecordEntry::kPing:
        item->name = "ping";
        item->numbers.push_back(numbers[0]);
        return;
      case RecordEntry::kSubmitFrame:
        on_stream("submit_frame");
        item->attributes.emplace_back("type", transcript::hex_number(numbers[0]));
        item->attributes.emplace_back("flags", transcript::hex_number(numbers[1]));
        item->bytes = entry.octets;
        return;
      case RecordEntry::kShutdown:
      case RecordEntry::kTerminate:
        item->name = entry.type == RecordEntry::kShutdown ? "shutdown" : "terminate";
        if (entry.type == RecordEntry::kTerminate) {
          transcript::add_error_code(static_cast<uint32_t>(numbers[0]), item);
        }
        if (!entry.octets.empty()) item->bytes = entry.octets;
        return;
      case RecordEntry::kSetTimeOfDay:
        item->name = "set_time_of_day";
        item->numbers.push_back(numbers[0]);
        return;
      default:
        item->name = "?";
    }
  }

  const Record& record_;
  InputText input_;
  std::vector<Call> calls_;
  uint64_t steps_ = 0;        // of the last call, if it is a `take` that may go on
  bool range_ended_ = false;  // with the last call
};

}  // namespace

bool is_text(const Record& record) {
  if (record.options.protocol != ProtocolVersion::kDetect) {
    return record.options.protocol == ProtocolVersion::kHttp1;
  }
  std::string begin;
  for (const Entry& entry : record.entries) {
    if (entry.type == RecordEntry::kReceive) begin += entry.octets;
    if (begin.size() >= kPreface.size()) break;
  }
  return !begin.starts_with(kPreface);
}

std::string write_options(const Record& record, bool is_text) {
  std::string text = record.role == Role::kServer ? "role server\n" : "role client\n";
  text += "exact\n";
  Options usual = transcript::Transcript().options;
  if (is_text) usual.protocol = ProtocolVersion::kHttp1;
  std::vector<std::string> values;
  each_option(usual, [&](const char*, const auto& value) { values.push_back(value_of(value)); });
  size_t i = 0;
  each_option(record.options, [&](const char* name, const auto& value) {
    const std::string written = value_of(value);
    if (written != values[i++]) text += std::string("option ") + name + " " + written + "\n";
  });
  for (const Setting& setting : record.options.settings) {
    text += (&setting == &record.options.settings.front() ? "option settings " : " ") +
            transcript::setting_name(static_cast<uint16_t>(setting.id)) + "=" +
            std::to_string(setting.value);
  }
  if (!record.options.settings.empty()) text += "\n";
  if (record.has_padding) text += "option padding asked\n";
  return text;
}

std::vector<Call> write_calls(const Record& record, bool is_text) {
  return Writer(record, is_text).write();
}

}  // namespace headrace::recording
