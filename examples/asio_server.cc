// An HTTP/2 server on Asio with C++20 coroutines: each client has one that reads, and one that
// writes and keeps the time.
//   c++ -std=c++20 asio_server.cc $(pkg-config --cflags --libs headrace)
// (With Boost.Asio, asio:: is boost::asio::.)

#include <headrace/headrace.h>

#include <asio.hpp>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <ranges>
#include <span>
#include <variant>

namespace {

using asio::awaitable;
using asio::ip::tcp;

headrace::TimePoint now() { return std::chrono::steady_clock::now(); }
// An operation's failure comes as a value, not as an exception.
auto into(asio::error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

// Output as Asio takes it: the same memory, no copy.
auto to_asio(std::span<const headrace::ConstBuffer> output) {
  return output | std::views::transform([](const headrace::ConstBuffer& buffer) {
           return asio::const_buffer(buffer.data, buffer.size);
         });
}

// Shared by its two coroutines, and gone with the last.
class Client : public std::enable_shared_from_this<Client> {
 public:
  explicit Client(tcp::socket socket)
      : socket_(std::move(socket)), timer_(socket_.get_executor()) {}

  void start() {
    asio::co_spawn(socket_.get_executor(), read(shared_from_this()), asio::detached);
    asio::co_spawn(socket_.get_executor(), write(shared_from_this()), asio::detached);
  }

 private:
  awaitable<void> read(std::shared_ptr<Client> alive) {
    char bytes[16 * 1024];
    asio::error_code error;
    while (socket_.is_open()) {
      if (!connection_.wants_input()) {  // replies have to go out first
        co_await socket_.async_wait(tcp::socket::wait_write, into(error));
        continue;
      }
      const size_t size = co_await socket_.async_read_some(asio::buffer(bytes), into(error));
      if (error) {
        answer(connection_.end_of_input(now()));
        break;
      }
      answer(connection_.receive({bytes, size}, now()));
      timer_.cancel();  // wakes the writer
    }
    timer_.cancel();
    (void)alive;
  }

  awaitable<void> write(std::shared_ptr<Client> alive) {
    asio::error_code error;
    while (!connection_.should_close()) {
      answer(connection_.advance(now()));
      const auto output = connection_.pending_output();
      if (!output.empty()) {
        const size_t size = co_await socket_.async_write_some(to_asio(output), into(error));
        if (error) break;
        connection_.sent(size, now());
      } else if (!connection_.should_close()) {
        timer_.expires_at(connection_.next_deadline());
        co_await timer_.async_wait(into(error));
      }
    }
    socket_.close();  // ends the reader, too
    (void)alive;
  }

  // A request has come to its end with its head, its body or its trailers.
  void answer(headrace::EventRange&& events) {
    const auto answer_at_end = [&](const auto& got) {
      if constexpr (requires { got.end_stream; }) {
        if (!got.end_stream) return;
        (void)connection_.submit_response(got.stream_id, 200, {},
                                          headrace::Body::view("Hello from Asio\n"));
      }
    };
    for (headrace::EventPtr event : events) std::visit(answer_at_end, *event);
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  headrace::Connection connection_{headrace::Role::kServer, headrace::Options(), now()};
};

awaitable<void> serve(asio::io_context& context, uint16_t port) {
  tcp::acceptor listener(context, {asio::ip::address_v4::loopback(), port});
  while (true) {
    std::make_shared<Client>(co_await listener.async_accept(asio::use_awaitable))->start();
  }
}

}  // namespace

int main(int argc, char** argv) {
  asio::io_context context(1);
  const auto port = static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8081);
  asio::co_spawn(context, serve(context, port), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
}
