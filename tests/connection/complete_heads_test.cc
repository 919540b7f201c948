#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "headrace/field/field_name.h"
#include "headrace/protocol/connection/connection.h"
#include "tests/connection/test_client.h"
#include "tests/memory/allocation_counter.h"

// Options::complete_heads seen from the application: its fields stay as they are, and a response
// costs no allocation. What is added and left out is in tests/message/response_head_test.cc and in
// the transcripts.
namespace headrace {
namespace {

namespace ref = reference;
using testing::octets;
using testing::TestClient;

const TimePoint kNow{};

class CompleteHeadsTest : public ::testing::Test {
 protected:
  CompleteHeadsTest() : connection_(Role::kServer, Options(), kNow) {
    pass(TestClient::preface({}) + ref::encode(ref::SETTINGS, ref::ACK, 0), {});
    connection_.set_time_of_day(std::chrono::system_clock::time_point(std::chrono::seconds(1)));
  }

  // Receives `bytes`, answers every request with `fields`, and sends everything.
  void pass(const std::string& bytes, FieldsView fields) {
    for (EventPtr event : connection_.receive(octets(bytes), kNow)) {
      if (const auto* request = std::get_if<RequestReceived>(&*event)) {
        ASSERT_TRUE(
            connection_.submit_response(request->stream_id, fields, Body::view(page_)).ok());
      }
    }
    while (connection_.wants_output()) {
      size_t pending = 0;
      for (const ConstBuffer& buffer : connection_.pending_output()) pending += buffer.size;
      connection_.sent(pending);
      for (EventPtr event : connection_.advance(kNow)) {
        ASSERT_EQ(std::get_if<ConnectionClosed>(&*event), nullptr);
      }
    }
  }
  std::string requests() {
    std::string bytes;
    for (int i = 0; i < 10; ++i, next_ += 2) bytes += client_.request(next_, true, "/");
    return bytes;
  }

  std::string page_ = "<html>" + std::string(1000, 'x');
  Connection connection_;
  TestClient client_;
  StreamId next_ = 1;
};

TEST_F(CompleteHeadsTest, AllocatesNothing) {
  if (!testing::kAllocationsCount) GTEST_SKIP() << "checked builds copy what they view";
  const std::vector<Field> given = {{":status", "200"}, {"connection", "close"}, {"x", "y"}};
  size_t allocated = 0;
  for (int i = 0; i < 8; ++i) {
    const std::string bytes = requests();
    const size_t before = testing::allocations();
    pass(bytes, given);
    allocated = testing::allocations() - before;
  }
  EXPECT_EQ(allocated, 0u);
}

TEST_F(CompleteHeadsTest, LeavesTheFieldsAlone) {
  const std::string names = ":statusconnectioncontent-length";
  const std::string values = "200close1006";
  const std::vector<Field> given = {
      {std::string_view(names).substr(0, 7), std::string_view(values).substr(0, 3)},
      {std::string_view(names).substr(7, 10), std::string_view(values).substr(3, 5)},
      {std::string_view(names).substr(17), std::string_view(values).substr(8)}};
  const std::vector<Field> before = given;
  pass(requests(), given);
  EXPECT_EQ(names, ":statusconnectioncontent-length");
  EXPECT_EQ(values, "200close1006");
  for (size_t i = 0; i < given.size(); ++i) {
    EXPECT_EQ(given[i].name.data(), before[i].name.data());
    EXPECT_EQ(given[i].value.data(), before[i].value.data());
    EXPECT_EQ(given[i].known_name, FieldName::kUnresolved);
    EXPECT_EQ(given[i].syntax, FieldSyntax::kUnchecked);
  }
}

}  // namespace
}  // namespace headrace
