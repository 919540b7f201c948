#ifndef HEADRACE_TESTS_TLS_TUNNEL_H_
#define HEADRACE_TESTS_TLS_TUNNEL_H_

#include <memory>
#include <string>
#include <string_view>

#include "headrace/adapters/tls/channel.h"
#include "headrace/protocol/interface/options.h"

namespace headrace::tls {

// What a test's plaintext goes through, if it is to be encrypted on its way between the library and
// its peer: a channel on each side, and the handshake is over.
class Tunnel {
 public:
  explicit Tunnel(Role library);
  ~Tunnel();

  // The library's side, as a loop has it.
  Channel& channel() { return *library_; }

  // The ciphertext of what the peer says.
  std::string say(std::string_view plaintext);
  // All output of the library's side, decrypted by the peer.
  std::string hear();

 private:
  std::unique_ptr<Channel> library_;
  std::unique_ptr<Channel> peer_;
};

}  // namespace headrace::tls

#endif  // HEADRACE_TESTS_TLS_TUNNEL_H_
