// A slow and distant link, for one connection after the other or many at once: takes connections on
// a port of its own and carries their octets to and from a server.
//   slow_link SERVER-PORT [OPTION...]      prints its port
//
//   --delay=MS       how long an octet is on its way, each way (half a round trip)
//   --rate=OCTETS    in a second, each way, for each connection; 0: no limit
//   --burst=OCTETS   that go at once after a pause, whatever the rate is (one segment of 1,460)
//   --queue=OCTETS   that wait for the link before it reads no more (256 KiB)
//   --segment=N      octets are handed on N at a time (no limit)
//   --stall=OCTETS   each way of a connection stands still behind so many octets, once,
//   --stall_for=MS   for so long (1,000)
//
// Nothing is lost or reordered: to the ends it is a path on which TCP has nothing to repeat.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using std::chrono::milliseconds;

struct Path {
  milliseconds delay{0};
  uint64_t rate = 0;
  uint64_t burst = 1'460;
  uint64_t queue = 256 << 10;
  uint64_t segment = 0;
  uint64_t stall = 0;
  milliseconds stall_for{1'000};
};

// One way of a connection.
class Way {
 public:
  Way(const Path* path, int from, int to) : path_(*path), from_(from), to_(to) {}

  // Octets that have not been put on the link yet wait in its queue.
  bool wants_input(Time now) const {
    uint64_t waiting = 0;
    for (auto piece = pieces_.rbegin(); piece != pieces_.rend() && piece->departs > now; ++piece) {
      waiting += piece->octets.size();
    }
    return !ended_ && waiting < path_.queue;
  }
  bool wants_output(Time now) const { return !pieces_.empty() && pieces_.front().arrives <= now; }
  // When it wants to be looked at again; max(): when something comes.
  Time next(Time now) const {
    Time next = Time::max();
    if (!pieces_.empty() && !wants_output(now)) next = pieces_.front().arrives;
    if (!ended_ && !wants_input(now)) next = std::min(next, pieces_.back().departs);
    return next;
  }
  bool is_over() const { return ended_ && pieces_.empty(); }

  // False: the connection has failed.
  bool read(Time now) {
    char octets[16 * 1024];
    const ssize_t size = recv(from_, octets, sizeof(octets), MSG_DONTWAIT);
    if (size < 0) return errno == EAGAIN;
    if (size == 0) {
      ended_ = true;
      put_on_link({}, now);
    }
    for (ssize_t at = 0; at < size; at += kPiece) {
      put_on_link(std::string(octets + at, static_cast<size_t>(std::min(size - at, kPiece))), now);
    }
    return true;
  }
  bool write(Time now) {
    while (wants_output(now)) {
      Piece& piece = pieces_.front();
      if (piece.octets.empty()) {  // the end
        shutdown(to_, SHUT_WR);
        pieces_.pop_front();
        continue;
      }
      const size_t most = path_.segment > 0 ? path_.segment : piece.octets.size();
      const ssize_t size = send(to_, piece.octets.data(), std::min(most, piece.octets.size()),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size < 0) return errno == EAGAIN;
      piece.octets.erase(0, static_cast<size_t>(size));
      if (piece.octets.empty()) pieces_.pop_front();
    }
    return true;
  }

 private:
  static constexpr ssize_t kPiece = 1'460;
  struct Piece {
    std::string octets;  // none: the end
    Time departs, arrives;
  };

  void put_on_link(std::string octets, Time now) {
    const uint64_t size = octets.size();
    if (path_.rate > 0) {
      const auto takes = [this](uint64_t n) {
        return std::chrono::nanoseconds(n * 1'000'000'000 / path_.rate);
      };
      free_ = std::max(free_, now - takes(path_.burst)) + takes(size);
    }
    const uint64_t before = std::exchange(carried_, carried_ + size);
    if (path_.stall > 0 && before < path_.stall && carried_ >= path_.stall) {
      free_ = std::max(free_, now) + path_.stall_for;
    }
    const Time departs = std::max(free_, now);
    pieces_.push_back({std::move(octets), departs, departs + path_.delay});
  }

  const Path& path_;
  const int from_, to_;
  std::deque<Piece> pieces_;  // on their way, the first to arrive in front
  Time free_{};               // when the link takes the next octet
  uint64_t carried_ = 0;
  bool ended_ = false;
};

class Connection {
 public:
  Connection(const Path* path, int client, int server)
      : client_(client), server_(server), up_(path, client, server), down_(path, server, client) {}
  ~Connection() {
    close(client_);
    close(server_);
  }
  Connection(const Connection&) = delete;

