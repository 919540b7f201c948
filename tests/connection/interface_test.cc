// What a program writes first: the questions that it asks an event, and what it may give.

#include <gtest/gtest.h>
#include <headrace/headrace.h>
#include <headrace/posix.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace headrace {
namespace {

constexpr TimePoint kNow = TimePoint{} + std::chrono::hours(1);

// A client and a server; each keeps the events that it is given.
class InterfaceTest : public ::testing::Test {
 protected:
  void exchange() {
    for (bool moved = true; moved;) {
      moved = move(client_, server_, &server_events_);
      moved = move(server_, client_, &client_events_) || moved;
    }
  }
  static bool move(Connection& from, Connection& to, std::vector<EventPtr>* events) {
    const std::span<const ConstBuffer> output = from.pending_output();
    size_t size = 0;
    std::string bytes;
    for (const ConstBuffer& span : output) {
      bytes.append(reinterpret_cast<const char*>(span.data), span.size);
      size += span.size;
    }
    from.sent(size);
    const size_t before = events->size();
    for (EventPtr event : to.receive(bytes, kNow)) events->push_back(keep(std::move(event)));
    for (EventPtr event : from.advance(kNow)) event.reset();
    return size > 0 || events->size() > before;
  }
  // The only one of its kind.
  template <typename T>
  static const T& only(const std::vector<EventPtr>& events) {
    const T* found = nullptr;
    for (const EventPtr& event : events) {
      if (const T* one = std::get_if<T>(event.get())) {
        EXPECT_EQ(found, nullptr) << "there are two";
        found = one;
      }
    }
    if (found == nullptr) throw std::runtime_error("there is no such event");
    return *found;
  }
  StreamId ask(FieldsView fields, Body body = Body::none(), UserData user_data = {}) {
    const RequestResult result = client_.submit_request(fields, std::move(body), user_data);
    EXPECT_TRUE(result.ok());
    exchange();
    return result.stream_id;
  }

  Connection client_{Role::kClient, {}, kNow};
  Connection server_{Role::kServer, {.complete_heads = false}, kNow};
  std::vector<EventPtr> client_events_;
  std::vector<EventPtr> server_events_;
};

const OwnedFields kRequest = {
    {":method", "GET"}, {":scheme", "https"},    {":authority", "test.org"},
    {":path", "/a?b"},  {"accept", "text/html"}, {"x-list", "1"},
    {"x-list", "2"}};

TEST_F(InterfaceTest, ARequestIsAskedByTheNamesOfItsParts) {
  ask(kRequest);
  const auto& request = only<RequestReceived>(server_events_);
  EXPECT_EQ(request.method(), "GET");
  EXPECT_EQ(request.scheme(), "https");
  EXPECT_EQ(request.authority(), "test.org");
  EXPECT_EQ(request.path(), "/a?b");
  EXPECT_EQ(request.fields.get("accept"), "text/html");
  EXPECT_EQ(request.fields.get("Accept"), "text/html");  // RFC 9110 §5.1
  EXPECT_EQ(request.fields.get("accept-encoding").data(), nullptr);
  std::vector<std::string_view> list;
  for (std::string_view value : request.fields.get_all("x-list")) list.push_back(value);
  EXPECT_EQ(list, (std::vector<std::string_view>{"1", "2"}));
  EXPECT_TRUE(request.fields.get_all("x-none").empty());
}

TEST_F(InterfaceTest, AViewAndOwnedFieldsAnswerTheSame) {
  const FieldsView view = kRequest;
  EXPECT_EQ(view.method(), "GET");
  EXPECT_EQ(view.path(), "/a?b");
  EXPECT_EQ(view.get("X-List"), "1");
  EXPECT_TRUE(view.has("accept"));
  EXPECT_FALSE(view.has("accept-encoding"));
  EXPECT_EQ(*++view.get_all("x-list").begin(), "2");
  EXPECT_EQ(kRequest.get("X-List"), "1");
  EXPECT_EQ(*++kRequest.get_all("x-list").begin(), "2");
}

// RFC 9113 §8.3.1: a request that was translated from HTTP/1.1 may have a host field instead.
TEST_F(InterfaceTest, AuthorityIsThatOfTheHostFieldWhereThereIsNoOther) {
  ask({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {"host", "example.org"}});
  EXPECT_EQ(only<RequestReceived>(server_events_).authority(), "example.org");
}

TEST_F(InterfaceTest, AStatusIsANumberOnTheWayOut) {
  const StreamId id = ask(kRequest);
  ASSERT_TRUE(server_.submit_informational(id, 103, {{"link", "</a.css>"}}).ok());
  ASSERT_TRUE(server_.submit_response(id, 404, {{"server", "test"}}, Body::view("none")).ok());
  exchange();
  EXPECT_EQ(only<InformationalReceived>(client_events_).status, 103);
  const auto& response = only<ResponseReceived>(client_events_);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.fields.size(), 2u);
  EXPECT_EQ(response.fields.get("server"), "test");
}

