// A unit test of an application, without sockets, threads or waiting: <headrace/testing.h> puts a
// client and a server back to back, in virtual time.
//   bazel run //examples:unit_test
// The application is an upload that has a limit. What is tested is what its clients see.

#include <headrace/testing.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <variant>

// --- The application, as a server would have it.

class Upload {
 public:
  static constexpr size_t kLimit = 1000;

  void handle(headrace::Connection& connection, const headrace::Event& event) {
    if (const auto* data = std::get_if<headrace::DataReceived>(&event)) {
      size_t& size = sizes_[data->stream_id];
      size += data->bytes.size();
      if (size > kLimit && !data->end_stream) return answer(connection, data->stream_id, "413");
      if (data->end_stream) answer(connection, data->stream_id, size > kLimit ? "413" : "201");
    } else if (const auto* closed = std::get_if<headrace::StreamClosed>(&event)) {
      sizes_.erase(closed->stream_id);
    }
  }
  size_t under_way() const { return sizes_.size(); }

 private:
  static void answer(headrace::Connection& connection, headrace::StreamId stream,
                     const char* status) {
    // (It may have been answered before, or be gone: no mistake.)
    (void)connection.submit_response(stream, {{":status", status}});
  }

  std::map<headrace::StreamId, size_t> sizes_;  // of the bodies so far
};

// --- The test.

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  std::printf("%s: %s\n", what, holds ? "passed" : "FAILED");
  if (!holds) ++failures;
}

// A client and the application.
struct Test {
  Test() {
    pair.on_server_event([this](headrace::Connection& connection, const headrace::Event& event) {
      upload.handle(connection, event);
    });
    pair.on_client_event([this](headrace::Connection&, const headrace::Event& event) {
      if (const auto* response = std::get_if<headrace::ResponseReceived>(&event)) {
        status = response->status;
      }
    });
  }
  headrace::StreamId post(headrace::Body body) {
    const auto request = pair.client().submit_request(
        {{":method", "POST"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", "/"}},
        std::move(body));
    return request.stream_id;
  }

  headrace::ConnectionPair pair;
  Upload upload;
  int status = 0;  // of the last response
};

}  // namespace

int main() {
  {
    Test test;
    test.post(headrace::Body::owned("a small file"));
    test.pair.run();
    expect(test.status == 201, "a small file is taken");
  }
  {
    Test test;
    test.post(headrace::Body::owned(std::string(10'000, 'x')));
    test.pair.run();
    expect(test.status == 413, "a large file is refused");
  }
  {
    Test test;
    const headrace::StreamId stream = test.post(headrace::Body::stream());
    const auto sent = test.pair.client().send_data(stream, std::string(10, 'x'), false);
    test.pair.run();
    expect(sent.ok() && test.status == 0 && test.upload.under_way() == 1,
           "a slow one is waited for");
    test.pair.disconnect();
    expect(test.upload.under_way() == 0, "nothing is left of a client that is gone");
  }
  {
    Test test;
    test.pair.pass(std::chrono::minutes(4));
    expect(test.pair.server().should_close(),
           "a client that asks nothing for minutes is sent away");
  }
  return failures == 0 ? 0 : 1;
}
