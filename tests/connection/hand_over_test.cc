#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <variant>

#include "headrace/protocol/connection/connection.h"
#include "tests/connection/test_client.h"
#include "tests/memory/allocation_counter.h"

// A thread that receives, and another that handles each event before the first goes on. The event
// is the recycled one, never kept: so ThreadSanitizer has to be content with the gate, and must say
// so when there is none.
namespace headrace {
namespace {

namespace ref = reference;
using testing::octets;
using testing::TestClient;

const TimePoint kNow{};

Options options() {
  Options options;
  options.initial_window_size = options.connection_window_size = 1 << 30;
  // The clock stands still.
  options.limits.reset_burst = options.limits.useless_burst = UINT32_MAX;
  return options;
}

// Every kind of frame that a client may send, again and again, a stream a time.
class Traffic {
 public:
  static constexpr size_t kFrames = 13;  // that next() returns

  std::string next() {
    const uint32_t id = next_;
    next_ += 2;
    const std::string head = client_.headers(
        id, false,
        {{":method", "POST"}, {":scheme", "https"}, {":path", "/"}, {"x-id", "a field"}});
    const std::string block = head.substr(9);
    const size_t half = block.size() / 2;
    return ref::encode(ref::HEADERS, 0, id, block.substr(0, half)) +
           ref::encode(ref::CONTINUATION, ref::END_HEADERS, id, block.substr(half)) +
           ref::encode(ref::DATA, ref::PADDED, id, ref::padded("some bytes of a body", 5)) +
           ref::encode(ref::PING, 0, 0, ref::u64(id)) +
           ref::encode(ref::SETTINGS, 0, 0,
                       ref::settings({{ref::INITIAL_WINDOW_SIZE, 65535 + id % 100}})) +
           ref::encode(ref::WINDOW_UPDATE, 0, 0, ref::u32(1)) +
           ref::encode(ref::WINDOW_UPDATE, 0, id, ref::u32(1)) +
           ref::encode(ref::PRIORITY, 0, id, ref::priority(false, 0, 7)) +
           ref::encode(ref::PRIORITY_UPDATE, 0, 0, ref::priority_update(id, "u=1")) +
           ref::encode(0xf0, 0, id, "an extension") +
           ref::encode(ref::GOAWAY, 0, 0, ref::goaway(0, 0, "any time now")) +
           client_.headers(id, true, {{"x-trailer", "the end"}}) +
           ref::encode(ref::RST_STREAM, 0, id, ref::u32(8));
  }

