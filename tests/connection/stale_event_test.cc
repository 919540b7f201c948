#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <typeinfo>
#include <variant>

#include "headrace/protocol/connection/connection.h"
#include "tests/connection/test_client.h"
#include "tests/memory/stale_report.h"

// The negative controls of the checked builds, as tests/frame/stale_frame_test.cc has them for
// frames: an application that holds on to something of an event, and must be caught.
namespace headrace {
namespace {

using testing::accessor_report;
using testing::kCatchesAccessors;
using testing::kCatchesViews;
using testing::kViewReport;
using testing::look_at;
using testing::octets;
using testing::TestClient;

const TimePoint kNow{};

// A server that has received a request with a body. `take(event)` says what it holds on to.
template <typename Alternative, typename Take>
void hold_on(Allocation allocation, Take take) {
  Options options;
  options.allocation = allocation;
  Connection connection(Role::kServer, options, kNow);
  TestClient client;
  const std::string input = TestClient::preface() + client.request(1, false, "/a/path", "POST") +
                            TestClient::data(1, "not for long", false);
  for (EventPtr event : connection.receive(octets(input), kNow)) {
    if (std::holds_alternative<Alternative>(*event)) take(*event);
  }
}

void read_stale_bytes(Allocation allocation) {
  const uint8_t* stale = nullptr;
  hold_on<DataReceived>(
      allocation, [&](const Event& event) { stale = std::get<DataReceived>(event).bytes.data(); });
  look_at(stale);
}

// The value's characters, and the list that it is in.
void read_stale_value(Allocation allocation) {
  std::string_view stale;
  hold_on<RequestReceived>(allocation, [&](const Event& event) {
    stale = std::get<RequestReceived>(event).fields.get(":path");
  });
  look_at(stale.data());
}
void read_stale_field(Allocation allocation) {
  const Field* stale = nullptr;
  hold_on<RequestReceived>(
      allocation, [&](const Event& event) { stale = &std::get<RequestReceived>(event).fields[0]; });
  look_at(&stale->never_indexed);
}

void look_at_stale_event(Allocation allocation) {
  const DataReceived* stale = nullptr;
  hold_on<DataReceived>(allocation,
                        [&](const Event& event) { stale = &std::get<DataReceived>(event); });
  look_at(&stale->stream_id);
}

// However many events have come meanwhile, and while another is being looked at: one that is
// dropped comes back in no other's guise.
void look_at_the_first_of_many(int events) {
  Connection connection(Role::kServer, Options(), kNow);
  TestClient client;
  std::string input = TestClient::preface() + client.request(1, false, "/a/path", "POST");
  for (int i = 0; i < events; ++i) input += TestClient::data(1, "not for long", false);
  const DataReceived* first = nullptr;
  int seen = 0;
  for (EventPtr event : connection.receive(octets(input), kNow)) {
    const auto* data = std::get_if<DataReceived>(event.get());
    if (data == nullptr) continue;
    if (first == nullptr) first = data;
    if (++seen == events) look_at(&first->end_stream);
  }
}

// What hardened builds catch, too, while the connection is there.
template <typename Alternative, typename Ask>
void ask_stale_event(Ask ask) {
  Connection connection(Role::kServer, Options(), kNow);
  TestClient client;
  const std::string input = TestClient::preface() + client.request(1, false, "/a/path", "POST") +
                            TestClient::data(1, "not for long", false);
  const Event* stale = nullptr;
  for (EventPtr event : connection.receive(octets(input), kNow)) {
    if (std::holds_alternative<Alternative>(*event)) stale = event.get();
  }
  ask(std::get<Alternative>(*stale));
}

// What was taken out of an event before it was kept, one way or the other, is not the kept one's.
enum class Keeps : uint8_t { kExplicitly, kImplicitly, kLeavingEarly };
template <typename Alternative, typename Take>
void look_after_keeping(Keeps keeps, Take take) {
  Connection connection(Role::kServer, Options(), kNow);
  TestClient client;
  const std::string input = TestClient::preface() + client.request(1, false, "/a/path", "POST") +
                            TestClient::data(1, "not for long", false);
  const std::string more = client.request(3, true, "/another");
  const char* stale = nullptr;
  EventPtr kept;
  for (EventPtr event : connection.receive(octets(input), kNow)) {
    if (!std::holds_alternative<Alternative>(*event)) continue;
    stale = take(std::get<Alternative>(*event));
    kept = keeps == Keeps::kExplicitly ? keep(std::move(event)) : std::move(event);
    if (keeps == Keeps::kLeavingEarly) break;
  }
  for (EventPtr event : connection.receive(octets(more), kNow)) {
  }
  look_at(take(std::get<Alternative>(*kept)));
  look_at(stale);
}

class StaleEventDeathTest : public ::testing::TestWithParam<Allocation> {};
std::string mode_name(const ::testing::TestParamInfo<Allocation>& info) {
  return info.param == Allocation::kReuse ? "reuse" : "fresh";
}
INSTANTIATE_TEST_SUITE_P(Modes, StaleEventDeathTest,
                         ::testing::Values(Allocation::kReuse, Allocation::kFresh), mode_name);

TEST_P(StaleEventDeathTest, DataBytes) {
  HEADRACE_SKIP_UNLESS(kCatchesViews);
  EXPECT_DEATH(read_stale_bytes(GetParam()), kViewReport);
}

TEST_P(StaleEventDeathTest, HeaderFields) {
  HEADRACE_SKIP_UNLESS(kCatchesViews);
  EXPECT_DEATH(read_stale_value(GetParam()), kViewReport);
  EXPECT_DEATH(read_stale_field(GetParam()), kViewReport);
}

TEST_P(StaleEventDeathTest, EventObject) {
  HEADRACE_SKIP_UNLESS(kCatchesViews);
  EXPECT_DEATH(look_at_stale_event(GetParam()), kViewReport);
}

TEST(StaleEventDeathTest, ViewsFromBeforeKeep) {
  HEADRACE_SKIP_UNLESS(kCatchesViews);
  for (Keeps keeps : {Keeps::kExplicitly, Keeps::kImplicitly, Keeps::kLeavingEarly}) {
    EXPECT_DEATH(look_after_keeping<RequestReceived>(keeps,
                                                     [](const RequestReceived& request) {
                                                       return request.fields.get(":path").data();
                                                     }),
                 kViewReport);
    EXPECT_DEATH(look_after_keeping<DataReceived>(
                     keeps, [](const DataReceived& data) { return data.bytes.text().data(); }),
                 kViewReport);
  }
}

TEST(StaleEventDeathTest, TheFirstOfMany) {
  HEADRACE_SKIP_UNLESS(kCatchesViews);
  for (int events : {2, 17, 18, 65, 66, 1000}) {
    EXPECT_DEATH(look_at_the_first_of_many(events), kViewReport) << events;
  }
}

TEST(StaleAccessorDeathTest, DataBytes) {
  HEADRACE_SKIP_UNLESS(kCatchesAccessors);
  EXPECT_DEATH(ask_stale_event<DataReceived>([](const DataReceived& data) { data.bytes.text(); }),
               accessor_report("headrace: the bytes of a DataReceived used after it was dropped"));
}

TEST(StaleAccessorDeathTest, HeaderFields) {
  HEADRACE_SKIP_UNLESS(kCatchesAccessors);
  EXPECT_DEATH(
      ask_stale_event<RequestReceived>(
          [](const RequestReceived& request) { EXPECT_EQ(request.fields.get(":path"), ""); }),
      accessor_report("headrace: the fields of a RequestReceived used after it was dropped"));
}

// A plain member is not asked, it is read: there nothing can stop the program, and what is read is
// nobody's. It is stopped by what it does with it.
TEST(StaleEvent, MembersOfAStaleEventAreNobodys) {
  if (!HEADRACE_HARDENED || HEADRACE_ASAN) GTEST_SKIP() << "run with --config=hardened";
  ask_stale_event<DataReceived>([](const DataReceived& data) {
    EXPECT_EQ(data.stream_id, AliveMark::kStaleId);
    EXPECT_EQ(data.user_data, AliveMark::kStaleAddress);
    EXPECT_TRUE(data.end_stream);  // it was false
  });
}

void answer_stale_event(ProtocolVersion protocol) {
  ask_stale_event<RequestReceived>([protocol](const RequestReceived& request) {
    Options options;
    options.protocol = protocol;
    Connection connection(Role::kServer, options, kNow);
    (void)connection.submit_response(request.stream_id, {{":status", "200"}}).ok();
  });
}

TEST(StaleAccessorDeathTest, StreamOfAStaleEvent) {
  HEADRACE_SKIP_UNLESS(kCatchesAccessors);
  const auto report =
      accessor_report("headrace: the stream_id of an event used after it was dropped");
  EXPECT_DEATH(answer_stale_event(ProtocolVersion::kHttp2), report);
  EXPECT_DEATH(answer_stale_event(ProtocolVersion::kHttp1), report);
}

// So that a program and a library of different kinds do not link.
TEST(StaleEvent, EachKindOfBuildHasANamespaceOfItsOwn) {
  constexpr const char* kKind = HEADRACE_HARDENED && HEADRACE_ASAN
                                    ? "31hardened_with_address_sanitizer"
                                : HEADRACE_HARDENED ? "8hardened"
                                : HEADRACE_ASAN     ? "22with_address_sanitizer"
                                                    : "5plain";
  for (const std::string name : {typeid(Event).name(), typeid(Connection).name()}) {
    EXPECT_NE(name.find(kKind), name.npos) << name;
  }
}

}  // namespace
}  // namespace headrace
