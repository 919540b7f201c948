// An HTTP/2 server on libuv: a connection behind a uv_tcp_t, with one timer and at most one write
// under way.
//   c++ uv_server.cc $(pkg-config --cflags --libs headrace libuv)

#include <headrace/headrace.h>
#include <uv.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <variant>

namespace {

headrace::TimePoint now() { return std::chrono::steady_clock::now(); }

// Output as libuv takes it: the same memory, no copy. (A uv_buf_t is laid out as an iovec is.)
std::span<const uv_buf_t> to_uv(std::span<const headrace::ConstBuffer> output) {
  static_assert(sizeof(uv_buf_t) == sizeof(headrace::ConstBuffer));
  static_assert(offsetof(uv_buf_t, base) == offsetof(headrace::ConstBuffer, data));
  static_assert(offsetof(uv_buf_t, len) == offsetof(headrace::ConstBuffer, size));
  return {reinterpret_cast<const uv_buf_t*>(output.data()), output.size()};
}

// One client. libuv calls the static functions; `data` of its handles points here.
class Client {
 public:
  static void accept(uv_stream_t* listener, int status) {
    if (status < 0) return;
    auto* client = new Client(listener->loop);
    if (uv_accept(listener, client->stream()) != 0) return client->close();
    uv_read_start(client->stream(), give_room, on_read);
    client->turn();
  }

 private:
  explicit Client(uv_loop_t* loop) {
    uv_tcp_init(loop, &socket_);
    uv_timer_init(loop, &timer_);
    socket_.data = timer_.data = write_.data = this;
  }

  static Client& of(const void* data) { return *static_cast<Client*>(const_cast<void*>(data)); }
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&socket_); }

  static void give_room(uv_handle_t* handle, size_t, uv_buf_t* buffer) {
    Client& client = of(handle->data);
    *buffer = uv_buf_init(client.room_, sizeof(client.room_));
  }
  static void on_read(uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
    Client& client = of(stream->data);
    if (size > 0) {
      client.answer(client.connection_.receive({buffer->base, static_cast<size_t>(size)}, now()));
    } else if (size < 0) {  // the end, or an error: nothing more comes
      uv_read_stop(stream);
      client.ended_ = true;
      client.answer(client.connection_.end_of_input(now()));
    }
    client.turn();
  }
  static void on_written(uv_write_t* write, int status) {
    Client& client = of(write->data);
    const size_t size = std::exchange(client.writing_, 0);
    if (client.closing_) return;
    if (status < 0) return client.close();
    client.connection_.sent(size, now());
    client.turn();
  }
  static void on_timer(uv_timer_t* timer) { of(timer->data).turn(); }

  // To be called after everything that may have changed the connection: what is due, output, the
  // timer, whether to read.
  void turn() {
    if (closing_) return;
    answer(connection_.advance(now()));
    if (writing_ == 0 && connection_.wants_output()) write();
    if (writing_ == 0 && connection_.should_close()) return close();
    if (!ended_) {
      // (Starting twice is no error.)
      connection_.wants_input() ? uv_read_start(stream(), give_room, on_read)
                                : uv_read_stop(stream());
    }
    const headrace::TimePoint deadline = connection_.next_deadline();
    if (deadline == headrace::TimePoint::max()) return void(uv_timer_stop(&timer_));
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now());
    uv_update_time(socket_.loop);
    uv_timer_start(&timer_, on_timer, static_cast<uint64_t>(std::max<int64_t>(left.count(), 0)), 0);
  }

  // The octets stay where they are until sent(), and libuv copies the list.
  void write() {
    const std::span<const uv_buf_t> buffers = to_uv(connection_.pending_output());
    for (const uv_buf_t& buffer : buffers) writing_ += buffer.len;
    if (writing_ == 0) return;  // a body that has nothing yet
    uv_write(&write_, stream(), buffers.data(), static_cast<unsigned>(buffers.size()), on_written);
  }

  // A request has come to its end with its head, its body or its trailers.
  void answer(headrace::EventRange&& events) {
    const auto answer_at_end = [&](const auto& got) {
      if constexpr (requires { got.end_stream; }) {
        if (!got.end_stream) return;
        (void)connection_.submit_response(got.stream_id, 200, {},
                                          headrace::Body::view("Hello from libuv\n"));
      }
    };
    for (headrace::EventPtr event : events) std::visit(answer_at_end, *event);
  }

  // Handles are closed one after the other; behind the last the client goes.
  void close() {
    if (std::exchange(closing_, true)) return;
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), [](uv_handle_t* timer) {
      Client& client = of(timer->data);
      uv_close(reinterpret_cast<uv_handle_t*>(&client.socket_),
               [](uv_handle_t* socket) { delete &of(socket->data); });
    });
  }

  uv_tcp_t socket_;
  uv_timer_t timer_;
  uv_write_t write_;
  size_t writing_ = 0;  // octets of the write that is under way
  bool ended_ = false;
  bool closing_ = false;
  char room_[16 * 1024];
  headrace::Connection connection_{headrace::Role::kServer, headrace::Options(), now()};
};

}  // namespace

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  sockaddr_in address;
  uv_tcp_t listener;
  uv_ip4_addr("127.0.0.1", argc > 1 ? std::atoi(argv[1]) : 8081, &address);
  uv_tcp_init(loop, &listener);
  uv_tcp_bind(&listener, reinterpret_cast<const sockaddr*>(&address), 0);
  const int failed = uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 128, Client::accept);
  if (failed != 0) return std::fprintf(stderr, "uv_server: %s\n", uv_strerror(failed)), 1;
  return uv_run(loop, UV_RUN_DEFAULT);
}
