#include "tests/transcript/runner.h"

#include <algorithm>

#include "tests/transcript/driver.h"

namespace headrace::transcript {
namespace {

std::string show(char sign, const Item& item) {
  return std::string(1, sign) + " " + format_item(item);
}

// Random cuts also vary what becomes of the events.
Holding holding_of(const Cuts& cuts) {
  if (cuts.kind != Cuts::Kind::kRandom) return Holding::kDrop;
  constexpr Holding kHoldings[] = {Holding::kDrop, Holding::kHold, Holding::kKeep};
  return kHoldings[cuts.seed % 3];
}

// "+500ms", or in nanoseconds.
std::string describe(std::chrono::nanoseconds elapsed) {
  constexpr int64_t kMillisecond = 1'000'000;
  const int64_t count = elapsed.count();
  const std::string number = count % kMillisecond == 0 ? std::to_string(count / kMillisecond) + "ms"
                                                       : std::to_string(count) + "ns";
  return (count < 0 ? "" : "+") + number;
}

Options with_allocation(Options options, Allocation allocation) {
  options.allocation = allocation;
  return options;
}

class Run {
 public:
  Run(const Transcript& transcript, const RunOptions& options)
      : transcript_(transcript),
        options_(options),
        driver_(transcript.role, with_allocation(transcript.options, options.allocation),
                holding_of(options.cuts),
                options.cuts.kind == Cuts::Kind::kRandom ? options.cuts.seed + 1 : 0,
                {transcript.is_text, transcript.is_exact, transcript.padding_is_asked}) {}

  std::optional<Departure> run() {
    for (const Turn& turn : transcript_.turns) {
      act(turn);
      driver_.settle();
      check(turn);
      if (departure_) return departure_;
    }
    driver_.finish();
    if (!driver_.broken_rule().empty()) depart(last_line(), driver_.broken_rule());
    return departure_;
  }

 private:
  void act(const Turn& turn) {
    switch (turn.kind) {
      case Turn::Kind::kStart:
        break;
      case Turn::Kind::kInput:
        send(turn);
        break;
      case Turn::Kind::kEndOfInput:
        trace(turn.line, '<', turn.in_order ? "EOF" : "RESET");
        driver_.end_of_input(turn.in_order);
        break;
      case Turn::Kind::kCommand:
        trace(turn.line, '!', turn.command);
        result_ = driver_.run(turn.command);
        break;
      case Turn::Kind::kTime:
        trace(turn.line, '@', describe(turn.elapsed));
        driver_.pass(turn.elapsed);
        break;
    }
  }

  void send(const Turn& turn) {
    for (const Line& line : turn.sent) {
      trace(line.number, '<', line.item);
      if (transcript_.is_exact) continue;  // the driver reads what is on the wire
      if (line.item.name != "SETTINGS" || line.item.has_word("ACK")) continue;
      const bool has_size = line.item.attribute("HEADER_TABLE_SIZE") != nullptr;
      driver_.peer_sent_settings(has_size ? std::optional(line.item.number("HEADER_TABLE_SIZE", 0))
                                          : std::nullopt);
    }
    driver_.receive(turn.input, options_.cuts.parts(inputs_++, turn.input.size()));
  }

  // Compares everything that came out in this turn.
  void check(const Turn& turn) {
    events_ = driver_.take_events();
    output_ = driver_.take_output();
    if (options_.listener != nullptr) {
      options_.listener->on_turn(turn, {result_, events_, output_, driver_.take_event_names(),
                                        driver_.shown(), driver_.take_octets(), driver_.sent()});
      if (!driver_.broken_rule().empty()) depart(turn.line, driver_.broken_rule());
      if (turn.kind == Turn::Kind::kCommand && result_.name == "mistake") {
        depart(turn.line, show('!', turn.command) + ": " + result_.bytes.value_or(""));
      }
      return;
    }
    if (turn.kind == Turn::Kind::kCommand) check_result(turn);
    for (const Item& event : events_) trace(turn.line, '=', event);
    for (const Item& frame : output_) trace(turn.line, '>', frame);
    std::vector<Item> events = events_;
    std::erase_if(events, [&turn](const Item& e) { return may_be_left_out(e) && !names(turn, e); });
    compare(turn, '=', turn.events, events);
    compare(turn, '>', turn.output, output_);
    for (const Line& line : turn.checks) {
      const Item state = driver_.state(line.item);
      trace(line.number, '?', state);
      if (!matches(line.item, state)) expected(line.number, show('?', line.item), show('?', state));
    }
    if (!driver_.broken_rule().empty()) depart(turn.line, driver_.broken_rule());
  }

