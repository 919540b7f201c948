// gRPC's C++ library as a client and as a server of examples/echo.proto. Of the library under test
// there is nothing in it; it is compiled as programs outside of this repository are.
//
//   grpc_peer client HOST:PORT [AUTHORITIES]       prints a line for each conversation, and "done"
//   grpc_peer server [CERTIFICATE KEY]             prints its port, and "cancelled" for a stream
//   that is

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/support/channel_arguments.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "echo.grpc.pb.h"

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience(120);  // which only something that hangs takes
constexpr int kNoLimit = -1;

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// --- The server.

class Service final : public echo::Echo::Service {
  grpc::Status Unary(grpc::ServerContext*, const echo::Message* asked,
                     echo::Message* answer) override {
    *answer = *asked;
    return grpc::Status::OK;
  }
  grpc::Status Echo(grpc::ServerContext* context,
                    grpc::ServerReaderWriter<echo::Message, echo::Message>* stream) override {
    echo::Message message;
    while (stream->Read(&message) && stream->Write(message)) {
    }
    if (context->IsCancelled()) {
      const std::lock_guard<std::mutex> lock(print_);
      std::puts("cancelled");
      std::fflush(stdout);
    }
    return grpc::Status::OK;
  }
  grpc::Status Repeat(grpc::ServerContext*, const echo::Message* asked,
                      grpc::ServerWriter<echo::Message>* answers) override {
    if (asked->content().size() > 4096) {
      return {grpc::StatusCode::RESOURCE_EXHAUSTED, "the message is too long to be repeated"};
    }
    for (int i = 0; i < 10; ++i) answers->Write(*asked);
    return grpc::Status::OK;
  }
  grpc::Status Count(grpc::ServerContext*, grpc::ServerReader<echo::Message>* asked,
                     echo::Message* answer) override {
    int count = 0;
    for (echo::Message message; asked->Read(&message);) ++count;
    answer->set_content(std::to_string(count));
    return grpc::Status::OK;
  }

  std::mutex print_;
};

int serve(int argc, char** argv) {
  auto credentials = grpc::InsecureServerCredentials();
  if (argc == 4) {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({text_of(argv[3]), text_of(argv[2])});
    credentials = grpc::SslServerCredentials(options);
  }
  Service service;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kNoLimit);
  builder.SetMaxSendMessageSize(kNoLimit);
  // A PING a hundred times a second is not held against a client.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::printf("%d\n", port);
  std::fflush(stdout);
  server->Wait();
  return 0;
}

// --- The client.

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}
void succeed(const grpc::Status& status) {
  require(status.ok(),
          "status " + std::to_string(status.error_code()) + ": " + status.error_message());
}
void fail_with(const grpc::Status& status, grpc::StatusCode code, const std::string& text) {
  require(status.error_code() == code && status.error_message().find(text) != std::string::npos,
          "status " + std::to_string(status.error_code()) + ": " + status.error_message());
}

// A call's context, which ends it if it hangs.
struct Context : grpc::ClientContext {
  explicit Context(milliseconds limit = kPatience) {
    set_deadline(std::chrono::system_clock::now() + limit);
  }
};

echo::Message message_of(std::string content) {
  echo::Message message;
  message.set_content(std::move(content));
  return message;
}

class Client {
 public:
  Client(const char* target, const char* authorities) : target_(target) {
    credentials_ = grpc::InsecureChannelCredentials();
    if (authorities != nullptr) {
      grpc::SslCredentialsOptions options;
      options.pem_root_certs = text_of(authorities);
      credentials_ = grpc::SslCredentials(options);
    }
  }

  // A stub with a connection of its own.
  std::unique_ptr<echo::Echo::Stub> stub(grpc::ChannelArguments arguments = {}) const {
    arguments.SetMaxReceiveMessageSize(kNoLimit);
    arguments.SetMaxSendMessageSize(kNoLimit);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return echo::Echo::NewStub(grpc::CreateCustomChannel(target_, credentials_, arguments));
  }

  static void echo_once(echo::Echo::Stub& to, const std::string& content) {
    Context context;
    echo::Message answer;
    succeed(to.Unary(&context, message_of(content), &answer));
    require(answer.content() == content, "the answer differs");
  }

