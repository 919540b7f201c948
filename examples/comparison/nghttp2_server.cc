// The server of examples/poll_server.cc, on libnghttp2, for docs/guide/measure.md: it accepts,
// writes as much as a socket takes, sends silent clients away, and ends on SIGTERM when the last
// request is answered.
//   c++ -std=c++20 nghttp2_server.cc -lnghttp2 -o nghttp2_server && ./nghttp2_server 8081

#include <arpa/inet.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <list>
#include <string_view>
#include <utility>
#include <vector>

using TimePoint = std::chrono::steady_clock::time_point;
constexpr std::string_view kBody = "Hello\n";
constexpr auto kIdle = std::chrono::seconds(180);
volatile std::sig_atomic_t stop = 0;
TimePoint now() { return std::chrono::steady_clock::now(); }

// The part of the body that a window lets through. How far it is, is the stream's user data.
ssize_t read_body(nghttp2_session* session, int32_t stream, uint8_t* out, size_t room,
                  uint32_t* flags, nghttp2_data_source*, void*) {
  const auto at =
      reinterpret_cast<uintptr_t>(nghttp2_session_get_stream_user_data(session, stream));
  const size_t size = std::min(room, kBody.size() - at);
  std::memcpy(out, kBody.data() + at, size);
  nghttp2_session_set_stream_user_data(session, stream, reinterpret_cast<void*>(at + size));
  if (at + size == kBody.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(size);
}

nghttp2_nv field(std::string_view name, std::string_view value) {
  return {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void*) {
  const bool message = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
  if (!message || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
  const nghttp2_nv fields[] = {field(":status", "200"), field("content-type", "text/plain"),
                               field("content-length", "6")};
  nghttp2_data_provider body{{0}, read_body};
  const int error = nghttp2_submit_response(session, frame->hd.stream_id, fields, 3, &body);
  return nghttp2_is_fatal(error) ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

struct Client {
  explicit Client(int fd) : socket(fd) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_server_new(&session, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry setting{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100};
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, &setting, 1);
  }
  ~Client() {
    nghttp2_session_del(session);
    close(socket);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool wants_output() const { return rest_size > 0 || nghttp2_session_want_write(session); }
  bool is_done() const { return !nghttp2_session_want_read(session) && !wants_output(); }
  bool turn(short ready);
  bool write();
  void shut_down();

  int socket;
  nghttp2_session* session = nullptr;
  const uint8_t* rest =
      nullptr;  // of what mem_send() has given: the library's, until the next call
  size_t rest_size = 0;
  TimePoint last_input = now();
  bool shutting_down = false;
};

bool Client::write() {
  while (true) {
    if (rest_size == 0) {
      const ssize_t size = nghttp2_session_mem_send(session, &rest);
      if (size <= 0) return size == 0;
      rest_size = static_cast<size_t>(size);
    }
    const ssize_t sent = send(socket, rest, rest_size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    rest += sent;
    rest_size -= static_cast<size_t>(sent);
  }
}

// GOAWAY. What is open goes on.
void Client::shut_down() {
  if (std::exchange(shutting_down, true)) return;
  nghttp2_submit_goaway(session, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session), NGHTTP2_NO_ERROR, nullptr,
                        0);
}

// Reads, lets time pass, writes. False: this client is done, or gone.
bool Client::turn(short ready) {
  if ((ready & ~POLLOUT) != 0) {
    uint8_t bytes[16 * 1024];
    const ssize_t size = recv(socket, bytes, sizeof(bytes), 0);
    if (size == 0 || (size < 0 && errno != EAGAIN)) return false;
    if (size > 0) last_input = now();
    if (size > 0 && nghttp2_session_mem_recv(session, bytes, static_cast<size_t>(size)) < 0) {
      write();  // a GOAWAY
      return false;
    }
  }
  if (now() >= last_input + kIdle) shut_down();
  return write() && !is_done();
}

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
    for (Client& client : clients) {
      if (stopping) client.shut_down();
      const int wanted = (nghttp2_session_want_read(client.session) ? POLLIN : 0) |
                         (client.wants_output() ? POLLOUT : 0);
      sockets.push_back({client.socket, static_cast<short>(wanted), 0});
    }
    if (poll(sockets.data(), sockets.size(), 1000) < 0) continue;
    size_t at = 0;
    clients.remove_if([&](Client& client) { return !client.turn(sockets[++at].revents); });
    const int accepted = accept4(sockets[0].fd, nullptr, nullptr, SOCK_NONBLOCK);
    if (accepted >= 0) clients.emplace_back(accepted);
  }
}
