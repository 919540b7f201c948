#ifndef HEADRACE_TESTS_TRANSCRIPT_DRIVER_H_
#define HEADRACE_TESTS_TRANSCRIPT_DRIVER_H_

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
  // `seed` decides in what pieces output is sent; 0: all at once. `is_text`: the peer reads and
  // writes HTTP/1.1.
  Driver(Role role, const Options& options, Holding holding, uint32_t seed, bool is_text = false);
  ~Driver();

  void receive(std::string_view bytes, const std::vector<size_t>& parts);
  void end_of_input(bool in_order = true);
  void pass(std::chrono::milliseconds time);
  // The result of a command, or `mistake`.
  Item run(const Item& command);
  void peer_sent_settings(std::optional<uint64_t> header_table_size) {
    reader_.peer_sent_settings(header_table_size);
  }

  // Takes events and sends output, in turn, until nothing more happens.
  void settle();

  std::vector<Item> take_events() { return std::exchange(events_, {}); }
  std::vector<Item> take_output() { return reader_.take(); }
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
  void mark_sent(size_t size);
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
  const bool is_text_;
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

  std::vector<Item> events_;
  std::vector<HeldEvent> held_;
  std::set<const Event*> places_;  // of events that were not freed
  std::string broken_rule_;
};

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_DRIVER_H_
