// Makes the reads and writes of a workload and parses nothing: what is left is the kernel's part.
//
//   null_exchange serve PORT REQUEST RESPONSE
//   null_exchange load  PORT REQUEST RESPONSE CONNECTIONS AT_ONCE TOTAL
//
// A request is REQUEST octets, a response RESPONSE octets; both sides only count. As h2load does,
// the load keeps AT_ONCE requests on each connection, and sends those that became due together.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr size_t kBuffer = 64 * 1024;

struct Connection {
  size_t received = 0;   // of the message that is coming in
  size_t owed = 0;       // octets to be sent
  bool blocked = false;  // room for them is waited for
};

class Exchange {
 public:
  // A message that comes in is answered with `reply` octets, while there are `left` replies.
  Exchange(size_t message, size_t reply, uint64_t left)
      : message_(message), reply_(reply), left_(left) {}

  void add(int fd, size_t owed) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    connections_[fd] = {.owed = owed, .blocked = owed > 0};
    watch(EPOLL_CTL_ADD, fd, owed > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
  void listen(int fd) {
    listener_ = fd;
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }
  // Until `messages` have come in; for ever when it is 0.
  void run(uint64_t messages) {
    std::array<epoll_event, 256> events;
    while (messages == 0 || done_ < messages) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[i].data.fd;
        if (fd == listener_) {
          const int accepted = accept4(fd, nullptr, nullptr, SOCK_NONBLOCK);
          if (accepted >= 0) add(accepted, 0);
        } else if (!turn(fd, connections_[fd])) {
          connections_.erase(fd);
          close(fd);
        }
      }
    }
  }

 private:
  bool turn(int fd, Connection& connection) {
    const ssize_t n = recv(fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return false;
    if (n > 0) {
      connection.received += static_cast<size_t>(n);
      const uint64_t whole = connection.received / message_;
      connection.received %= message_;
      done_ += whole;
      const uint64_t replies = std::min(whole, left_);
      left_ -= replies;
      connection.owed += replies * reply_;
    }
    while (connection.owed > 0) {
      const size_t size = std::min(connection.owed, kBuffer);
      const ssize_t sent = send(fd, zeros_.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN) return false;
      if (sent > 0) connection.owed -= static_cast<size_t>(sent);
      if (sent < static_cast<ssize_t>(size)) break;
    }
    const bool blocked = connection.owed > 0;
    if (blocked != connection.blocked) {
      connection.blocked = blocked;
      watch(EPOLL_CTL_MOD, fd, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
    return true;
  }

  void watch(int operation, int fd, uint32_t interest) {
    epoll_event event{};
    event.events = interest;
    event.data.fd = fd;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  const size_t message_;
  const size_t reply_;
  uint64_t left_;
  uint64_t done_ = 0;
  int epoll_ = epoll_create1(0);
  int listener_ = -1;
  std::map<int, Connection> connections_;
  std::vector<char> buffer_ = std::vector<char>(kBuffer);
  const std::vector<char> zeros_ = std::vector<char>(kBuffer);
};

sockaddr_in address(uint64_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

int fail(const char* what) {
  std::perror(what);
  return 1;
}

int serve(uint64_t port, size_t request, size_t response) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const sockaddr_in where = address(port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0) return fail("bind");
  if (listen(fd, 1024) != 0) return fail("listen");
  Exchange exchange(request, response, UINT64_MAX);
  exchange.listen(fd);
  exchange.run(0);
  return 0;
}

int load(uint64_t port, size_t request, size_t response, uint64_t connections, uint64_t at_once,
         uint64_t total) {
  const uint64_t first = std::min(total, connections * at_once);
  Exchange exchange(response, request, total - first);
  const sockaddr_in where = address(port);
  for (uint64_t i = 0; i < connections; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0) {
      return fail("connect");
    }
    exchange.add(fd, request * (first / connections + (i < first % connections ? 1 : 0)));
  }
  exchange.run(total);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<uint64_t> numbers;
  for (int i = 2; i < argc; ++i) numbers.push_back(std::strtoull(argv[i], nullptr, 10));
  const std::string_view role = argc > 1 ? argv[1] : "";
  if (role == "serve" && numbers.size() == 3) return serve(numbers[0], numbers[1], numbers[2]);
  if (role == "load" && numbers.size() == 6) {
    return load(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
  }
  std::fputs(
      "usage: null_exchange serve PORT REQUEST RESPONSE\n"
      "       null_exchange load PORT REQUEST RESPONSE CONNECTIONS AT_ONCE TOTAL\n",
      stderr);
  return 2;
}
