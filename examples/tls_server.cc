// A complete HTTP/2 server over TLS on poll(2): a channel between each socket and its connection.
// It answers every request with a line that says how the client is connected.
//   bazel run //examples:tls_server -- 8443 certificate.pem key.pem
//   curl --cacert certificate.pem https://localhost:8443/

#include <headrace/adapters/tls/server.h>
#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace {

using headrace::TimePoint;
TimePoint current_time() { return std::chrono::steady_clock::now(); }

class Client {
 public:
  Client(int socket, const headrace::tls::Server& server)
      : socket_(socket),
        channel_(server.accept(current_time())),
        connection_(headrace::Role::kServer, headrace::Options(), current_time()) {}
  ~Client() { close(socket_); }
  Client(const Client&) = delete;

  pollfd wants() const {
    const int events = (connection_.wants_input() ? POLLIN : 0) | (wants_output() ? POLLOUT : 0);
    return {socket_, static_cast<short>(events), 0};
  }
  TimePoint deadline() const { return std::min(channel_->deadline(), connection_.next_deadline()); }
  // False: it is over.
  bool turn(short ready) {
    const TimePoint now = current_time();
    channel_->expire(now);
    if ((ready & (POLLIN | POLLHUP | POLLERR)) != 0) read(now);
    take(connection_.advance(now));
    // An alert goes out, too, if the channel has failed.
    if (!write()) return false;
    if (connection_.should_close()) channel_->close();
    const bool over =
        connection_.should_close() || channel_->end() == headrace::tls::Channel::End::kFailed;
    return !over || channel_->wants_output();
  }

 private:
  bool wants_output() const {
    return channel_->wants_output() || (channel_->is_open() && connection_.wants_output());
  }

  void read(TimePoint now) {
    uint8_t ciphertext[16 * 1024];
    const ssize_t n = recv(socket_, ciphertext, sizeof(ciphertext), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) channel_->end_of_input();
    if (n > 0) channel_->receive({ciphertext, static_cast<size_t>(n)});
    uint8_t plaintext[16 * 1024];
    while (const size_t size = channel_->read(plaintext)) {
      take(connection_.receive({plaintext, size}, now));
    }
    // A cipher that HTTP/2 forbids, for example (RFC 9113 §9.2.2).
    if (channel_->violation() != headrace::ErrorCode::kNoError) {
      (void)connection_.terminate(channel_->violation());
    }
    if (channel_->end() != headrace::tls::Channel::End::kNone) take(connection_.end_of_input(now));
  }

  bool write() {
    if (!channel_->wants_output()) {
      connection_.sent(channel_->write(connection_.pending_output()), current_time());
    }
    const auto output = headrace::to_iovec(channel_->pending_output());
    if (output.empty()) return true;
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(output.data());
    message.msg_iovlen = output.size();
    const ssize_t n = sendmsg(socket_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) channel_->sent(static_cast<size_t>(n));
    return n >= 0 || errno == EAGAIN;
  }

  void take(headrace::EventRange&& events) {
    for (headrace::EventPtr event : events) {
      std::visit(headrace::Overloaded{[&](const headrace::RequestReceived& request) {
                                        if (request.end_stream) answer(request.stream_id);
                                      },
                                      [&](const headrace::DataReceived& data) {
                                        if (data.end_stream) answer(data.stream_id);
                                      },
                                      [](const auto&) {}},
                 *event);
    }
  }

  void answer(headrace::StreamId stream) {
    const std::string line = std::string(channel_->version()) + ", " +
                             std::string(channel_->cipher()) + ", for " + channel_->host() + "\n";
    // An error means that the client has gone, or reset the stream.
    (void)connection_.submit_response(stream, 200, {{"content-type", "text/plain"}},
                                      headrace::Body::owned(line));
  }

  const int socket_;
  const std::unique_ptr<headrace::tls::Channel> channel_;
  headrace::Connection connection_;
};

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

int listen_on(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  socklen_t size = sizeof(address);
  if (!bound || listen(socket, SOMAXCONN) != 0) return -1;
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("https://127.0.0.1:%d/\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return socket;
}

// How long poll() may wait, in milliseconds; a minute at most.
int wait_until(TimePoint deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - current_time());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 60'000));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: tls_server PORT CERTIFICATE KEY\n"), 2;
  const auto identity = headrace::tls::Identity::from_pem(text_of(argv[2]), text_of(argv[3]));
  if (!identity.ok()) return std::puts(identity.status().message().c_str()), 1;
  headrace::tls::ServerOptions options;
  options.identities.push_back(*identity);
  const auto server = headrace::tls::Server::create(options);
  if (!server.ok()) return std::puts(server.status().message().c_str()), 1;
  const int listener = listen_on(static_cast<uint16_t>(std::atoi(argv[1])));
  if (listener < 0) return std::perror("tls_server"), 1;

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
      if (socket >= 0) clients.push_back(std::make_unique<Client>(socket, **server));
    }
  }
}
