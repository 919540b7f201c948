#ifndef HEADRACE_TESTS_ADAPTERS_KERNEL_NETWORK_H_
#define HEADRACE_TESTS_ADAPTERS_KERNEL_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/adapters/kernel/choices.h"

namespace headrace::simulation {

// One connection as a kernel has it, and who is at its other end.
struct Socket {
  // Towards the loop.
  std::string inbound;  // has come, and was not read
  bool fin = false;     // nothing more comes
  bool gone = false;    // the peer is not there any more: what is sent to it is answered by a reset
  bool ended = false;   // shutdown(SHUT_RD)
  bool reset = false;   // what has come before can still be read
  int failure = 0;      // the reset, until a call has returned it
  // From it.
  static constexpr size_t kRoom =
      300;               // octets that the kernel takes for a peer that does not read
  std::string outbound;  // not yet read by the peer
  bool shut = false;     // shutdown(SHUT_WR)
  bool closed = false;
  bool aborts = false;  // when it is closed
  bool blocking = false;
  // An outbound connection.
  bool connecting = false;
  int error = 0;  // SO_ERROR

  bool readable() const { return !inbound.empty() || fin || ended || reset; }
  bool writable() const { return reset || (!connecting && outbound.size() < kRoom); }
  bool hung_up() const { return reset || ((fin || ended) && shut); }
  void fail();
};

// What a peer does next.
struct Step {
  enum Kind : uint8_t {
    kConnect,  // to the listener
    kAccept,   // a connection that the loop makes
    kRefuse,   // the same
    kSend,
    kAwait,      // reads until the answer has come whole
    kAwaitText,  // reads until these octets have come
    kFin,
    kClose,  // both directions
    kReset,
    kStopReading,
  } kind;
  std::string bytes = {};
};

struct Peer {
  std::shared_ptr<Socket> socket;
  std::deque<Step> steps;
  bool reads = true;
  std::string received = {};
  size_t expected = 0;    // octets of DATA on stream 1, for kAwait
  bool answered = false;  // all of it came, and was right

  bool is_honest() const { return expected > 0; }
};

// The peers, and the queue of those who wait to be accepted.
class Network {
 public:
  explicit Network(Choices& choices) : choices_(choices) {}

  // Those who connect: an honest one is answered `size` octets of the pattern to GET /size.
  void add_honest(size_t size);
  void add(std::deque<Step> steps);
  // The peer of a connection that the loop makes.
  std::shared_ptr<Socket> connect_out();
  std::shared_ptr<Socket> connect_out(std::deque<Step> steps);

  // One of the peers does something. False: nobody can.
  bool step();
  // Perhaps one does, while the loop is at work.
  void maybe_step() {
    if (choices_.seldom(2) == 1) step();
  }
  // All have done what they can do without the loop.
  void run() {
    while (step()) {
    }
  }

  bool somebody_waits() const { return !queue_.empty(); }
  std::shared_ptr<Socket> accept();
  const std::deque<Peer>& peers() const { return peers_; }

  static std::string preface();
  static std::string get(const std::string& path);

 private:
  static bool can_act(const Peer& peer);
  void act(Peer& peer);
  void read(Peer& peer);

  Choices& choices_;
  std::deque<Peer> peers_;
  std::deque<std::shared_ptr<Socket>> queue_;
  size_t outbound_ = 0;  // connections
};

}  // namespace headrace::simulation

#endif  // HEADRACE_TESTS_ADAPTERS_KERNEL_NETWORK_H_
