#ifndef HEADRACE_FUZZ_CONVERSATION_CONVERSATION_H_
#define HEADRACE_FUZZ_CONVERSATION_CONVERSATION_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/conversation/application.h"
#include "fuzz/conversation/client.h"
#include "fuzz/conversation/draws.h"
#include "fuzz/conversation/output_rules.h"
#include "protocol/connection/connection.h"

namespace headrace::fuzz {

// How the same conversation is played; it must make no difference.
struct Style {
  Allocation allocation = Allocation::kReuse;
  size_t largest_piece = 0;  // of the input; 0: as it comes
  bool leaves_early = false;
  bool nests = false;
  bool holds = false;  // events past their turn, with and without keep()
};

struct Outcome {
  std::vector<std::string> events;
  std::string output;
  // False where the limits depend on how the input was cut: memory was short.
  bool comparable = true;
};

// One conversation of a client, a connection and its application, all as the input says.
class Conversation {
 public:
  Conversation(std::string_view input, const Style& style);
  Outcome play();

 private:
  struct Held {
    EventPtr event;
    std::string text;
  };

  void turn();
  void deliver();
  void settle();
  void make_room();
  void take(EventRange range, bool outermost = true);
  bool on_event(EventPtr event);
  void drain(size_t max_bytes, uint32_t eighths);
  void drain_all();
  void check_shown() const;
  void advance();
  void finish();
  void require_peace();
  void require_conserved_credit();
  void end();

  Draws draws_;
  Style style_;
  std::mt19937 random_;
  Options options_;
  bool comparable_ = true;
  TimePoint now_{std::chrono::hours(1)};
  std::unique_ptr<Connection> connection_;
  Client client_;
  Application application_;
  OutputRules output_rules_;

  std::string to_deliver_;
  bool input_ended_ = false;
  uint64_t events_ = 0;
  std::vector<Held> held_;

  std::vector<ConstBuffer> spans_;  // shown and not sent
  std::string shown_;               // what they said
  size_t unreleased_ = 0;
  std::string output_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_CONVERSATION_H_
