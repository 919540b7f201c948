// A complete HTTP/2 server on poll(2): Headrace behind a loop of one's own. It accepts, writes as
// much as a socket takes, waits as long as the deadlines of its connections allow, and ends on
// SIGTERM when the last request is answered.
//   bazel run //examples:poll_server -- 8081
//   curl --http2-prior-knowledge http://127.0.0.1:8081/
// What a server on the open network does besides (lingering, limits) is in adapters/loop.

#include <arpa/inet.h>
#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <list>
#include <vector>

volatile std::sig_atomic_t stop = 0;
auto now() { return std::chrono::steady_clock::now(); }

struct Client {
  int socket;
  headrace::Connection connection{headrace::Role::kServer, headrace::Options(), now()};

  // A request has come to its end with its head, its body or its trailers. (An answer is refused if
  // the client has reset the stream meanwhile.)
  void answer(headrace::EventRange&& events) {
    const auto answer_at_end = [&](const auto& got) {
      if constexpr (requires { got.end_stream; }) {
        if (got.end_stream)
          (void)connection.submit_response(got.stream_id, 200, {}, headrace::Body::view("Hello\n"));
      }
    };
    for (headrace::EventPtr event : events) std::visit(answer_at_end, *event);
  }

  // Reads, lets time pass, writes. False: this client is done, or gone.
  bool turn(short ready) {
    if ((ready & ~POLLOUT) != 0) {
      uint8_t bytes[16 * 1024];
      const ssize_t size = recv(socket, bytes, sizeof(bytes), 0);
      if (size > 0) answer(connection.receive({bytes, static_cast<size_t>(size)}, now()));
      if (size == 0 || (size < 0 && errno != EAGAIN)) answer(connection.end_of_input(now()));
    }
    answer(connection.advance(now()));
    return headrace::write_output(socket, connection, now()) && !connection.should_close();
  }
};

int main(int argc, char** argv) {
  std::signal(SIGTERM, [](int) { stop = 1; });
  const auto port = static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8081);
  const sockaddr_in address{AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return 1;
  if (listen(listener, SOMAXCONN) != 0) return 1;
  std::list<Client> clients;
  for (bool stopping = false; !stopping || !clients.empty(); stopping = stop) {
    std::vector<pollfd> sockets{{stopping ? -1 : listener, POLLIN, 0}};
    headrace::TimePoint deadline = now() + std::chrono::seconds(1);
    for (Client& client : clients) {
      if (stopping) (void)client.connection.shutdown();
      sockets.push_back({client.socket, headrace::poll_events(client.connection), 0});
      deadline = std::min(deadline, client.connection.next_deadline());
    }
    if (poll(sockets.data(), sockets.size(), headrace::poll_timeout(deadline, now())) < 0) continue;
    size_t at = 0;
    clients.remove_if([&](Client& client) {
      return !client.turn(sockets[++at].revents) && (close(client.socket), true);
    });
    const int accepted = accept4(sockets[0].fd, nullptr, nullptr, SOCK_NONBLOCK);
    if (accepted >= 0) clients.emplace_back(accepted);
  }
}