  void wants(Time now, std::vector<pollfd>* all, Time* next) const {
    pollfd client{client_, 0, 0}, server{server_, 0, 0};
    if (up_.wants_input(now)) client.events |= POLLIN;
    if (up_.wants_output(now)) server.events |= POLLOUT;
    if (down_.wants_input(now)) server.events |= POLLIN;
    if (down_.wants_output(now)) client.events |= POLLOUT;
    // Who is only waited for would wake us again and again once its peer has gone.
    if (client.events == 0) client.fd = -1;
    if (server.events == 0) server.fd = -1;
    all->push_back(client);
    all->push_back(server);
    *next = std::min({*next, up_.next(now), down_.next(now)});
  }
  // False: it is over.
  bool turn(short client, short server, Time now) {
    constexpr short kIn = POLLIN | POLLHUP | POLLERR;
    if ((client & kIn) != 0 && up_.wants_input(now) && !up_.read(now)) return false;
    if ((server & kIn) != 0 && down_.wants_input(now) && !down_.read(now)) return false;
    return up_.write(now) && down_.write(now) && !(up_.is_over() && down_.is_over());
  }

 private:
  const int client_, server_;
  Way up_, down_;
};

sockaddr_in local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connect_to(int port) {
  const int made = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = local(port);
  if (connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(made);
    return -1;
  }
  return made;
}

int listen_anywhere() {
  const int made = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = local(0);
  socklen_t size = sizeof(address);
  if (bind(made, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(made, 100) != 0)
    return -1;
  getsockname(made, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return made;
}

bool read_options(int argc, char** argv, Path* path) {
  uint64_t delay = 0, stall_for = 1'000;
  const std::map<std::string_view, uint64_t*> known = {
      {"--delay", &delay},        {"--rate", &path->rate},       {"--burst", &path->burst},
      {"--queue", &path->queue},  {"--segment", &path->segment}, {"--stall", &path->stall},
      {"--stall_for", &stall_for}};
  for (int i = 2; i < argc; ++i) {
    const std::string_view option = argv[i];
    const size_t equals = option.find('=');
    const auto found = known.find(option.substr(0, equals));
    if (equals == option.npos || found == known.end()) return false;
    *found->second = std::strtoull(argv[i] + equals + 1, nullptr, 10);
  }
  path->delay = milliseconds(delay);
  path->stall_for = milliseconds(stall_for);
  return true;
}

// For poll(2), rounded up.
timespec until(Time next, Time now) {
  const auto left = std::chrono::nanoseconds(std::clamp<int64_t>(
      next == Time::max() ? INT64_MAX : std::chrono::nanoseconds(next - now).count(), 0,
      1'000'000'000));
  return {left.count() / 1'000'000'000, left.count() % 1'000'000'000};
}

}  // namespace

int main(int argc, char** argv) {
  Path path;
  if (argc < 2 || !read_options(argc, argv, &path)) {
    return std::fputs("usage: slow_link SERVER-PORT [OPTION...]\n", stderr), 2;
  }
  const int server_port = std::atoi(argv[1]);
  const int listener = listen_anywhere();
  if (listener < 0) return std::perror("slow_link"), 1;
  std::list<Connection> connections;
  while (true) {
    const Time before = Clock::now();
    std::vector<pollfd> sockets{{listener, POLLIN, 0}};
    Time next = Time::max();
    for (const Connection& connection : connections) connection.wants(before, &sockets, &next);
    const timespec wait = until(next, before);
    if (ppoll(sockets.data(), sockets.size(), &wait, nullptr) < 0) continue;
    const Time now = Clock::now();
    size_t at = 1;
    for (auto one = connections.begin(); one != connections.end(); at += 2) {
      const bool goes_on = one->turn(sockets[at].revents, sockets[at + 1].revents, now);
      one = goes_on ? std::next(one) : connections.erase(one);
    }
    if ((sockets[0].revents & POLLIN) == 0) continue;
    const int client = accept(listener, nullptr, nullptr);
    const int server = client < 0 ? -1 : connect_to(server_port);
    if (server < 0) {
      if (client >= 0) close(client);
      continue;
    }
    const int on = 1;
    for (const int socket : {client, server}) {
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    connections.emplace_back(&path, client, server);
  }
}
