#ifndef HEADRACE_TESTS_ATTACKS_CONVERSATION_H_
#define HEADRACE_TESTS_ATTACKS_CONVERSATION_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "headrace/protocol/connection/connection.h"
#include "tests/reference/hpack.h"
#include "tests/tls/tunnel.h"

namespace headrace::attacks {

// The results of a conversation, summed over its connections. Octets are those on the wire.
struct Tally {
  uint64_t input = 0;        // octets that the library read
  uint64_t output = 0;       // octets that the peer took, or could have taken
  uint64_t body = 0;         // the part of `output` that is the payload of DATA
  uint64_t messages = 0;     // requests or responses that reached the application
  uint64_t answered = 0;     // whole responses (of ours, with a status of 200), and PINGs
  uint64_t refused = 0;      // RST_STREAM frames that the library sent
  uint64_t connections = 0;  // connections that the library ended with an error
  ErrorDetail error;         // of the last of these
};

enum class Transport : uint8_t { kClear, kTls };

// A connection of the library, with a plain application and the loop around it, and the hand of its
// peer, who may do anything (and has opened the connection's window wide). What the library does is
// counted: its heap (tests/memory:heap_use) and, under callgrind, its instructions.
//
// Over TLS (Transport::kTls) octets are counted as plaintext, and ciphertext arrives in pieces.
//
// The application, in the server role, goes by a request's path. "/": 100 octets. "/large": a
// mebibyte. "/wait": no answer. "/echo": the body as it comes. "/kept": the body is taken and no
// credit given for it. What has another body is answered at its end. In the client role it asks
// when it is told to, and takes what comes.
class Conversation {
 public:
  Conversation(Role role, const Options& options, Transport transport = Transport::kClear);
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  Role role() const { return role_; }
  Connection& connection() { return *connection_; }
  const Tally& tally() const { return tally_; }

  // --- The peer.

  // Writes to its socket. What the library does not want to read stays there.
  void send(std::string_view bytes);
  // `size` octets at a time.
  void send_in_pieces(std::string_view bytes, size_t size);
  // It reads its socket (as it does in the beginning), or does not.
  void read(bool reads);
  void pass(std::chrono::milliseconds time);
  // There is sense in sending more: the connection stands, and what was sent has been read.
  bool goes_on() const { return is_open() && socket_.empty(); }
  bool is_open() const { return !closed_; }
  // It speaks HTTP/1.1.
  bool is_text() const { return options_.protocol == ProtocolVersion::kHttp1; }
  // This connection ends, and another begins.
  void reconnect();
  // A stream that was not used yet: the client's next one, which the library's application has
  // asked on when that is the client.
  uint32_t next_stream();
  // A message's head for it: a request for `path`, or a response.
  std::string head(std::string_view path) const;

  // --- The application.

  // It has too little memory.
  void press(bool pressed) { connection_->set_memory_pressure(pressed); }
  void terminate();
  // The loop gives the library all that comes, wanted or not, and when the connection is closed
  // too.
  void be_careless() { careless_ = true; }

 private:
  void begin();
  void end();
  void deliver();
  bool take_input();
  bool take_output();
  void decrypt(std::string_view ciphertext);
  bool take_encrypted();
  void read_output();
  void read_frames();
  void read_responses();
  void handle(const Event& event);
  void answer(const RequestReceived& request);
  void closed(const ConnectionError& error);

  const Role role_;
  const Options options_;
  const Transport transport_;
  std::unique_ptr<tls::Tunnel> tunnel_;  // over TLS
  TimePoint now_{std::chrono::hours(1)};
  std::unique_ptr<Connection> connection_;
  Tally tally_;

  std::string socket_;  // from the peer
  std::string output_;  // to the peer, of which it has not understood the end
  bool reads_ = true;
  size_t shown_ = 0;   // octets that the peer could take
  size_t sealed_ = 0;  // octets that are encrypted and that the peer has not taken
  size_t pieces_ = 0;  // of ciphertext
  bool closed_ = false;
  bool careless_ = false;
  uint32_t next_stream_ = 1;

  std::map<uint32_t, bool> ok_;  // the streams that a response of 200 has come on
  reference::HpackDecoder decoder_;
};

}  // namespace headrace::attacks

#endif  // HEADRACE_TESTS_ATTACKS_CONVERSATION_H_
