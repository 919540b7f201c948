#ifndef HEADRACE_TESTS_TRANSCRIPT_DRIVER_H_
#define HEADRACE_TESTS_TRANSCRIPT_DRIVER_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <gsl/span>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/interface/padding_policy.h"
#include "headrace/protocol/interface/record_format.h"
#include "tests/transcript/application.h"
#include "tests/transcript/credit_rules.h"
#include "tests/transcript/output_reader.h"

namespace headrace::transcript {

// What becomes of events after they were looked at.
enum class Holding : uint8_t {
  kDrop,  // dropped before the next step, as a run loop does; its recycled storage is overwritten
  kHold,  // held past their turn as they are (an implicit keep)
  kKeep,  // held after keep()
};

// How a transcript wants its connection to be run.
struct Manner {
  bool is_text = false;           // the peer reads and writes HTTP/1.1
  bool is_exact = false;          // nothing is called but what the transcript says
  bool padding_is_asked = false;  // by `! padding`
};

// Answers as it was told to, then with nothing.
class ScriptedPadding : public PaddingPolicy {
 public:
  size_t padding(const FrameHeader& /*frame*/, size_t room) override {
    if (answers.empty()) return 0;
    const size_t size = std::min(answers.front(), room);
    answers.pop_front();
    return size;
  }
  std::deque<size_t> answers;
};

// Told when the connection is called with input, and when it returns; null: nobody is.
struct LibraryCalls {
  static inline void (*enter)() = nullptr;
  static inline void (*leave)() = nullptr;
};

// What is to be sent, as one string.
std::string text_of(gsl::span<const ConstBuffer> buffers);

// Runs a connection as an event loop would: gives it input in parts, takes its events, sends its
// output. Remembers what came out until it is asked for.
class Driver {
 public:
  // `seed` decides in what pieces output is sent; 0: all at once.
  Driver(Role role, const Options& options, Holding holding, uint32_t seed,
         const Manner& manner = {});
  ~Driver();

  void receive(std::string_view bytes, const std::vector<size_t>& parts);
  void end_of_input(bool in_order = true);
  void pass(std::chrono::nanoseconds time);
  // The result of a command, or `mistake`.
  Item run(const Item& command);
  void peer_sent_settings(std::optional<uint64_t> header_table_size) {
    reader_.peer_sent_settings(header_table_size);
  }

  // Takes events and sends output, in turn, until nothing more happens. (Not if it is exact.)
  void settle();

  std::vector<Item> take_events() { return std::exchange(events_, {}); }
  std::vector<Item> take_output() { return reader_.take(); }
  // The names of the events, none of which is joined with others.
  std::vector<std::string_view> take_event_names() { return std::exchange(event_names_, {}); }
  // The octets that pending_output() gave and that were not sent.
  size_t shown() const { return shown_.size(); }
  // The octets that were sent, and all since the beginning.
  std::string take_octets() { return std::exchange(sent_octets_, {}); }
  const RecordChecksum& sent() const { return sent_; }
  // Until finish().
  Connection& connection() { return *connection_; }
  // What a `?` line asks for.
  Item state(const Item& question) const;

  // The end of the connection. Held events must say what they said when they came, and nothing may
  // be half sent.
  void finish();
  // The first thing that no connection may do, whatever the transcript says; "" if none.
  const std::string& broken_rule() const { return broken_rule_; }

 private:
  static constexpr uint64_t kAllEvents = std::numeric_limits<uint64_t>::max();

  // A lazy range that has been started, and the input that must outlive it.
  struct OpenRange;
  struct HeldEvent {
    EventPtr event;
    std::string text;
  };

  bool run_own(Arguments* arguments, std::string_view name, std::string* wrong);
  bool run_exact(Arguments* arguments, std::string_view name);
  void show(size_t max_bytes);
  void mark_sent(size_t size, bool timed = true);
  void note_sent(std::string_view octets);
  void note_settings(std::string_view input);
  void leave();
  bool open_next();
  bool step();
  void take(EventPtr event);
  bool drain();
  bool open_when_due();
  void check_credit();
  void break_rule(std::string_view rule);

  Holding holding_;
  std::mt19937 random_;
  bool in_pieces_;
  const Manner manner_;
  ScriptedPadding padding_;
  TimePoint now_{std::chrono::hours(1)};
  const Allocation allocation_;
  std::optional<Connection> connection_;  // until finish()
  Application application_;
  OutputReader reader_;
  CreditRules credit_;

  std::deque<std::string> parts_;  // input that was not given to the connection yet
  std::unique_ptr<OpenRange> range_;
  uint64_t allowance_;              // events that may still be taken (`! take`)
  bool input_was_refused_ = false;  // wants_input() was false
  bool input_was_kept_ = false;     // a range was left early
  bool output_held_ = false;
  std::string shown_;  // `! show`: what pending_output() gave and was not sent yet

  size_t preface_left_;  // of the peer's, if it is exact
  std::string unread_input_;
  std::string sent_octets_;
  RecordChecksum sent_;

  std::vector<Item> events_;
  std::vector<std::string_view> event_names_;
  std::vector<HeldEvent> held_;
  std::set<const Event*> places_;  // of events that were not freed
  std::string broken_rule_;
};

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_DRIVER_H_
