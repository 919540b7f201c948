// A server and eight clients, each on a thread with a loop of its own, over TCP: a thousand
// requests a client with header fields, a body and trailers in both directions. The server sends
// back what it receives, out of the events themselves, and the client compares every octet.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <gsl/span>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/program/environment.h"
#include "headrace/adapters/socket/address.h"
#include "headrace/adapters/socket/connector.h"
#include "headrace/adapters/socket/listener.h"
#include "tests/adapters/loop_kinds.h"
#include "tests/memory/allocation_counter.h"

namespace headrace::adapters {
namespace {

constexpr uint32_t kWorkers = 8;
constexpr uint32_t kRequests = 1000;  // a worker
constexpr uint32_t kAtOnce = 25;

// What a worker's request number so and so is made of: no two are alike.
std::string text_of(uint32_t worker, uint32_t number, size_t size) {
  std::string text(size, '\0');
  uint32_t state = worker * 2654435761u + number;
  for (char& c : text) {
    state = state * 1664525u + 1013904223u;
    c = static_cast<char>('!' + (state >> 24) % 94);
  }
  return text;
}
struct Message {
  Message(uint32_t worker, uint32_t number)
      : path("/" + std::to_string(worker) + "/" + std::to_string(number)),
        field(text_of(worker, number, 1 + number % 200)),
        body(text_of(worker, number + 1, 1 + number * 37 % 3000)),
        trailer(text_of(worker, number + 2, 1 + number % 50)) {}
  std::string path;
  std::string field;
  std::string body;
  std::string trailer;
};

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

class Echo : public Service {
 public:
  std::unique_ptr<Handler> open(Connection& connection, Driver&) override {
    return std::make_unique<EchoHandler>(connection);
  }

 private:
  class EchoHandler : public Handler {
   public:
    explicit EchoHandler(Connection& connection) : connection_(connection) {}
    void handle(EventPtr event) override {
      std::visit(
          Overloaded{
              [&](const RequestReceived& request) {
                const Field head[] = {{":status", "200"},
                                      {"x-path", request.fields.get(":path")},
                                      {"x-field", request.fields.get("x-field")}};
                EXPECT_TRUE(connection_
                                .submit_response(request.stream_id, gsl::span<const Field>(head),
                                                 Body::stream().expect_trailers())
                                .ok());
              },
              [&](const DataReceived& data) {
                EXPECT_EQ(connection_.send_data(data.stream_id, data.bytes, false).accepted,
                          data.bytes.size());
              },
              [&](const TrailersReceived& trailers) {
                EXPECT_TRUE(connection_.send_trailers(trailers.stream_id, trailers.fields).ok());
              },
              [](const auto&) {},
          },
          *event);
    }

   private:
    Connection& connection_;
  };
};

// One client; it stops its loop when all its requests are answered.
class Worker : public Service {
 public:
  Worker(uint32_t number, Loop** loop) : number_(number), loop_(*loop) {}
  std::unique_ptr<Handler> open(Connection& connection, Driver&) override {
    connection_ = &connection;
    for (uint32_t i = 0; i < kAtOnce; ++i) send_next();
    return std::make_unique<WorkerHandler>(*this);
  }
  void connect_failed(int error) override {
    ADD_FAILURE() << "errno " << error;
    loop_->stop();
  }

  uint32_t answered = 0;
  uint64_t implicit_keeps = 0;

 private:
  struct Exchange {
    uint32_t number;
    std::string body = {};  // so far
    int parts = 0;          // head and trailers that have come, and were right
  };
  class WorkerHandler : public Handler {
   public:
    explicit WorkerHandler(Worker& worker) : worker_(worker) {}
    void handle(EventPtr event) override { worker_.handle(*event); }

   private:
    Worker& worker_;
  };

  void send_next() {
    if (sent_ == kRequests) return;
    const uint32_t number = sent_++;
    const Message message(number_, number);
    exchanges_.push_back({number});
    const Field head[] = {{":method", "POST"},
                          {":scheme", "http"},
                          {":authority", "test"},
                          {":path", message.path},
                          {"x-field", message.field}};
    const RequestResult result = connection_->submit_request(
        gsl::span<const Field>(head), Body::stream().expect_trailers(), number);
    ASSERT_TRUE(result.ok());
    ASSERT_EQ(connection_->send_data(result.stream_id, octets(message.body), false).accepted,
              message.body.size());
    ASSERT_TRUE(
        connection_->send_trailers(result.stream_id, {{"x-trailer", message.trailer}}).ok());
  }