  void unary() const {
    const auto to = stub();
    std::vector<std::thread> threads;
    std::vector<std::string> failures(8);
    for (std::string& failure : failures) {
      threads.emplace_back([&] {
        try {
          for (size_t i = 0; i < 250; ++i) echo_once(*to, std::string(i, 'x'));
        } catch (const std::exception& error) {
          failure = error.what();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& failure : failures) require(failure.empty(), failure);
  }

  void server_streaming() const {
    const auto to = stub();
    Context context;
    const auto answers = to->Repeat(&context, message_of("again"));
    int count = 0;
    for (echo::Message message; answers->Read(&message); ++count) {
      require(message.content() == "again", "the answer differs");
    }
    succeed(answers->Finish());
    require(count == 10, std::to_string(count) + " answers");
  }

  void client_streaming() const {
    const auto to = stub();
    Context context;
    echo::Message answer;
    const auto requests = to->Count(&context, &answer);
    for (size_t i = 0; i < 500; ++i) {
      require(requests->Write(message_of(std::string(i * 6, 'm'))), "a message is not taken");
    }
    requests->WritesDone();
    succeed(requests->Finish());
    require(answer.content() == "500", answer.content());
  }

  void both_ways() const {
    const auto to = stub();
    Context context;
    const auto stream = to->Echo(&context);
    for (int i = 0; i < 100; ++i) {
      echo::Message answer;
      require(stream->Write(message_of(std::to_string(i))) && stream->Read(&answer),
              "it has ended");
      require(answer.content() == std::to_string(i), answer.content());
    }
    stream->WritesDone();
    echo::Message none;
    require(!stream->Read(&none), "an answer too many");
    succeed(stream->Finish());
  }

  void deadline() const {
    const auto to = stub();
    echo_once(*to, "connected");
    Context context(milliseconds(300));
    const auto stream = to->Echo(&context);
    echo::Message none;
    require(!stream->Read(&none), "it was answered");
    fail_with(stream->Finish(), grpc::StatusCode::DEADLINE_EXCEEDED, "");
    echo_once(*to, "on");
  }

  void cancellation() const {
    const auto to = stub();
    for (int i = 0; i < 100; ++i) {
      Context context;
      const auto stream = to->Echo(&context);
      echo::Message answer;
      require(stream->Write(message_of("one")) && stream->Read(&answer), "it has ended");
      context.TryCancel();
      fail_with(stream->Finish(), grpc::StatusCode::CANCELLED, "");
    }
    echo_once(*to, "on");
  }

  void trailers_only() const {
    const auto channel = grpc::CreateCustomChannel(target_, credentials_, {});
    const grpc::internal::RpcMethod nothing("/echo.Echo/Nothing",
                                            grpc::internal::RpcMethod::NORMAL_RPC);
    Context context;
    echo::Message answer;
    fail_with(grpc::internal::BlockingUnaryCall(channel.get(), nothing, &context,
                                                message_of("content"), &answer),
              grpc::StatusCode::UNIMPLEMENTED, "there is no such method");
  }

  void status_behind_an_answer() const {
    const auto to = stub();
    Context context;
    const auto answers = to->Repeat(&context, message_of(std::string(100'000, 'r')));
    echo::Message none;
    require(!answers->Read(&none), "it was answered");
    fail_with(answers->Finish(), grpc::StatusCode::RESOURCE_EXHAUSTED,
              "the message is too long to be repeated");
  }

  void large() const { echo_once(*stub(), std::string(64'000'000, 'l')); }

  void keepalive() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 100);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    const auto to = stub(arguments);
    Context context;
    const auto stream = to->Echo(&context);
    for (int i = 0; i < 4; ++i) {
      echo::Message answer;
      require(stream->Write(message_of("now")) && stream->Read(&answer), "it has ended");
      std::this_thread::sleep_for(milliseconds(250));  // what is slow here is the client
    }
    stream->WritesDone();
    succeed(stream->Finish());
  }

 private:
  const std::string target_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
};

int converse(int argc, char** argv) {
  const Client client(argv[2], argc == 4 ? argv[3] : nullptr);
  const struct {
    const char* name;
    void (Client::*converse)() const;
  } conversations[] = {
      {"two thousand unary calls on one connection, eight at once", &Client::unary},
      {"a stream of responses", &Client::server_streaming},
      {"a stream of requests", &Client::client_streaming},
      {"a conversation", &Client::both_ways},
      {"a deadline that passes, and the connection goes on", &Client::deadline},
      {"a hundred calls that are cancelled behind their first answer", &Client::cancellation},
      {"a status in trailers only", &Client::trailers_only},
      {"a status behind a response that has begun", &Client::status_behind_an_answer},
      {"a message of 64 MB, there and back", &Client::large},
      {"PINGs within a call are answered", &Client::keepalive},
  };
  for (const auto& one : conversations) {
    try {
      (client.*one.converse)();
      std::printf("ok  %s\n", one.name);
    } catch (const std::exception& error) {
      std::printf("FAILED  %s: %s\n", one.name, error.what());
    }
    std::fflush(stdout);
  }
  std::puts("done");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "server" && (argc == 2 || argc == 4)) return serve(argc, argv);
  if (mode == "client" && (argc == 3 || argc == 4)) return converse(argc, argv);
  return std::fputs("usage: grpc_peer client|server ...\n", stderr), 2;
}
