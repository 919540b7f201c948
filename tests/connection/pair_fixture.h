#ifndef HEADRACE_TESTS_CONNECTION_PAIR_FIXTURE_H_
#define HEADRACE_TESTS_CONNECTION_PAIR_FIXTURE_H_

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headrace/protocol/connection/connection.h"

namespace headrace {

inline const std::vector<Field> kGet = {
    {":method", "GET"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", "/"}};

inline std::vector<Field> post(std::string_view path) {
  return {{":method", "POST"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", path}};
}

// A client and a server back to back, without a transport: what one shows the other receives.
// What their applications are told is written down in words.
class PairFixture : public testing::Test {
 protected:
  void start() {
    client_.emplace(Role::kClient, client_options_, now_);
    server_.emplace(Role::kServer, server_options_, now_);
  }

  // A request is under way, and the server may push.
  void start_with_request(std::vector<Field> request) {
    client_options_.enable_push = true;
    answer_ = false;
    start();
    ASSERT_TRUE(client_->submit_request(request).ok());
    run();
  }

  // Until neither side has anything more to say.
  void run() {
    for (bool moved = true; moved;) {
      moved = client_to_server();
      moved = server_to_client() || moved;
    }
  }
  // All that the one has to say now; false: nothing, and the other had no events either.
  bool client_to_server() {
    return move(*client_, *server_, &client_wire_, &server_log_, /*serve=*/true);
  }
  bool server_to_client() {
    return move(*server_, *client_, &server_wire_, &client_log_, /*serve=*/false);
  }

  bool move(Connection& from, Connection& to, std::string* all, std::vector<std::string>* log,
            bool serve) {
    std::vector<uint8_t> wire;
    while (from.wants_output()) {
      size_t size = 0;
      for (const ConstBuffer& span : from.pending_output()) {
        wire.insert(wire.end(), span.data, span.data + span.size);
        size += span.size;
      }
      from.sent(size);
      if (size == 0) break;  // a source has nothing yet
    }
    all->append(wire.begin(), wire.end());
    const size_t before = log->size();
    for (EventPtr event : to.receive(wire, now_)) handle(*event, to, log, serve);
    while (to.has_events()) {
      for (EventPtr event : to.advance(now_)) handle(*event, to, log, serve);
    }
    return !wire.empty() || log->size() > before;
  }

  void handle(const Event& event, Connection& connection, std::vector<std::string>* log,
              bool serve) {
    auto id = [](const auto& e) { return std::to_string(e.stream_id); };
    std::visit(
        Overloaded{
            [&](const RequestReceived& e) {
              log->push_back("request " + id(e) + " " + std::string(e.fields.get(":path")));
              if (serve && answer_) {
                EXPECT_TRUE(
                    connection
                        .submit_response(e.stream_id, {{":status", "200"}}, Body::owned("hello"))
                        .ok());
              }
            },
            [&](const ResponseReceived& e) {
              log->push_back("response " + id(e) + " " + std::to_string(e.status));
            },
            [&](const DataReceived& e) {
              log->push_back("data " + id(e) + " " + std::string(e.bytes.text()) +
                             (e.end_stream ? " end" : ""));
            },
            [&](const TrailersReceived& e) {
              log->push_back("trailers " + id(e) + " " + std::string(e.fields.get("x-sum")));
            },
            [&](const StreamClosed& e) {
              log->push_back("closed " + id(e) + (e.retry_safe ? " retry_safe" : ""));
            },
            [&](const ConnectionClosed& e) {
              log->push_back(std::string("gone ") + to_string(e.error.code));
            },
            [&](const PushPromiseReceived& e) {
              log->push_back("promise " + id(e) + " " + std::to_string(e.promised_stream_id));
            },
            [&](const StreamIdsExhausted&) { log->push_back("ids exhausted"); },
            [](const auto&) {},
        },
        event);
  }

  TimePoint now_ = TimePoint(std::chrono::hours(1));
  Options client_options_;
  Options server_options_;
  bool answer_ = true;
  std::optional<Connection> client_;
  std::optional<Connection> server_;
  std::string client_wire_;  // all that it has sent
  std::string server_wire_;
  std::vector<std::string> client_log_;
  std::vector<std::string> server_log_;
};

}  // namespace headrace

#endif  // HEADRACE_TESTS_CONNECTION_PAIR_FIXTURE_H_
