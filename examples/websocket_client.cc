// A WebSocket client on poll(2): it opens one by upgrade in HTTP/1.1, or by extended
// CONNECT in HTTP/2 (RFC 8441), sends each argument as a message, prints what comes, and closes
// when as many messages have come as it has sent.
//   bazel run //examples:websocket_echo -- 8081 &
//   bazel run //examples:websocket_client -- 127.0.0.1 8081 h2 Hello "and again"

#include <headrace/headrace.h>
#include <headrace/posix.h>
#include <headrace/websocket.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace websocket = headrace::websocket;

namespace {

headrace::TimePoint current_time() { return std::chrono::steady_clock::now(); }

// The system's randomness, which the library does not ask for itself.
template <size_t kSize>
std::array<uint8_t, kSize> random_octets() {
  static std::random_device device;
  std::array<uint8_t, kSize> octets;
  for (uint8_t& octet : octets) octet = static_cast<uint8_t>(device());
  return octets;
}

struct RandomMasks : websocket::MaskSource {
  websocket::Mask next_mask() override { return random_octets<4>(); }
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

class Chat {
 public:
  Chat(headrace::Connection& connection, const websocket::ClientHandshake& handshake,
       std::vector<std::string_view> messages)
      : connection_(connection), handshake_(handshake), messages_(std::move(messages)) {}

  void handle(const headrace::Event& event) {
    std::visit(headrace::Overloaded{
                   [&](const headrace::SettingsReceived&) { ask(); },
                   [&](const headrace::ResponseReceived& response) { begin(response); },
                   [&](const headrace::DataReceived& data) { listen(data); },
                   [&](const headrace::StreamWritable&) { send(); },
                   [&](const headrace::StreamClosed&) { done_ = true; }, [](const auto&) {}},
               event);
  }

  // In HTTP/1.1 at once; in HTTP/2 when the server's SETTINGS have said that it takes WebSockets.
  void ask() {
    if (stream_ != 0 || done_) return;
    const bool takes_them = connection_.protocol() == headrace::ProtocolVersion::kHttp1 ||
                            connection_.peer_settings().enable_connect_protocol;
    if (!takes_them) std::fprintf(stderr, "the server takes no WebSockets over HTTP/2\n");
    const auto request =
        takes_them ? connection_.submit_request(handshake_.request(), headrace::Body::stream())
                   : headrace::RequestResult{headrace::SubmitError::kUnsupported};
    stream_ = request.stream_id;
    done_ = !request.ok();
  }

  bool is_done() const { return done_; }
  // Whether both have closed, and each message was answered.
  bool is_good() const { return endpoint_ && endpoint_->is_clean() && heard_ == messages_.size(); }

 private:
  void begin(const headrace::ResponseReceived& response) {
    if (const headrace::Rule* broken = handshake_.check(response.fields)) {
      std::fprintf(stderr, "status %d: %s\n", response.status, broken->text);
      done_ = true;
      return;
    }
    endpoint_.emplace(masks_);
    for (const std::string_view message : messages_) {
      const websocket::SendResult result = endpoint_->send_text(message);
      if (!result.ok()) std::fprintf(stderr, "%s\n", to_string(result.error));
    }
    send();
  }

  void listen(const headrace::DataReceived& data) {
    if (!endpoint_) return;
    for (const websocket::Event& event : endpoint_->receive(data.bytes)) {
      std::visit(headrace::Overloaded{[&](const websocket::MessagePiece& piece) {
                                        std::printf("%.*s%s", static_cast<int>(piece.octets.size()),
                                                    piece.text().data(), piece.ends ? "\n" : "");
                                        if (piece.ends && ++heard_ == messages_.size())
                                          (void)endpoint_->close();
                                      },
                                      [](const websocket::Close& close) {
                                        std::printf("closed: %d\n", static_cast<int>(close.code));
                                      },
                                      [](const websocket::Failure& failure) {
                                        std::fprintf(stderr, "%s: %s\n", failure.rule->section,
                                                     failure.rule->text);
                                      },
                                      [](const auto&) {}},
                 event);
    }
    if (data.end_stream) endpoint_->end_of_input();
    send();
  }

  void send() {
    if (!endpoint_ || !endpoint_->wants_output()) return;
    const auto result =
        connection_.send_data(stream_, endpoint_->pending_output(), endpoint_->output_ends());
    if (result.ok()) endpoint_->sent(result.accepted);
  }

  headrace::Connection& connection_;
  websocket::ClientHandshake handshake_;
  const std::vector<std::string_view> messages_;
  RandomMasks masks_;
  headrace::StreamId stream_ = 0;
  std::optional<websocket::Endpoint> endpoint_;
  size_t heard_ = 0;
  bool done_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  const bool http1 = argc > 4 && std::strcmp(argv[3], "http/1.1") == 0;
  if (argc < 5 || (!http1 && std::strcmp(argv[3], "h2") != 0)) {
    std::fprintf(stderr, "usage: websocket_client HOST PORT http/1.1|h2 MESSAGE...\n");
    return 2;
  }
  const int fd = connect_to(argv[1], argv[2]);
  if (fd < 0) {
    std::fprintf(stderr, "cannot connect to %s port %s\n", argv[1], argv[2]);
    return 1;
  }
  headrace::Options options;
  options.protocol = http1 ? headrace::ProtocolVersion::kHttp1 : headrace::ProtocolVersion::kHttp2;
  headrace::Connection connection(headrace::Role::kClient, options, current_time());
  const std::string authority = std::string(argv[1]) + ":" + argv[2];
  const websocket::Target target{.authority = authority};
  Chat chat(connection,
            http1 ? websocket::ClientHandshake::upgrade(target, random_octets<16>())
                  : websocket::ClientHandshake::connect(target),
            {argv + 4, argv + argc});
  if (http1) chat.ask();
  const auto take = [&](headrace::EventRange&& events) {
    for (headrace::EventPtr event : events) chat.handle(*event);
  };
  while (!chat.is_done()) {
    if (!headrace::write_output(fd, connection, current_time())) break;
    if (connection.has_events()) {  // there is room for more to send
      take(connection.advance(current_time()));
      continue;
    }
    pollfd ready{fd, headrace::poll_events(connection), 0};
    if (poll(&ready, 1, -1) < 0 || (ready.revents & ~POLLOUT) == 0) continue;
    uint8_t bytes[16 * 1024];
    const ssize_t size = recv(fd, bytes, sizeof(bytes), 0);
    take(size > 0 ? connection.receive({bytes, static_cast<size_t>(size)}, current_time())
                  : connection.end_of_input(current_time()));
  }
  (void)connection.terminate(headrace::ErrorCode::kNoError);
  (void)headrace::write_output(fd, connection, current_time());
  close(fd);
  return chat.is_good() ? 0 : 1;
}