TEST_F(InterfaceTest, AStatusStandsInFrontOfManyFields) {
  const StreamId id = ask(kRequest);
  OwnedFields fields;
  for (int i = 0; i < 100; ++i) fields.add("x-" + std::to_string(i), std::to_string(i));
  ASSERT_TRUE(server_.submit_response(id, 200, fields).ok());
  exchange();
  const auto& response = only<ResponseReceived>(client_events_);
  EXPECT_EQ(response.fields.size(), 101u);
  EXPECT_EQ(response.fields.get("x-99"), "99");
}

TEST_F(InterfaceTest, AStatusHasThreeDigits) {
  const StreamId id = ask(kRequest);
  for (const int status : {-200, 0, 99, 1000, 70'000}) {
    const SubmitResult result = server_.submit_response(id, status);
    EXPECT_EQ(result.error, SubmitError::kInvalidArgument) << status;
    EXPECT_STREQ(result.rule->section, "RFC 9110 §15");
  }
  EXPECT_TRUE(server_.submit_response(id, 204).ok());
}

struct Download {
  std::string received;
};

TEST_F(InterfaceTest, UserDataIsAnObjectOfTheApplications) {
  Download download;
  const StreamId id = ask(kRequest, Body::none(), &download);
  ASSERT_TRUE(server_.submit_response(id, 200, {}, Body::view("a page")).ok());
  exchange();
  const auto& data = only<DataReceived>(client_events_);
  data.user_data.as<Download>()->received.append(data.bytes.text());
  EXPECT_EQ(download.received, "a page");
}

TEST_F(InterfaceTest, UserDataIsANumber) {
  const StreamId id = ask(kRequest, Body::none(), 7);
  ASSERT_TRUE(server_.submit_response(id, 200).ok());
  exchange();
  EXPECT_EQ(only<ResponseReceived>(client_events_).user_data, 7u);
  EXPECT_EQ(UserData(nullptr).as<Download>(), nullptr);
  EXPECT_EQ(UserData(), 0u);
}

// Says what became of it.
class CountedSource : public BodySource {
 public:
  explicit CountedSource(int* alive) : alive_(alive) { ++*alive_; }
  ~CountedSource() override { --*alive_; }
  Filled fill(std::span<uint8_t> room) override {
    room[0] = 'x';
    return {.size = 1, .end = ++sent_ == 3};
  }

 private:
  int* alive_;
  int sent_ = 0;
};

TEST_F(InterfaceTest, ASourceMayBeTheConnections) {
  int alive = 0;
  const StreamId id = ask(kRequest);
  ASSERT_TRUE(
      server_.submit_response(id, 200, {}, Body::source(std::make_unique<CountedSource>(&alive)))
          .ok());
  EXPECT_EQ(alive, 1);
  exchange();
  EXPECT_EQ(alive, 0);
  std::string received;
  for (const EventPtr& event : client_events_) {
    if (const auto* data = std::get_if<DataReceived>(event.get())) received += data->bytes.text();
  }
  EXPECT_EQ(received, "xxx");
}

TEST_F(InterfaceTest, ASourceOfTheConnectionsGoesWithTheStream) {
  int alive = 0;
  const StreamId id = ask(kRequest);
  ASSERT_TRUE(
      server_.submit_response(id, 200, {}, Body::source(std::make_unique<CountedSource>(&alive)))
          .ok());
  ASSERT_TRUE(server_.reset_stream(id, ErrorCode::kCancel).ok());
  exchange();
  EXPECT_EQ(alive, 0);
}

TEST_F(InterfaceTest, ASourceOfTheConnectionsGoesWithTheConnection) {
  int alive = 0;
  {
    Connection client(Role::kClient, {}, kNow);
    ASSERT_TRUE(
        client.submit_request(kRequest, Body::source(std::make_unique<CountedSource>(&alive)))
            .ok());
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

TEST_F(InterfaceTest, ASourceMayBeAFunction) {
  const StreamId id = ask(kRequest);
  std::string_view left = "made as it goes";
  ASSERT_TRUE(
      server_
          .submit_response(id, 200, {}, Body::source([left](std::span<uint8_t> room) mutable {
                             const size_t size = std::min<size_t>(room.size(), 4);
                             const size_t now = std::min(size, left.size());
                             std::copy_n(left.data(), now, room.data());
                             left.remove_prefix(now);
                             return BodySource::Filled{.size = now, .end = left.empty()};
                           }))
          .ok());
  exchange();
  std::string received;
  for (const EventPtr& event : client_events_) {
    if (const auto* data = std::get_if<DataReceived>(event.get())) received += data->bytes.text();
  }
  EXPECT_EQ(received, "made as it goes");
}

TEST_F(InterfaceTest, DebugDataIsBytesOrText) {
  const std::vector<uint8_t> bytes = {'b', 'y', 'e'};
  const std::vector<std::byte> more = {std::byte{'!'}};
  EXPECT_TRUE(server_.terminate(ErrorCode::kNoError, bytes).ok());
  EXPECT_TRUE(client_.shutdown(more).ok());
  exchange();
  EXPECT_EQ(only<GoawayReceived>(client_events_).debug_data.text(), "bye");
}

TEST(OptionsInterfaceTest, AreWrittenByTheNamesOfWhatIsChanged) {
  const Options options = {.allocation = Allocation::kFresh,
                           .automatic_credit = false,
                           .limits = {.concurrent_streams = 7}};
  EXPECT_EQ(options.limits.concurrent_streams, 7u);
  EXPECT_EQ(options.limits.fields_per_request, Limits().fields_per_request);
  EXPECT_EQ(options.check(Role::kServer), nullptr);
}

TEST_F(InterfaceTest, OutputIsIovecsWithoutACopy) {
  const std::span<const ConstBuffer> output = client_.pending_output();
  const std::span<const iovec> iovecs = to_iovec(output);
  ASSERT_EQ(iovecs.size(), output.size());
  EXPECT_EQ(static_cast<const void*>(iovecs.data()), static_cast<const void*>(output.data()));
  iovec first;
  std::memcpy(&first, iovecs.data(), sizeof(first));
  EXPECT_EQ(first.iov_base, output[0].data);
  EXPECT_EQ(first.iov_len, output[0].size);
}

// writev() fails with more than IOV_MAX (POSIX).
TEST(PosixTest, NoMoreIovecsThanTheSystemTakes) {
  const std::vector<ConstBuffer> output(IOV_MAX + 1, ConstBuffer{nullptr, 0});
  EXPECT_EQ(to_iovec(output).size(), static_cast<size_t>(IOV_MAX));
}

// --- Logs

std::string line(const Event& event) {
  std::ostringstream out;
  out << event;
  EXPECT_EQ(out.str(), describe(event));
  return out.str();
}

TEST(EventLineTest, SaysHowAStreamEnded) {
  StreamClosed closed{};
  closed.stream_id = 3;
  closed.error = ErrorCode::kCancel;
  closed.closed_by = ClosedBy::kPeer;
  EXPECT_EQ(line(closed), "StreamClosed stream 3, CANCEL, by the peer");
  closed.error = ErrorCode::kRefusedStream;
  closed.closed_by = ClosedBy::kTransport;
  closed.retry_safe = true;
  EXPECT_EQ(line(closed),
            "StreamClosed stream 3, REFUSED_STREAM, by the transport, may be tried again");
  closed.body_released = true;
  EXPECT_EQ(line(closed),
            "StreamClosed stream 3, REFUSED_STREAM, by the transport, may be tried again, "
            "its body is released");
  closed.body_released = false;
  static constexpr Rule kRule{"RFC 9113 §5.1", "a rule"};
  closed.closed_by = ClosedBy::kLocal;
  closed.retry_safe = false;
  closed.detail.code = ErrorCode::kStreamClosed;
  closed.detail.rule = &kRule;
  closed.detail.frame = FrameType::kData;
  closed.detail.stream_id = 3;
  EXPECT_EQ(line(closed),
            "StreamClosed stream 3, STREAM_CLOSED: a rule (RFC 9113 §5.1); DATA frame on stream 3, "
            "by us");
}

TEST(EventLineTest, SaysNoMoreThanTheNameWhereThatSaysAll) {
  EXPECT_EQ(line(ResponseSent{1, {}}), "ResponseSent stream 1");
  EXPECT_EQ(line(BodyReleased{1, {}}), "BodyReleased stream 1");
  EXPECT_EQ(line(SettingsAcknowledged{}), "SettingsAcknowledged");
  EXPECT_EQ(line(InformationalReceived{1, {}, false, 103, {}}),
            "InformationalReceived stream 1, 103, 0 fields");
  EXPECT_EQ(line(TrailersReceived{1, {}, true, {}}),
            "TrailersReceived stream 1, 0 fields, end of stream");
}

TEST_F(InterfaceTest, EventsAreLinesForALog) {
  const StreamId id = ask(kRequest);
  ASSERT_TRUE(server_.submit_response(id, 200, {{"server", "test"}}, Body::view("a page")).ok());
  exchange();
  std::vector<std::string> lines;
  for (const EventPtr& event : client_events_) {
    if (std::holds_alternative<SettingsReceived>(*event)) continue;
    if (std::holds_alternative<SettingsAcknowledged>(*event)) continue;
    lines.push_back(line(*event));
  }
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "ResponseReceived stream 1, 200, 1 field",
                       "DataReceived stream 1, 6 octets, end of stream",
                       "StreamClosed stream 1, NO_ERROR, by both ends",
                   }));
  std::string request;
  for (const EventPtr& event : server_events_) {
    if (std::holds_alternative<RequestReceived>(*event)) request = line(*event);
  }
  EXPECT_EQ(request, "RequestReceived stream 1, GET https://test.org/a?b, 3 fields, end of stream");
}