 private:
  TestClient client_;
  uint32_t next_ = 1;
};

// One event in it at a time; who hands it over waits until it was handled.
class Gate {
 public:
  void hand_over(const Event* event) {
    std::unique_lock lock(mutex_);
    event_ = event;
    changed_.notify_one();
    changed_.wait(lock, [&] { return event_ == nullptr; });
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  // Handles one. False: there will be none.
  template <typename Handle>
  bool take(Handle handle) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return event_ != nullptr || closed_; });
    if (event_ == nullptr) return false;
    handle(*event_);
    event_ = nullptr;
    changed_.notify_one();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  const Event* event_ = nullptr;
  bool closed_ = false;
};

void drain_all(Connection* connection) {
  while (connection->wants_output()) testing::drain(connection);
}

// Receives `preface` and then `rounds` times what next() returns, and has every event handled on
// another thread.
template <typename Next, typename Handle>
void hand_over_all(Connection* connection, const std::string& preface, size_t rounds, Next next,
                   Handle handle) {
  Gate gate;
  std::thread consumer([&] {
    while (gate.take(handle)) {
    }
  });
  const auto receive = [&](const std::string& bytes) {
    for (EventPtr event : connection->receive(octets(bytes), kNow)) gate.hand_over(event.get());
    drain_all(connection);
  };
  receive(preface);
  for (size_t i = 0; i < rounds; ++i) receive(next());
  gate.close();
  consumer.join();
  EXPECT_EQ(connection->statistics().implicit_keeps, 0u);
}

TEST(HandOver, OfAHundredThousandFramesThroughAGate) {
  constexpr size_t kRounds = 100'000 / Traffic::kFrames + 1;
  Connection connection(Role::kServer, options(), kNow);
  size_t handled = 0;
  size_t octets_seen = 0;
  size_t closed = 0;
  const auto see = [&](const auto& view) { octets_seen += view.text().size(); };
  const auto handle = [&](const Event& event) {
    ++handled;
    std::visit(
        Overloaded{
            [&](const RequestReceived& e) {
              octets_seen += e.fields.get("x-id").size();
              // The connection is the consumer's, too, for as long as the reader waits.
              EXPECT_TRUE(connection.submit_informational(e.stream_id, {{":status", "103"}}).ok());
            },
            [&](const TrailersReceived& e) { octets_seen += e.fields.get("x-trailer").size(); },
            [&](const DataReceived& e) { see(e.bytes); },
            [&](const UnknownFrameReceived& e) { see(e.payload); },
            [&](const GoawayReceived& e) { see(e.debug_data); },
            [&](const SettingsReceived& e) { octets_seen += e.entries.size(); },
            [&](const StreamClosed&) { ++closed; },
            [](const auto&) {},
        },
        event);
  };
  Traffic traffic;
  hand_over_all(
      &connection, TestClient::preface(), kRounds, [&] { return traffic.next(); }, handle);
  EXPECT_EQ(closed, kRounds);
  // x-id, DATA, the unknown frame, GOAWAY's debug data, x-trailer, a setting.
  EXPECT_EQ(octets_seen, kRounds * (7 + 20 + 12 + 12 + 7 + 1));
  EXPECT_GE(handled, kRounds * 8);
}

// The kinds that only a server sends: interim and final responses, promises, ALTSVC, ORIGIN.
TEST(HandOver, OfWhatAServerSendsThroughAGate) {
  constexpr size_t kRounds = 2000;
  Options client = options();
  client.enable_push = client.receive_altsvc = client.receive_origin = true;
  client.secure_transport = true;
  Connection connection(Role::kClient, client, kNow);
  const auto ask = [&] {
    EXPECT_TRUE(
        connection.submit_request({{":method", "GET"}, {":scheme", "https"}, {":path", "/"}}).ok());
  };
  size_t octets_seen = 0;
  size_t closed = 0;
  const auto handle = [&](const Event& event) {
    std::visit(
        Overloaded{
            [&](const InformationalReceived& e) { octets_seen += e.fields.get("link").size(); },
            [&](const PushPromiseReceived& e) {
              octets_seen += e.fields.get(":authority").size();
              EXPECT_TRUE(connection.reset_stream(e.promised_stream_id, ErrorCode::kCancel).ok());
            },
            [&](const ResponseReceived& e) { octets_seen += e.fields.get("x-id").size(); },
            [&](const DataReceived& e) { octets_seen += e.bytes.size(); },
            [&](const AltSvcReceived& e) { octets_seen += e.value.text().size(); },
            [&](const OriginReceived& e) {
              for (const std::string_view origin : e.origins) octets_seen += origin.size();
            },
            [&](const TrailersReceived& e) { octets_seen += e.fields.get("x-trailer").size(); },
            [&](const StreamClosed& e) {
              ++closed;
              if (e.stream_id % 2 == 1) ask();
            },
            [](const auto&) {},
        },
        event);
  };
  TestClient server;  // it writes frames as well
  uint32_t id = 1;
  const auto next = [&] {
    const std::string promise = server.headers(
        id, false, {{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}});
    std::string frames =
        ref::encode(ref::PUSH_PROMISE, ref::END_HEADERS, id, ref::u32(id + 1) + promise.substr(9));
    frames += server.headers(id, false, {{":status", "103"}, {"link", "</a>"}});
    frames += server.headers(id, false, {{":status", "200"}, {"x-id", "a field"}});
    frames += ref::encode(ref::DATA, ref::PADDED, id, ref::padded("some bytes of a body", 5)) +
              ref::encode(ref::ALTSVC, 0, id, ref::altsvc("", "clear")) +
              ref::encode(ref::ORIGIN, 0, 0, ref::origins({"https://a.example"}));
    frames += server.headers(id, true, {{"x-trailer", "the end"}});
    id += 2;
    return frames;
  };
  ask();
  hand_over_all(&connection, ref::encode(ref::SETTINGS, 0, 0), kRounds, next, handle);
  EXPECT_EQ(closed, 2 * kRounds);
  EXPECT_EQ(octets_seen, kRounds * (1 + 4 + 7 + 20 + 5 + 17 + 7));
}

// The same without the gate: the reader goes on while the consumer looks.
void hand_over_without_gate() {
  Connection connection(Role::kServer, options(), kNow);
  std::atomic<const Event*> shared{nullptr};
  std::atomic<bool> done{false};
  std::atomic<size_t> looks{0};
  std::thread consumer([&] {
    size_t sum = 0;
    while (!done) {
      if (const Event* event = shared) sum += event->index();
      looks.fetch_add(1, std::memory_order_relaxed);  // orders nothing
    }
    shared = nullptr;
    EXPECT_NE(sum, 1u);
  });
  Traffic traffic;
  const auto receive = [&](const std::string& bytes) {
    for (EventPtr event : connection.receive(octets(bytes), kNow)) {
      shared = event.get();
      const size_t before = looks.load(std::memory_order_relaxed);
      while (looks.load(std::memory_order_relaxed) < before + 2) std::this_thread::yield();
    }
    drain_all(&connection);
  };
  receive(TestClient::preface());
  for (size_t i = 0; i < 10; ++i) receive(traffic.next());
  done = true;
  consumer.join();
  std::exit(0);
}

TEST(HandOverDeathTest, WithoutTheGateIsReported) {
  if (!HEADRACE_TSAN) GTEST_SKIP() << "run with --config=tsan";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // 66: what ThreadSanitizer makes of exit().
  EXPECT_EXIT(hand_over_without_gate(), ::testing::ExitedWithCode(66),
              "ThreadSanitizer: data race");
}

}  // namespace
}  // namespace headrace
