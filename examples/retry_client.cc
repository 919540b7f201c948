// A client that asks again where that is safe: StreamClosed::retry_safe says that a server has done
// nothing with a request, so it may go out on another connection, whatever its method; the methods
// that are idempotent may also be asked again when a connection was lost (RFC 9110 §9.2.2).
//   bazel run //examples:retry_client -- 127.0.0.1 8080 / /headers

#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <netdb.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace {

constexpr int kAttempts = 5;

headrace::TimePoint now() { return std::chrono::steady_clock::now(); }

struct Request {
  std::string path;
  int attempts = 0;
  int status = 0;  // of its response
};

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

// Takes an event. Requests that are to be asked again go back to `left`.
void take(const headrace::Event& event, std::deque<Request*>* left, size_t* open) {
  if (const auto* response = std::get_if<headrace::ResponseReceived>(&event)) {
    response->user_data.as<Request>()->status = response->status;
  } else if (const auto* closed = std::get_if<headrace::StreamClosed>(&event)) {
    --*open;
    auto* request = closed->user_data.as<Request>();
    const bool whole = closed->error == headrace::ErrorCode::kNoError && request->status != 0;
    // (GET is idempotent. A POST would be asked again only if `retry_safe`.)
    const bool again = closed->retry_safe || closed->closed_by == headrace::ClosedBy::kTransport;
    if (!whole && again && request->attempts < kAttempts) left->push_back(request);
    if (!whole) request->status = 0;
  }
}

// One connection: asks for all that is left, until all are answered or the server wants no more.
void ask_over_one_connection(int socket, const std::string& authority, std::deque<Request*>* left) {
  headrace::Connection connection(headrace::Role::kClient, headrace::Options(), now());
  size_t open = 0;
  bool lost = false;
  while (!connection.should_close()) {
    while (!left->empty() && connection.accepts_requests()) {
      Request* request = left->front();
      const auto result = connection.submit_request({{":method", "GET"},
                                                     {":scheme", "http"},
                                                     {":authority", authority},
                                                     {":path", request->path}},
                                                    headrace::Body::none(), request);
      if (!result.ok()) break;
      left->pop_front();
      ++request->attempts;
      ++open;
    }
    // GOAWAY, so that the server knows that nothing more comes.
    if (open == 0) (void)connection.terminate(headrace::ErrorCode::kNoError);
    // When nothing can be sent any more, what the server has said is still read to its end.
    lost = lost || !headrace::write_output(socket, connection, now());
    pollfd wanted{socket, lost ? short{POLLIN} : headrace::poll_events(connection), 0};
    poll(&wanted, 1, headrace::poll_timeout(connection.next_deadline(), now()));
    char bytes[16 * 1024];
    const ssize_t size = (wanted.revents & ~POLLOUT) ? recv(socket, bytes, sizeof(bytes), 0) : -1;
    const bool ended = size == 0 || (size < 0 && (wanted.revents & ~POLLOUT) != 0);
    auto events = ended      ? connection.end_of_input(now())
                  : size > 0 ? connection.receive({bytes, static_cast<size_t>(size)}, now())
                             : connection.advance(now());
    for (headrace::EventPtr event : events) take(*event, left, &open);
    if (ended) break;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::fprintf(stderr, "usage: retry_client HOST PORT PATH...\n"), 2;
  std::vector<Request> requests;
  for (int i = 3; i < argc; ++i) requests.push_back({argv[i]});
  std::deque<Request*> left;
  for (Request& request : requests) left.push_back(&request);
  const std::string authority = std::string(argv[1]) + ":" + argv[2];
  auto pause = std::chrono::milliseconds(50);
  for (int attempt = 0; !left.empty() && attempt < kAttempts; ++attempt) {
    const int socket = connect_to(argv[1], argv[2]);
    if (socket >= 0) {
      ask_over_one_connection(socket, authority, &left);
      close(socket);
    }
    if (left.empty()) break;
    std::this_thread::sleep_for(
        pause);  // longer each time, so that many clients don't press a server
    pause *= 2;
  }
  bool all = true;
  for (const Request& request : requests) {
    std::printf("%s: %d after %d attempts\n", request.path.c_str(), request.status,
                request.attempts);
    all = all && request.status != 0;
  }
  return all ? 0 : 1;
}