// A log's line stays one, and a terminal is not told anything.
TEST(EventLineTest, TextOfThePeersIsEscaped) {
  Event event = GoawayReceived{.last_stream_id = 5,
                               .error = ErrorCode::kEnhanceYourCalm,
                               .debug_data = Bytes(std::string_view("a\nb\x1b[2J\\"))};
  EXPECT_EQ(line(event),
            "GoawayReceived, last stream 5, ENHANCE_YOUR_CALM, \"a\\x0ab\\x1b[2J\\x5c\"");
}

TEST(EventLineTest, EveryEventHasOne) {
  EXPECT_EQ(line(PingReceived{7}), "PingReceived, 7");
  EXPECT_EQ(line(PingAcknowledged{7, std::chrono::milliseconds(2)}),
            "PingAcknowledged, 7, 2000 us");
  EXPECT_EQ(line(StreamWritable{3, {}}), "StreamWritable stream 3");
  EXPECT_EQ(line(PriorityUpdateReceived{3, {}, {.urgency = 1}}),
            "PriorityUpdateReceived stream 3, urgency 1");
  EXPECT_EQ(line(UnknownFrameReceived{0, 250, 0, {}}),
            "UnknownFrameReceived stream 0, type 250, 0 octets");
  EXPECT_EQ(line(StreamIdsExhausted{}), "StreamIdsExhausted");
}

}  // namespace
}  // namespace headrace
