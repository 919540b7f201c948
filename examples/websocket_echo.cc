// A WebSocket server on poll(2) that sends every message back: by upgrade in HTTP/1.1, as browsers
// open one without TLS, and by extended CONNECT in HTTP/2 (RFC 8441).
//   bazel run //examples:websocket_echo -- 8081
//   bazel run //examples:websocket_client -- 127.0.0.1 8081 http/1.1 Hello
// In a browser's console: new WebSocket("ws://127.0.0.1:8081/")

#include <arpa/inet.h>
#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <headrace/websocket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <map>
#include <variant>
#include <vector>

namespace websocket = headrace::websocket;
using headrace::Body;
using headrace::StreamId;

auto now() { return std::chrono::steady_clock::now(); }

headrace::Options options() {
  headrace::Options options;
  options.protocol = headrace::ProtocolVersion::kDetect;  // HTTP/1.1 or HTTP/2
  options.enable_connect_protocol = true;                 // RFC 8441: extended CONNECT
  options.automatic_credit = false;                       // as fast as the client reads
  return options;
}

// One client, and its WebSockets: in HTTP/1.1 one, in HTTP/2 one a stream.
class Client {
 public:
  explicit Client(int socket) : socket_(socket) {}

  // Reads, lets time pass, writes. False: this client is done, or gone.
  bool turn(short ready) {
    if ((ready & ~POLLOUT) != 0) {
      uint8_t bytes[16 * 1024];
      const ssize_t size = recv(socket_, bytes, sizeof(bytes), 0);
      if (size > 0) take(connection_.receive({bytes, static_cast<size_t>(size)}, now()));
      if (size == 0 || (size < 0 && errno != EAGAIN)) take(connection_.end_of_input(now()));
    }
    take(connection_.advance(now()));
    return headrace::write_output(socket_, connection_, now()) && !connection_.should_close();
  }
  int socket() const { return socket_; }
  const headrace::Connection& connection() const { return connection_; }

 private:
  struct Echo {
    websocket::Endpoint endpoint;
    uint32_t held = 0;  // octets that came in, and that credit is due for
  };

  void take(headrace::EventRange&& events) {
    for (headrace::EventPtr event : events) {
      std::visit(headrace::Overloaded{
                     [&](const headrace::RequestReceived& request) { open(request); },
                     [&](const headrace::DataReceived& data) {
                       if (auto at = echoes_.find(data.stream_id); at != echoes_.end()) {
                         answer(data, at->second);
                       }
                     },
                     [&](const headrace::StreamWritable& writable) {
                       send(writable.stream_id, echoes_[writable.stream_id]);
                     },
                     [&](const headrace::StreamClosed& closed) { echoes_.erase(closed.stream_id); },
                     [](const auto&) {}},
                 *event);
    }
  }

  // (A command that fails has met a stream that is gone: StreamClosed comes.)
  void open(const headrace::RequestReceived& request) {
    const websocket::ServerHandshake handshake(request.fields);
    if (!handshake.is_asked()) {
      (void)connection_.submit_response(request.stream_id, 404);
    } else if (!handshake.is_valid()) {
      const auto refusal = handshake.refuse();
      (void)connection_.submit_response(request.stream_id, refusal.status, refusal.fields);
    } else {
      const auto answer = handshake.accept();
      const auto result = connection_.submit_response(request.stream_id, answer.status,
                                                      answer.fields, Body::stream());
      if (result.ok()) echoes_[request.stream_id];
    }
  }

  // Sends back what came, piece by piece.
  void answer(const headrace::DataReceived& data, Echo& echo) {
    echo.held += static_cast<uint32_t>(data.bytes.size());
    for (const websocket::Event& event : echo.endpoint.receive(data.bytes)) {
      if (const auto* piece = std::get_if<websocket::MessagePiece>(&event)) {
        (void)echo.endpoint.send(piece->kind, piece->octets, piece->ends);
      } else if (const auto* failure = std::get_if<websocket::Failure>(&event)) {
        std::printf("%s: %s\n", failure->rule->section, failure->rule->text);
      }
    }
    if (data.end_stream) echo.endpoint.end_of_input();
    send(data.stream_id, echo);
  }

  // Passes on what the connection takes, and asks for more input when all of it is out.
  void send(StreamId id, Echo& echo) {
    if (echo.endpoint.wants_output()) {
      const auto result =
          connection_.send_data(id, echo.endpoint.pending_output(), echo.endpoint.output_ends());
      if (!result.ok()) return;
      echo.endpoint.sent(result.accepted);
    }
    if (echo.held == 0 || !echo.endpoint.pending_output().empty()) return;
    (void)connection_.credit(id, echo.held);
    echo.held = 0;
  }

  const int socket_;
  headrace::Connection connection_{headrace::Role::kServer, options(), now()};
  std::map<StreamId, Echo> echoes_;
};

int main(int argc, char** argv) {
  const auto port = static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8081);
  sockaddr_in address{AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {}};
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return 1;
  if (listen(listener, SOMAXCONN) != 0) return 1;
  socklen_t size = sizeof(address);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("ws://127.0.0.1:%d/\n", ntohs(address.sin_port));
  std::fflush(stdout);
  std::list<Client> clients;
  for (;;) {
    std::vector<pollfd> sockets{{listener, POLLIN, 0}};
    headrace::TimePoint deadline = headrace::TimePoint::max();
    for (const Client& client : clients) {
      sockets.push_back({client.socket(), headrace::poll_events(client.connection()), 0});
      deadline = std::min(deadline, client.connection().next_deadline());
    }
    if (poll(sockets.data(), sockets.size(), headrace::poll_timeout(deadline, now())) < 0) continue;
    size_t at = 0;
    clients.remove_if([&](Client& client) {
      return !client.turn(sockets[++at].revents) && (close(client.socket()), true);
    });
    const int accepted = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (accepted >= 0) clients.emplace_back(accepted);
  }
}
