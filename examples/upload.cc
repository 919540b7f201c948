// An upload with backpressure: reads standard input only as fast as the server takes it. What
// send_data() does not take, because the stream's buffer is full, waits for StreamWritable, and
// meanwhile nothing is read; so the memory in use does not depend on the upload's size.
//   head -c 100000000 /dev/zero | bazel run -c opt //examples:upload -- 127.0.0.1 8080 /echo

#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <netdb.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <variant>

namespace {

headrace::TimePoint now() { return std::chrono::steady_clock::now(); }

// A connected socket, or -1.
int connect_to(const char* host, const char* port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  const int fd = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
  const bool connected = fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo(found);
  return connected ? fd : -1;
}

class Upload {
 public:
  Upload(int socket, std::string_view authority, std::string_view path) : socket_(socket) {
    const auto request = connection_.submit_request(
        {{":method", "POST"}, {":scheme", "http"}, {":authority", authority}, {":path", path}},
        headrace::Body::stream());
    stream_ = request.stream_id;
  }

  // Runs to the end. False: the server did not take it all.
  bool run() {
    bool ended = false;  // the server's octets
    bool lost = false;  // nothing can be sent any more; what the server has said is read to its end
    while (!connection_.should_close() && !ended && !(lost && closed_)) {
      if (closed_) (void)connection_.terminate(headrace::ErrorCode::kNoError);
      lost = lost || !headrace::write_output(socket_, connection_, now());
      pollfd wanted[] = {{socket_, lost ? short{POLLIN} : headrace::poll_events(connection_), 0},
                         {wants_more() && !lost ? STDIN_FILENO : -1, POLLIN, 0}};
      poll(wanted, 2, headrace::poll_timeout(connection_.next_deadline(), now()));
      if ((wanted[0].revents & ~POLLOUT) != 0) ended = !receive();
      take(connection_.advance(now()));
      if (wanted[1].revents != 0) read_more();
    }
    if (!closed_) take(connection_.end_of_input(now()));
    std::printf("%zu octets sent, status %d, %zu octets received\n", sent_, status_, received_);
    return status_ == 200 && error_ == headrace::ErrorCode::kNoError;
  }

 private:
  // Whether there is room for more of the input.
  bool wants_more() const { return !ended_ && waiting_.empty() && !closed_; }

  void read_more() {
    char bytes[64 * 1024];
    const ssize_t size = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (size < 0) return;
    ended_ = size == 0;
    waiting_.assign(bytes, static_cast<size_t>(size));
    send();
  }

  // As much as the stream takes. The rest follows when it is writable again.
  void send() {
    const auto result = connection_.send_data(stream_, waiting_, ended_);
    if (!result.ok()) return waiting_.clear();  // the stream is gone: StreamClosed says why
    sent_ += result.accepted;
    waiting_.erase(0, result.accepted);
  }

  bool receive() {
    char bytes[64 * 1024];
    const ssize_t size = recv(socket_, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (size > 0) take(connection_.receive({bytes, static_cast<size_t>(size)}, now()));
    return size > 0 || (size < 0 && errno == EAGAIN);
  }

  // A server that has refused the upload may read no more of it, and need not say so.
  void answered() {
    if (status_ >= 300) (void)connection_.reset_stream(stream_, headrace::ErrorCode::kCancel);
  }

  void take(headrace::EventRange&& events) {
    for (headrace::EventPtr event : events) {
      std::visit(headrace::Overloaded{[&](const headrace::StreamWritable&) { send(); },
                                      [&](const headrace::ResponseReceived& response) {
                                        status_ = response.status;
                                        if (response.end_stream) answered();
                                      },
                                      [&](const headrace::DataReceived& data) {
                                        received_ += data.bytes.size();
                                        if (data.end_stream) answered();
                                      },
                                      [&](const headrace::StreamClosed& closed) {
                                        closed_ = true;
                                        error_ = closed.error;
                                      },
                                      [](const auto&) {}},
                 *event);
    }
  }

  const int socket_;
  headrace::Connection connection_{headrace::Role::kClient, headrace::Options(), now()};
  headrace::StreamId stream_ = 0;
  std::string waiting_;  // was read, and not taken by the stream yet
  bool ended_ = false;   // the input
  bool closed_ = false;  // the stream
  headrace::ErrorCode error_ = headrace::ErrorCode::kNoError;
  int status_ = 0;
  size_t sent_ = 0, received_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: upload HOST PORT PATH < FILE\n"), 2;
  const int socket = connect_to(argv[1], argv[2]);
  if (socket < 0) return std::fprintf(stderr, "upload: cannot connect\n"), 1;
  const bool done = Upload(socket, std::string(argv[1]) + ":" + argv[2], argv[3]).run();
  close(socket);
  return done ? 0 : 1;
}