  void handle(const Event& event) {
    std::visit(
        Overloaded{
            [&](const ResponseReceived& response) {
              const Message message(number_, static_cast<uint32_t>(response.user_data));
              EXPECT_EQ(response.status, 200);
              EXPECT_EQ(response.fields.get("x-path"), message.path);
              EXPECT_EQ(response.fields.get("x-field"), message.field);
              EXPECT_EQ(response.fields.size(), 3u);
              ++exchanges_[response.user_data].parts;
            },
            [&](const DataReceived& data) { exchanges_[data.user_data].body += data.bytes.text(); },
            [&](const TrailersReceived& trailers) {
              const Message message(number_, static_cast<uint32_t>(trailers.user_data));
              EXPECT_EQ(trailers.fields.get("x-trailer"), message.trailer);
              ++exchanges_[trailers.user_data].parts;
            },
            [&](const StreamClosed& closed) { end(closed); },
            [](const auto&) {},
        },
        event);
  }
  void end(const StreamClosed& closed) {
    Exchange& exchange = exchanges_[closed.user_data];
    EXPECT_EQ(closed.error, ErrorCode::kNoError);
    EXPECT_EQ(exchange.parts, 2);
    EXPECT_TRUE(exchange.body == Message(number_, exchange.number).body);
    exchange.body = {};
    ++answered;
    send_next();
    if (answered < kRequests) return;
    implicit_keeps = connection_->statistics().implicit_keeps;
    loop_->stop();
  }

  const uint32_t number_;
  Loop*& loop_;
  Connection* connection_ = nullptr;
  uint32_t sent_ = 0;
  std::vector<Exchange> exchanges_;  // by their number
};

// How the mode is chosen: as a program says, or as its operator does.
struct Mode {
  const char* name;
  const LoopKind* loop;
  const char* flag;
  const char* environment;
  Allocation means;
};
const Mode kModes[] = {
    {"reuse", &kLoopKinds[0], "reuse", nullptr, Allocation::kReuse},
    {"fresh", &kLoopKinds[0], "fresh", nullptr, Allocation::kFresh},
    {"switched_off", &kLoopKinds[0], "reuse", "0", Allocation::kFresh},
    {"io_uring_reuse", &kLoopKinds[1], "reuse", nullptr, Allocation::kReuse},
};
std::ostream& operator<<(std::ostream& out, const Mode& mode) { return out << mode.name; }

class EndToEnd : public ::testing::TestWithParam<Mode> {
 protected:
  std::unique_ptr<Loop> make_loop(Service* service) {
    LoopOptions options;
    options.connection = connection_options();
    auto loop = GetParam().loop->make(options, service);
    EXPECT_TRUE(loop.ok()) << loop.status();
    return loop.ok() ? std::move(*loop) : nullptr;
  }
  Options connection_options() const {
    Options options;
    options.allocation = allocation_;
    options.complete_heads = false;  // they are compared with what was submitted
    return options;
  }
  void SetUp() override {
    if (HEADRACE_TSAN && GetParam().loop != &kLoopKinds[0]) {
      GTEST_SKIP() << "ThreadSanitizer does not see what the kernel writes";
    }
    if (GetParam().environment != nullptr) {
      setenv("HEADRACE_REUSE_FRAMES", GetParam().environment, 1);
    }
    const auto allocation = program::read_allocation(GetParam().flag);
    unsetenv("HEADRACE_REUSE_FRAMES");
    ASSERT_TRUE(allocation.ok());
    allocation_ = *allocation;
    ASSERT_EQ(allocation_, GetParam().means);
  }

  Allocation allocation_ = Allocation::kReuse;
};

TEST_P(EndToEnd, EightWorkersAndEveryOctet) {
  Echo echo;
  const std::unique_ptr<Loop> server = make_loop(&echo);
  ASSERT_NE(server, nullptr);
  auto sockets = listen_on("127.0.0.1", 0, 1);
  ASSERT_TRUE(sockets.ok()) << sockets.status();
  const SocketAddress address = SocketAddress::local(sockets->front());
  server->listen(std::move(sockets->front()));
  std::thread server_thread([&] { server->run(); });

  std::atomic<uint32_t> answered{0};
  std::atomic<uint64_t> implicit_keeps{0};
  std::vector<std::thread> workers;
  for (uint32_t number = 0; number < kWorkers; ++number) {
    workers.emplace_back([&, number] {
      Loop* at = nullptr;
      Worker worker(number, &at);
      const std::unique_ptr<Loop> loop = make_loop(nullptr);
      at = loop.get();
      auto socket = start_connecting(address);
      ASSERT_TRUE(socket.ok()) << socket.status();
      loop->connect(std::move(*socket), connection_options(), &worker);
      loop->run();
      answered += worker.answered;
      implicit_keeps += worker.implicit_keeps;
    });
  }
  for (std::thread& worker : workers) worker.join();
  server->stop();
  server_thread.join();
  EXPECT_EQ(answered, kWorkers * kRequests);
  EXPECT_EQ(implicit_keeps, 0u);
}

INSTANTIATE_TEST_SUITE_P(Modes, EndToEnd, ::testing::ValuesIn(kModes),
                         [](const auto& mode) { return std::string(mode.param.name); });

}  // namespace
}  // namespace headrace::adapters