  // What few transcripts are about, and would stand in all.
  static bool may_be_left_out(const Item& event) {
    return event.name == "UnknownFrameReceived" || event.name == "ResponseSent" ||
           (event.name == "SettingsReceived" && event.attributes.empty());
  }
  static bool names(const Turn& turn, const Item& event) {
    return std::any_of(turn.events.begin(), turn.events.end(), [&event](const Line& l) {
      const bool settings = event.name == "SettingsReceived";
      return l.item.name == event.name && (!settings || l.item.attributes.empty());
    });
  }

  void check_result(const Turn& turn) {
    Item ok;
    ok.name = "ok";
    const Item& wanted = turn.result ? turn.result->item : ok;
    const int line = turn.result ? turn.result->number : turn.line;
    trace(line, '?', result_);
    if (!matches(wanted, result_)) expected(line, show('?', wanted), show('?', result_));
  }

  void compare(const Turn& turn, char sign, const std::vector<Line>& lines,
               const std::vector<Item>& observed) {
    int line = turn.line;
    for (size_t i = 0; i < std::max(lines.size(), observed.size()); ++i) {
      if (i < lines.size()) line = lines[i].number;
      if (i >= lines.size()) return expected(line, "nothing more", show(sign, observed[i]));
      if (i >= observed.size()) return expected(line, show(sign, lines[i].item), "nothing more");
      if (!matches(lines[i].item, observed[i])) {
        return expected(line, show(sign, lines[i].item), show(sign, observed[i]));
      }
    }
  }

  void expected(int line, const std::string& wanted, const std::string& got) {
    std::string message = "the connection departs from the transcript\nexpected  " + wanted +
                          "\ngot       " + got + "\nall that came in this turn:\n";
    for (const Item& event : events_) message += show('=', event) + "\n";
    for (const Item& frame : output_) message += show('>', frame) + "\n";
    if (!driver_.broken_rule().empty()) message += "and: " + driver_.broken_rule() + "\n";
    depart(line, message);
  }

  // The first departure counts.
  void depart(int line, std::string_view message) {
    if (!departure_) departure_ = Departure{line, std::string(message)};
  }

  void trace(int line, char sign, const Item& item) {
    if (options_.trace) options_.trace(line, sign, format_item(item));
  }
  void trace(int line, char sign, const std::string& text) {
    if (options_.trace) options_.trace(line, sign, text);
  }

  int last_line() const { return transcript_.turns.back().line; }

  const Transcript& transcript_;
  const RunOptions& options_;
  Driver driver_;
  size_t inputs_ = 0;
  Item result_;
  std::vector<Item> events_;
  std::vector<Item> output_;
  std::optional<Departure> departure_;
};

}  // namespace

std::optional<Departure> run_transcript(const Transcript& transcript, const RunOptions& options) {
  return Run(transcript, options).run();
}

std::string describe(const Transcript& transcript, const RunOptions& options,
                     const Departure& departure) {
  return transcript.path + ":" + std::to_string(departure.line) + ": " + departure.message +
         "\n(--allocation=" + std::string(allocation_name(options.allocation)) +
         " --cut=" + describe(options.cuts) + ")";
}

std::string_view allocation_name(Allocation allocation) {
  return allocation == Allocation::kReuse ? "reuse" : "fresh";
}

}  // namespace headrace::transcript
