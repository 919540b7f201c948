// A gRPC server without a gRPC library: messages are octets behind a prefix of five
// (https://github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md), and gRPC is HTTP/2 with trailers.
//   bazel run //examples:grpc_echo -- 50051 [CERTIFICATE KEY]
//
// The service of echo.proto:
//
//   /echo.Echo/Unary   the message comes back
//   /echo.Echo/Echo    every message comes back as it arrives: streams both ways
//   /echo.Echo/Repeat  the message of the request comes back ten times: a stream of responses
//   /echo.Echo/Count   how many messages came, as text: a stream of requests
//   others             UNIMPLEMENTED, in trailers only
//
// A client's deadline or cancellation resets the stream, and the call is gone with it. No more of a
// call is held than its flow-control window: credit is given when the answer has taken the octets.

#include <headrace/adapters/epoll/epoll_loop.h>
#include <headrace/adapters/socket/address.h>
#include <headrace/adapters/socket/listener.h>
#include <headrace/adapters/tls/server.h>
#include <headrace/headrace.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace {

using headrace::StreamId;

constexpr size_t kPrefix = 5;           // compressed?, and the length in four octets
constexpr size_t kMostRepeated = 4096;  // octets of a message that is held
constexpr int kRepeats = 10;

std::string framed(const std::string& message) {
  std::string frame(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame.push_back(static_cast<char>(message.size() >> shift));
  }
  return frame + message;
}

// Finds the messages in a call's octets, however they are cut.
class MessageCounter {
 public:
  void add(std::string_view octets) {
    while (!octets.empty()) {
      if (left_ > 0) {
        const size_t taken = std::min(left_, octets.size());
        octets.remove_prefix(taken);
        left_ -= taken;
        continue;
      }
      prefix_.push_back(octets.front());
      octets.remove_prefix(1);
      if (prefix_.size() < kPrefix) continue;
      for (size_t i = 1; i < kPrefix; ++i) left_ = left_ << 8 | static_cast<uint8_t>(prefix_[i]);
      prefix_.clear();
      ++count_;
    }
  }
  size_t count() const { return count_; }

 private:
  std::string prefix_;
  size_t left_ = 0;
  size_t count_ = 0;
};

struct Call {
  enum class Kind { kEcho, kRepeat, kCount } kind = Kind::kEcho;
  std::string waiting;  // octets that the answer has not taken yet
  bool ended = false;   // the request has
  MessageCounter messages;
};

class Calls : public headrace::adapters::Handler {
 public:
  explicit Calls(headrace::Connection& connection) : connection_(connection) {}

  void handle(headrace::EventPtr event) override {
    using namespace headrace;
    std::visit(Overloaded{[&](const RequestReceived& request) { begin(request); },
                          [&](const DataReceived& data) { take(data); },
                          [&](const TrailersReceived& trailers) { end(trailers.stream_id); },
                          [&](const StreamWritable& stream) { send(stream.stream_id); },
                          [&](const StreamClosed& closed) { calls_.erase(closed.stream_id); },
                          [](const auto&) {}},
               *event);
  }
  size_t memory() const override {
    size_t sum = 0;
    for (const auto& [stream, call] : calls_) sum += sizeof(Call) + call.waiting.size();
    return sum;
  }

 private:
  void begin(const headrace::RequestReceived& request) {
    static const std::map<std::string_view, Call::Kind> kMethods = {
        {"/echo.Echo/Unary", Call::Kind::kEcho},
        {"/echo.Echo/Echo", Call::Kind::kEcho},
        {"/echo.Echo/Repeat", Call::Kind::kRepeat},
        {"/echo.Echo/Count", Call::Kind::kCount}};
    const auto method = kMethods.find(request.path());
    if (method == kMethods.end()) return refuse(request.stream_id, "12", "there is no such method");
    calls_[request.stream_id].kind = method->second;
    // An error of a command means that the client has gone meanwhile: StreamClosed follows.
    (void)connection_.submit_response(
        request.stream_id, 200, {{"content-type", "application/grpc"}}, headrace::Body::stream());
    if (request.end_stream) end(request.stream_id);
  }

  // Trailers only: a status in place of a response.
  void refuse(StreamId stream, std::string_view status, std::string_view message) {
    (void)connection_.submit_response(
        stream, 200,
        {{"content-type", "application/grpc"}, {"grpc-status", status}, {"grpc-message", message}});
  }

