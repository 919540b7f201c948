#ifndef HEADRACE_TESTS_TRANSCRIPT_CREDIT_RULES_H_
#define HEADRACE_TESTS_TRANSCRIPT_CREDIT_RULES_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "headrace/protocol/connection/connection.h"
#include "tests/reference/frames.h"

namespace headrace::transcript {

// Flow control seen from outside (RFC 9113 §5.2, §6.9): the wire is added up, in both directions,
// and compared with what the connection says of its windows. Credit is conserved: every octet that
// came in is on its way back, waits to go back, or is the application's. And we never send beyond a
// window.
class CreditRules {
 public:
  // `server`: the peer begins with the 24 octets of RFC 9113 §3.4.
  CreditRules(bool server, const Options& options);

  // What the peer sent, and what we sent, in the order of the conversation.
  void peer_sent(std::string_view bytes);
  void we_sent(const reference::Frame& frame);

  // The application has set the size of a receive window.
  void resized(uint32_t stream_id, int64_t size);

  // After a turn in which all input was taken. Returns what is wrong, or "".
  std::string check(const Connection& connection) const;

 private:
  struct Window {
    int64_t received = 0;  // flow-controlled octets that the peer sent
    int64_t given = 0;     // by our WINDOW_UPDATEs
    int64_t sent = 0;      // by us
    int64_t allowed = 0;   // by the peer's WINDOW_UPDATEs
  };

  // A size that the application has set; what the peer had beyond it is not taken away, but none
  // of it goes back.
  struct Resized {
    int64_t size;
    int64_t given;  // by then
  };

  void on_peer_frame(const reference::Frame& frame);

  std::string check_size(uint32_t id, std::string_view of, const Window& window,
                         const ReceiveCredit& credit) const;
  std::string check_waiting(std::string_view of, const ReceiveCredit& credit) const;

  size_t preface_left_;
  WindowPolicy policy_;
  int64_t connection_size_;  // of our receive window, unless it is tuned
  std::string unread_;
  std::map<uint32_t, Window> windows_;   // 0: the connection
  std::map<uint32_t, Resized> resized_;  // likewise
  int64_t our_initial_window_ = 65535;   // as acknowledged
  std::deque<std::optional<int64_t>> our_settings_in_flight_;
  int64_t peer_initial_window_ = 65535;  // as we acknowledged
  std::deque<std::optional<int64_t>> peer_settings_in_flight_;
  std::string wrong_;
};

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_CREDIT_RULES_H_
