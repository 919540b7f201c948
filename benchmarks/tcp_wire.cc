#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>
#include <vector>

#include "benchmarks/peer.h"
#include "benchmarks/wire.h"
#include "headrace/posix.h"

namespace headrace::benchmarks {
namespace {

// What one recv() takes at most.
constexpr size_t kRoom = 64 * 1024;

class Socket {
 public:
  explicit Socket(int file) : file_(file) {
    if (file < 0) fail("there is no socket");
  }
  Socket(Socket&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  ~Socket() {
    if (file_ >= 0) close(file_);
  }
  int get() const { return file_; }

 private:
  int file_;
};

// One thread is at both ends, so it waits in recv() only for what it has sent.
class TcpWire : public Wire {
 public:
  // (A descriptor for each direction, so that each wire closes its own.)
  TcpWire(int from, int to) : from_(dup(from)), to_(dup(to)), room_(kRoom) {}

  size_t write(std::span<const ConstBuffer> octets) override {
    const std::span<const iovec> parts = to_iovec(octets);
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());
    message.msg_iovlen = std::min<size_t>(parts.size(), IOV_MAX);
    for (;;) {
      const ssize_t size = sendmsg(from_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (size > 0) {
        under_way_ += static_cast<size_t>(size);
        return static_cast<size_t>(size);
      }
      if (errno != EAGAIN) fail("sendmsg() failed");
      // All has been read, but not all acknowledged by the kernel.
      pollfd acknowledged = {from_.get(), POLLOUT, 0};
      if (poll(&acknowledged, 1, -1) != 1) fail("poll() failed");
    }
  }
  std::span<const uint8_t> read() override {
    if (under_way_ == 0) return {};
    const ssize_t size = recv(to_.get(), room_.data(), room_.size(), 0);
    if (size <= 0) fail("recv() failed");
    under_way_ -= static_cast<size_t>(size);
    return {room_.data(), static_cast<size_t>(size)};
  }

 private:
  Socket from_;
  Socket to_;
  size_t under_way_ = 0;
  std::vector<uint8_t> room_;
};

void send_at_once(const Socket& socket) {
  const int on = 1;
  if (setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0) {
    fail("there is no TCP_NODELAY");
  }
}

}  // namespace

Wires make_tcp_wires() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const place = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  const Socket listener(socket(AF_INET, SOCK_STREAM, 0));
  if (bind(listener.get(), place, size) != 0 || listen(listener.get(), 1) != 0 ||
      getsockname(listener.get(), place, &size) != 0) {
    fail("nothing can listen on 127.0.0.1");
  }
  const Socket client(socket(AF_INET, SOCK_STREAM, 0));
  if (connect(client.get(), place, size) != 0) fail("127.0.0.1 is not reached");
  const Socket server(accept(listener.get(), nullptr, nullptr));
  send_at_once(client);
  send_at_once(server);
  return {std::make_unique<TcpWire>(client.get(), server.get()),
          std::make_unique<TcpWire>(server.get(), client.get())};
}

}  // namespace headrace::benchmarks
