#ifndef HEADRACE_TESTS_CONNECTION_CONNECTION_FIXTURE_H_
#define HEADRACE_TESTS_CONNECTION_CONNECTION_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/connection/test_client.h"

namespace headrace::testing {

inline const TimePoint kNow{};

template <typename Alternative>
size_t kind() {
  return Event(Alternative{}).index();
}

// Tests of one connection, in both allocation modes.
class ConnectionFixture : public ::testing::TestWithParam<Allocation> {
 protected:
  Options options() const {
    Options options;
    options.allocation = GetParam();
    options.complete_heads = false;  // what is submitted is what is sent
    return options;
  }
  // A connection that has exchanged prefaces and received `requests` GETs on streams 1, 3, ...
  std::unique_ptr<Connection> connected(const Options& options, int requests = 0,
                                        const reference::Settings& settings = {}) {
    auto connection = std::make_unique<Connection>(Role::kServer, options, kNow);
    consume(*connection, TestClient::preface(settings));
    drain(connection.get());
    for (int i = 0; i < requests; ++i) consume(*connection, client_.request(2 * i + 1, true));
    return connection;
  }
  void consume(Connection& connection, const std::string& bytes) {
    for (EventPtr event : connection.receive(octets(bytes), kNow)) event.reset();
  }
  // The indices of the events that come without input.
  std::vector<size_t> quiet_events(Connection& connection) {
    std::vector<size_t> kinds;
    for (EventPtr event : connection.advance(kNow)) kinds.push_back(event->index());
    return kinds;
  }

  TestClient client_;
};

inline std::string mode_name(const ::testing::TestParamInfo<Allocation>& info) {
  return info.param == Allocation::kReuse ? "reuse" : "fresh";
}

}  // namespace headrace::testing

#endif  // HEADRACE_TESTS_CONNECTION_CONNECTION_FIXTURE_H_
