// The README's loop, taken literally: it reads when there is something to read, writes when the
// socket is writable, and has one timer, armed with next_deadline(). That is enough for a download
// of any size that is given piece by piece.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headrace/headrace.h"

namespace headrace {
namespace {

constexpr size_t kBody = 10'000'000;

TimePoint current_time() { return std::chrono::steady_clock::now(); }

// One connection on one end of a socket, and its application.
class End {
 public:
  End(Role role, int socket) : connection_(role, Options(), current_time()), socket_(socket) {
    EXPECT_EQ(fcntl(socket_, F_SETFL, O_NONBLOCK), 0);
    timer_ = connection_.next_deadline();
  }
  ~End() { close(socket_); }

  Connection& connection() { return connection_; }
  size_t received() const { return received_; }
  bool done() const { return done_; }

  pollfd wanted() const {
    const int events =
        (connection_.wants_input() ? POLLIN : 0) | (connection_.wants_output() ? POLLOUT : 0);
    return {socket_, static_cast<short>(events), 0};
  }
  TimePoint timer() const { return timer_; }

  void turn(short ready) {
    if ((ready & POLLIN) != 0) read();
    if ((ready & POLLOUT) != 0) write();
    if (current_time() >= timer_) {
      take(connection_.advance(current_time()));
      timer_ = connection_.next_deadline();
    }
  }

 private:
  void read() {
    uint8_t bytes[65536];
    const ssize_t n = ::read(socket_, bytes, sizeof(bytes));
    if (n > 0) take(connection_.receive({bytes, static_cast<size_t>(n)}, current_time()));
    timer_ = connection_.next_deadline();
  }
  void write() {
    std::vector<iovec> buffers;
    for (const ConstBuffer& buffer : connection_.pending_output()) {
      buffers.push_back({const_cast<uint8_t*>(buffer.data), buffer.size});
    }
    const ssize_t n = writev(socket_, buffers.data(), static_cast<int>(buffers.size()));
    if (n > 0) connection_.sent(static_cast<size_t>(n));
    timer_ = connection_.next_deadline();
  }
  void take(EventRange range) {
    for (EventPtr event : range) {
      if (const auto* request = std::get_if<RequestReceived>(&*event)) {
        EXPECT_TRUE(
            connection_.submit_response(request->stream_id, {{":status", "200"}}, Body::stream())
                .ok());
        send(request->stream_id);
      } else if (const auto* writable = std::get_if<StreamWritable>(&*event)) {
        send(writable->stream_id);
      } else if (const auto* data = std::get_if<DataReceived>(&*event)) {
        received_ += data->bytes.size();
        done_ = done_ || data->end_stream;
      } else if (std::holds_alternative<ConnectionClosed>(*event)) {
        ADD_FAILURE() << "the connection has ended";
        done_ = true;
      }
    }
  }
  void send(StreamId id) {
    static const std::string body(kBody, 'x');
    const std::string_view rest = std::string_view(body).substr(sent_);
    const SendResult result = connection_.send_data(
        id, {reinterpret_cast<const uint8_t*>(rest.data()), rest.size()}, /*end_stream=*/true);
    EXPECT_TRUE(result.ok());
    sent_ += result.accepted;
  }

  Connection connection_;
  const int socket_;
  TimePoint timer_;
  size_t sent_ = 0;
  size_t received_ = 0;
  bool done_ = false;
};

TEST(OneTimer, IsEnoughForADownloadInPieces) {
  int sockets[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
  End server(Role::kServer, sockets[0]), client(Role::kClient, sockets[1]);
  ASSERT_TRUE(
      client.connection()
          .submit_request(
              {{":method", "GET"}, {":scheme", "https"}, {":authority", "test"}, {":path", "/"}})
          .ok());
  while (!client.done()) {
    pollfd wanted[] = {server.wanted(), client.wanted()};
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::min(server.timer(), client.timer()) - current_time());
    const auto longest = std::chrono::milliseconds(60'000);
    const auto timeout = std::clamp(wait, std::chrono::milliseconds(0), longest);
    const int ready = poll(wanted, 2, static_cast<int>(timeout.count()));
    ASSERT_TRUE(ready > 0 || timeout < longest)
        << "everything stands still behind " << client.received() << " octets";
    server.turn(wanted[0].revents);
    client.turn(wanted[1].revents);
  }
  EXPECT_EQ(client.received(), kBody);
}

}  // namespace
}  // namespace headrace
