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
#include "fuzz/conversation/frame_log.h"
#include "fuzz/conversation/output_rules.h"
#include "fuzz/conversation/peer.h"
#include "fuzz/draws.h"
#include "headrace/protocol/connection/connection.h"

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

// One conversation of a peer, a connection of this role and its application, all as the input says.
class Conversation {
 public:
  // The peer means well, most of the time, or says what `input` has behind the draws: an octet says
  // how many octets of it are drawn from.
  enum class Speech : uint8_t { kFrames, kRaw };

  Conversation(Role role, Speech speech, std::string_view input, const Style& style);
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
  void require_windows();
  void require_reason_to_wait(uint32_t stream_id);
  void require_conserved_credit();
  void end();

  const Role role_;
  Draws draws_;
  Style style_;
  std::mt19937 random_;
  FrameLog frame_log_;
  Options options_;
  bool comparable_ = true;
  TimePoint now_{std::chrono::hours(1)};
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<OutputRules> output_rules_;
  std::unique_ptr<Peer> peer_;
  std::unique_ptr<Application> application_;
  ClientApplication* client_application_ = nullptr;  // application_, in the client role

  std::string to_deliver_;
  bool input_ended_ = false;
  uint64_t events_ = 0;
  std::vector<Held> held_;

  std::vector<ConstBuffer> spans_;  // shown and not sent
  std::string shown_;               // what they said
  size_t unreleased_ = 0;
  std::string output_;
};

// Plays the input in every style, in this role, and compares.
void play_in_every_style(Role role, Conversation::Speech speech, std::string_view input);

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_CONVERSATION_CONVERSATION_H_
