#ifndef HEADRACE_TESTS_RECORDINGS_PLAYER_H_
#define HEADRACE_TESTS_RECORDINGS_PLAYER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>

#include "headrace/protocol/connection/connection.h"
#include "tests/recordings/recording.h"
#include "tests/tls/tunnel.h"

namespace headrace::recordings {

// How a recording is played.
struct Manner {
  Allocation allocation = Allocation::kReuse;
  bool timed = true;  // else everything happens at one instant
  size_t most = 0;    // octets of a receive(); 0: all that came before the server's next word
  uint32_t seed = 0;  // not 0: fewer than that, by chance
  bool tls = false;   // these are octets of ciphertext
};

// Plays a recording to a connection in the server role, whose application answers as the recorded
// one did; output is taken as soon as there is some.
class Player {
 public:
  Player(const Recording& recording, const Manner& manner, const Limits& limits = {});

  void play();

  // What the peer of a server that cuts off nobody gets to see: no reset, no GOAWAY, no limit, and
  // an answer to every request that it did not take back. One departure a line.
  std::string departures() const;
  const Statistics& statistics() const { return connection_.statistics(); }

 private:
  // A response's content: so many octets, as soon as the recorded server had them.
  struct Content : BodySource {
    Filled fill(std::span<uint8_t> room) override;
    size_t available = 0;
    bool ends = false;
    bool headed = false;
  };

  Options options(const Limits& limits) const;
  void take(const Recording::Input& input);
  void take(const Recording::Time& time);
  void take(const Recording::Answer& answer);
  void take(const Recording::EndOfInput&);
  void send_head(const Recording::Answer& answer, Content* content);
  void expect_taken(const SubmitResult& result, const Recording::Answer& answer);
  void dispatch(EventRange&& events);
  void handle(const Event& event);
  void drain();
  size_t next_size(size_t left);
  void receive(std::span<const uint8_t> octets);
  size_t send();

  const Recording& recording_;
  const Manner manner_;
  TimePoint now_{};
  std::map<StreamId, Content> contents_;  // outlive the connection
  Connection connection_;
  const std::unique_ptr<tls::Tunnel> tunnel_;  // null: cleartext
  std::minstd_rand random_;
  std::set<StreamId> open_;
  std::set<StreamId> ended_;  // by both sides
  bool end_of_input_ = false;
  std::string departures_;
};

}  // namespace headrace::recordings

#endif  // HEADRACE_TESTS_RECORDINGS_PLAYER_H_