  void take(const headrace::DataReceived& data) {
    const auto found = calls_.find(data.stream_id);
    if (found == calls_.end()) {
      (void)connection_.credit(data.stream_id, static_cast<uint32_t>(data.bytes.size()));
      return;
    }
    Call& call = found->second;
    call.messages.add(data.bytes.text());
    if (call.kind == Call::Kind::kCount) {
      (void)connection_.credit(data.stream_id, static_cast<uint32_t>(data.bytes.size()));
    } else {
      call.waiting.append(data.bytes.text());
    }
    if (call.kind == Call::Kind::kRepeat && call.waiting.size() > kMostRepeated + kPrefix) {
      call.waiting.clear();
      return finish(data.stream_id, "8", "the message is too long to be repeated");
    }
    if (data.end_stream) return end(data.stream_id);
    if (call.kind == Call::Kind::kEcho) send(data.stream_id);
  }

  // The request has come to its end.
  void end(StreamId stream) {
    const auto found = calls_.find(stream);
    if (found == calls_.end()) return;
    Call& call = found->second;
    call.ended = true;
    if (call.kind == Call::Kind::kCount) {
      const std::string count = std::to_string(call.messages.count());
      // An echo.Message: the first field, of octets, and their number, which is below 128.
      call.waiting = framed("\x0a" + std::string(1, static_cast<char>(count.size())) + count);
    } else if (call.kind == Call::Kind::kRepeat) {
      const std::string message = std::move(call.waiting);
      for (int i = 0; i < kRepeats; ++i) call.waiting.append(message);
    }
    send(stream);
  }

  // Passes on what the stream takes, and ends the response when all of it is through.
  void send(StreamId stream) {
    const auto found = calls_.find(stream);
    if (found == calls_.end()) return;
    Call& call = found->second;
    if (!call.waiting.empty()) {
      const size_t taken = connection_.send_data(stream, call.waiting, false).accepted;
      call.waiting.erase(0, taken);
      if (call.kind == Call::Kind::kEcho) {
        (void)connection_.credit(stream, static_cast<uint32_t>(taken));
      }
    }
    if (call.ended && call.waiting.empty()) finish(stream, "0", "");
  }

  void finish(StreamId stream, std::string_view status, std::string_view message) {
    calls_.erase(stream);
    (void)connection_.send_trailers(stream, {{"grpc-status", status}, {"grpc-message", message}});
  }

  headrace::Connection& connection_;
  std::map<StreamId, Call> calls_;
};

class Echo : public headrace::adapters::Service {
 public:
  std::unique_ptr<headrace::adapters::Handler> open(headrace::Connection& connection,
                                                    headrace::adapters::Driver&) override {
    return std::make_unique<Calls>(connection);
  }
};

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

int fail(const headrace::adapters::Status& status) {
  std::fprintf(stderr, "grpc_echo: %s\n", status.message().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace headrace::adapters;
  if (argc != 2 && argc != 4) {
    return std::fprintf(stderr, "usage: grpc_echo PORT [CERTIFICATE KEY]\n"), 2;
  }
  LoopOptions options;
  options.connection.automatic_credit = false;
  std::unique_ptr<headrace::tls::Server> tls;
  if (argc == 4) {
    const auto identity = headrace::tls::Identity::from_pem(text_of(argv[2]), text_of(argv[3]));
    if (!identity.ok()) return fail(identity.status());
    headrace::tls::ServerOptions tls_options;
    tls_options.identities.push_back(*identity);
    auto made = headrace::tls::Server::create(tls_options);
    if (!made.ok()) return fail(made.status());
    tls = std::move(*made);
    options.secure = tls.get();
  }
  auto listeners = listen_on("127.0.0.1", static_cast<uint16_t>(std::atoi(argv[1])), 1);
  if (!listeners.ok()) return fail(listeners.status());
  Echo echo;
  auto loop = EpollLoop::create(options, &echo);
  if (!loop.ok()) return fail(loop.status());
  std::printf("gRPC on %s\n", SocketAddress::local(listeners->front()).authority().c_str());
  std::fflush(stdout);
  (*loop)->listen(std::move(listeners->front()));
  (*loop)->run();
  return fail((*loop)->failure());
}
