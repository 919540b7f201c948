#include <gtest/gtest.h>

#include <gsl/span>
#include <new>
#include <string>

#include "headrace/protocol/connection/connection.h"
#include "tests/connection/test_client.h"
#include "tests/memory/allocation_counter.h"

// What kReuse promises: in the steady state no heap allocation for a frame, a field block, a
// request with its response, a control frame with its acknowledgement.
namespace headrace {
namespace {

namespace ref = reference;
using testing::octets;
using testing::TestClient;

const TimePoint kNow{};

class SteadyState {
 public:
  SteadyState() : connection_(Role::kServer, options(), kNow) {
    pass(TestClient::preface({{ref::INITIAL_WINDOW_SIZE, 1 << 20}}) +
         ref::encode(ref::WINDOW_UPDATE, 0, 0, ref::u32(1 << 30)) +
         ref::encode(ref::SETTINGS, ref::ACK, 0));
  }

  // Receives `bytes` in pieces of `size`, answers every request, drains the output.
  void pass(const std::string& bytes, size_t size = 65536) {
    for (size_t at = 0; at < bytes.size(); at += size) {
      handle(connection_.receive(octets(std::string_view(bytes).substr(at, size)), kNow));
      while (connection_.wants_output()) {
        size_t pending = 0;
        for (const ConstBuffer& buffer : connection_.pending_output()) pending += buffer.size;
        connection_.sent(pending);
        if (connection_.has_events()) handle(connection_.advance(kNow));
      }
    }
  }

  // Allocations of the last of some passes over what `make()` returns.
  template <typename Make>
  size_t allocations_when_warm(Make make, size_t size = 65536) {
    size_t counted = 0;
    for (int i = 0; i < 8; ++i) {
      std::string bytes = make();
      size_t before = testing::allocations();
      pass(bytes, size);
      counted = testing::allocations() - before;
    }
    return counted;
  }

 private:
  static Options options() {
    Options options;
    options.initial_window_size = 1 << 20;
    options.connection_window_size = 1 << 20;
    return options;
  }
  template <typename Range>
  void handle(Range&& range) {
    for (EventPtr event : range) {
      if (auto* request = std::get_if<RequestReceived>(&*event)) {
        if (request->end_stream) respond(request->stream_id);
      } else if (auto* data = std::get_if<DataReceived>(&*event)) {
        if (data->end_stream) respond(data->stream_id);
      }
      ASSERT_EQ(std::get_if<ConnectionClosed>(&*event), nullptr);
    }
  }
  void respond(StreamId id) {
    Field fields[] = {{":status", "200"},
                      {"content-type", "text/html; charset=utf-8"},
                      {"server", "headrace"},
                      {"cache-control", "max-age=3600"}};
    ASSERT_TRUE(
        connection_.submit_response(id, gsl::span<const Field>(fields), Body::view(page_)).ok());
  }

  std::string page_ = std::string(1024, 'x');
  Connection connection_;
};

class AllocationsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::kAllocationsCount) GTEST_SKIP() << "checked builds copy what they view";
    const size_t before = testing::allocations();
    ::operator delete(::operator new(100));
    ASSERT_EQ(testing::allocations(), before + 1) << "nothing is counted";
  }
  SteadyState state_;
  TestClient client_;
  StreamId next_ = 1;
};

TEST_F(AllocationsTest, NoneForARequestAndItsResponse) {
  auto requests = [&] {
    std::string bytes;
    for (int i = 0; i < 100; ++i, next_ += 2)
      bytes += client_.request(next_, true, "/a/path?of=it");
    return bytes;
  };
  EXPECT_EQ(state_.allocations_when_warm(requests), 0u);
}

TEST_F(AllocationsTest, NoneForFramesThatAreCut) {
  auto requests = [&] {
    std::string bytes;
    for (int i = 0; i < 50; ++i, next_ += 2) bytes += client_.request(next_, true, "/a/path?of=it");
    return bytes;
  };
  EXPECT_EQ(state_.allocations_when_warm(requests, 37), 0u);
}

TEST_F(AllocationsTest, NoneForFieldBlocksInPieces) {
  ref::HpackEncoder encoder;
  auto requests = [&] {
    std::string bytes;
    for (int i = 0; i < 50; ++i, next_ += 2) {
      std::string block =
          encoder.encode({{":method", "GET"},
                          {":scheme", "https"},
                          {":authority", "example.org"},
                          {":path", "/" + std::string(300, 'p') + std::to_string(next_)},
                          {"cookie", std::string(100, 'c')},
                          {"cookie", std::string(50, 'd')}});
      bytes += ref::encode(ref::HEADERS, ref::END_STREAM, next_, block.substr(0, 100)) +
               ref::encode(ref::CONTINUATION, 0, next_, block.substr(100, 100)) +
               ref::encode(ref::CONTINUATION, ref::END_HEADERS, next_, block.substr(200));
    }
    return bytes;
  };
  EXPECT_EQ(state_.allocations_when_warm(requests), 0u);
}

TEST_F(AllocationsTest, NoneForControlFramesAndTheirAnswers) {
  auto frames = [] {
    std::string bytes;
    for (int i = 0; i < 30; ++i) {
      bytes +=
          ref::encode(ref::PING, 0, 0, ref::u64(i)) +
          ref::encode(ref::SETTINGS, 0, 0,
                      ref::settings({{ref::INITIAL_WINDOW_SIZE, i % 2 == 0 ? 65535u : 70000u}})) +
          ref::encode(ref::WINDOW_UPDATE, 0, 0, ref::u32(1));
    }
    return bytes;
  };
  EXPECT_EQ(state_.allocations_when_warm(frames), 0u);
}

TEST_F(AllocationsTest, NoneForDataAndItsCredit) {
  state_.pass(client_.request(next_, false, "/upload", "POST"));
  auto data = [&] {
    std::string bytes;
    for (int i = 0; i < 64; ++i) bytes += TestClient::data(next_, std::string(16384, 'd'), false);
    return bytes;
  };
  EXPECT_EQ(state_.allocations_when_warm(data), 0u);
}

}  // namespace
}  // namespace headrace
