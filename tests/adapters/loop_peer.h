#ifndef HEADRACE_TESTS_ADAPTERS_LOOP_PEER_H_
#define HEADRACE_TESTS_ADAPTERS_LOOP_PEER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headrace/adapters/socket/unique_fd.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::adapters {

// The other end of a connection in tests: says what it is told to, and collects what it hears. Its
// socket never blocks. It shares no code with the library.
class LoopPeer {
 public:
  explicit LoopPeer(UniqueFd socket) : socket_(std::move(socket)) {}

  // Two ends of a connection within the machine; the second is non-blocking.
  static std::pair<UniqueFd, UniqueFd> make_pair();
  // A TCP connection to a listening socket. `receive_buffer` octets, when it is not 0.
  static UniqueFd connect_to(const UniqueFd& listener, int receive_buffer = 0);

  // Sends what the socket takes now, and says how much that was.
  size_t send(std::string_view bytes);
  // The client's preface (RFC 9113 §3.4) with these settings.
  void send_preface(const reference::Settings& settings = {});
  // RFC 9113 §6.5.3: from now on the server's settings hold, its windows say.
  void acknowledge_settings() { send(reference::encode(reference::SETTINGS, reference::ACK, 0)); }
  // HEADERS of a request; `fields` come after the pseudo-header fields.
  void send_request(uint32_t stream_id, const std::string& method, const std::string& path,
                    bool end_stream, const std::vector<reference::HeaderField>& fields = {});
  // A GET, with END_STREAM.
  void send_get(uint32_t stream_id, const std::string& path);

  // Takes in at most `limit` octets that have arrived.
  void read(size_t limit = 1 << 20);
  const std::string& received() const { return received_; }
  const std::vector<reference::Frame>& frames() const { return frames_; }
  // Of the frames that came: those of a type; and the DATA octets of a stream.
  std::vector<reference::Frame> frames_of(uint8_t type) const;
  std::string data_of(uint32_t stream_id) const;
  bool ended(uint32_t stream_id) const;
  // The field sections of a stream, in order; a head has its :status.
  std::vector<std::vector<reference::HeaderField>> sections_of(uint32_t stream_id) const;
  // The value of a field in the first section of a stream, or "".
  std::string field_of(uint32_t stream_id, const std::string& name) const;

  // How the connection ended, seen from here.
  bool saw_eof() const { return saw_eof_; }
  bool saw_reset() const { return saw_reset_; }

  // FIN; RST; and going away.
  void send_fin();
  void send_rst();
  void close() { socket_.reset(); }

 private:
  UniqueFd socket_;
  std::string received_;
  std::vector<reference::Frame> frames_;  // those that are whole
  size_t parsed_ = 0;                     // octets of received_ that they are
  bool saw_eof_ = false;
  bool saw_reset_ = false;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_TESTS_ADAPTERS_LOOP_PEER_H_
