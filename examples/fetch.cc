// A complete HTTP/2 client on a blocking socket: Headrace behind the simplest loop there is. It
// asks one server for several paths at once, on one connection, and prints how each is answered.
//   bazel run //examples:fetch -- 127.0.0.1 8080 / /bytes/100000 /status/404
// What a client does besides (timeouts, retries, uploads) is in adapters/get.

#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

namespace {

headrace::TimePoint current_time() { return std::chrono::steady_clock::now(); }

// A connected socket, or -1.
int connect_to(const char* host, const char* port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* addresses = nullptr;
  if (getaddrinfo(host, port, &hints, &addresses) != 0) return -1;
  int connected = -1;
  for (addrinfo* at = addresses; at != nullptr && connected < 0; at = at->ai_next) {
    const int fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) == 0) {
      connected = fd;
    } else if (fd >= 0) {
      close(fd);
    }
  }
  freeaddrinfo(addresses);
  return connected;
}

// Writes all that the connection has to say.
bool write_all(int fd, headrace::Connection& connection) {
  while (connection.wants_output()) {
    const auto output = headrace::to_iovec(connection.pending_output());
    if (output.empty()) return true;
    const ssize_t n = writev(fd, output.data(), static_cast<int>(output.size()));
    if (n <= 0) return false;
    connection.sent(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: fetch HOST PORT PATH...\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);  // writev() fails with EPIPE
  const int fd = connect_to(argv[1], argv[2]);
  if (fd < 0) {
    std::fprintf(stderr, "fetch: cannot connect to %s port %s\n", argv[1], argv[2]);
    return 1;
  }
  headrace::Connection connection(headrace::Role::kClient, headrace::Options(), current_time());
  const std::string authority = std::string(argv[1]) + ":" + argv[2];
  size_t open = 0;
  for (int i = 3; i < argc; ++i) {
    // More than the server takes at once wait in the connection. The last argument comes back in
    // every event of the stream.
    const auto request = connection.submit_request(
        {{":method", "GET"}, {":scheme", "http"}, {":authority", authority}, {":path", argv[i]}},
        headrace::Body::none(), argv[i]);
    if (request.ok()) {
      ++open;
    } else {
      std::fprintf(stderr, "fetch: %s: %s\n", argv[i], headrace::describe(request).c_str());
    }
  }

  int failed = 0;
  std::vector<size_t> sizes(2 * static_cast<size_t>(argc));  // of the bodies, by stream id
  bool lost = false;  // nothing can be sent any more; what the server has said is read to its end
  while (open > 0) {
    uint8_t bytes[16 * 1024];
    lost = lost || !write_all(fd, connection);
    const ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
    auto events = n > 0 ? connection.receive({bytes, static_cast<size_t>(n)}, current_time())
                        : connection.end_of_input(current_time());
    for (headrace::EventPtr event : events) {
      std::visit(headrace::Overloaded{
                     [&](const headrace::ResponseReceived& response) {
                       std::printf("%s: %d\n", response.user_data.as<const char>(),
                                   response.status);
                     },
                     [&](const headrace::DataReceived& data) {
                       sizes[data.stream_id] += data.bytes.size();
                     },
                     [&](const headrace::StreamClosed& closed) {
                       --open;
                       const bool whole = closed.error == headrace::ErrorCode::kNoError;
                       if (!whole) ++failed;
                       std::printf("%s: %zu octets%s%s\n", closed.user_data.as<const char>(),
                                   sizes[closed.stream_id], whole ? "" : ", then ",
                                   whole ? "" : headrace::to_string(closed.error));
                     },
                     [](const auto&) {}},
                 *event);
    }
  }
  // GOAWAY, so that the server knows that nothing more comes.
  (void)connection.terminate(headrace::ErrorCode::kNoError);
  if (!lost) write_all(fd, connection);
  close(fd);
  return failed == 0 ? 0 : 1;
}
