// A complete HTTP/2 server on poll(2): Headrace behind a loop of one's own. It answers every
// request with the number of octets that its body had.
//   bazel run //examples:poll_server -- 8081
//   curl --http2-prior-knowledge -d 'some text' http://127.0.0.1:8081/
// What a server on the open network does besides (lingering, limits) is in adapters/loop.

#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace {

using headrace::TimePoint;
TimePoint current_time() { return std::chrono::steady_clock::now(); }

// A client: its socket, its connection, and how much of each request's body has come.
class Client {
 public:
  explicit Client(int socket)
      : socket_(socket),
        connection_(headrace::Role::kServer, headrace::Options(), current_time()) {}
  ~Client() { close(socket_); }

  pollfd wants() const {
    const int events =
        (connection_.wants_input() ? POLLIN : 0) | (connection_.wants_output() ? POLLOUT : 0);
    return {socket_, static_cast<short>(events), 0};
  }
  TimePoint deadline() const { return connection_.next_deadline(); }
  // False: the client is gone, or there is nothing more to say to it.
  bool turn(short ready) {
    const TimePoint now = current_time();
    if ((ready & (POLLIN | POLLHUP | POLLERR)) != 0 && !read(now)) return false;
    take(connection_.advance(now));  // deadlines, and what the last write made possible
    if (!write()) return false;
    // Replies are out, so input that was kept meanwhile may go on.
    take(connection_.receive({}, now));
    return !connection_.should_close();
  }

 private:
  bool read(TimePoint now) {
    uint8_t bytes[16 * 1024];
    const ssize_t n = recv(socket_, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n > 0) take(connection_.receive({bytes, static_cast<size_t>(n)}, now));
    if (n == 0) take(connection_.end_of_input(now));
    return n >= 0 || errno == EAGAIN;
  }

  bool write() {
    const auto output = headrace::to_iovec(connection_.pending_output());
    if (output.empty()) return true;
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(output.data());
    message.msg_iovlen = output.size();
    const ssize_t n = sendmsg(socket_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) connection_.sent(static_cast<size_t>(n));
    return n >= 0 || errno == EAGAIN;
  }

  void take(headrace::EventRange&& events) {
    for (headrace::EventPtr event : events) {
      std::visit(
          headrace::Overloaded{
              [&](const headrace::RequestReceived& request) {
                if (request.end_stream) answer(request.stream_id);
              },
              [&](const headrace::DataReceived& data) {
                octets_[data.stream_id] += data.bytes.size();
                if (data.end_stream) answer(data.stream_id);
              },
              [&](const headrace::TrailersReceived& trailers) { answer(trailers.stream_id); },
              [&](const headrace::StreamClosed& closed) { octets_.erase(closed.stream_id); },
              [](const auto&) {}},
          *event);
    }
  }

  void answer(headrace::StreamId stream) {
    const auto result = connection_.submit_response(
        stream, {{":status", "200"}, {"content-type", "text/plain"}},
        headrace::Body::owned(std::to_string(octets_[stream]) + " octets\n"));
    if (!result.ok()) std::printf("no answer: %s\n", headrace::to_string(result.error));
  }

  int socket_;
  headrace::Connection connection_;
  std::map<headrace::StreamId, size_t> octets_;
};

int listen_on(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  return bound && listen(socket, SOMAXCONN) == 0 ? socket : -1;
}

// How long poll() may wait, in milliseconds; a minute at most.
int wait_until(TimePoint deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - current_time());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 60'000));
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = listen_on(static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8081));
  if (listener < 0) return std::perror("poll_server"), 1;
  std::vector<std::unique_ptr<Client>> clients;
  while (true) {
    std::vector<pollfd> sockets{{listener, POLLIN, 0}};
    TimePoint deadline = TimePoint::max();
    for (const auto& client : clients) {
      sockets.push_back(client->wants());
      deadline = std::min(deadline, client->deadline());
    }
    if (poll(sockets.data(), sockets.size(), wait_until(deadline)) < 0) continue;
    for (size_t i = clients.size(); i-- > 0;) {
      if (!clients[i]->turn(sockets[i + 1].revents)) clients.erase(clients.begin() + ptrdiff_t(i));
    }
    if ((sockets[0].revents & POLLIN) != 0) {
      const int socket = accept(listener, nullptr, nullptr);
      if (socket >= 0) clients.push_back(std::make_unique<Client>(socket));
    }
  }
}
