#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/stream/scheduler.h"
#include "tests/connection/connection_fixture.h"
#include "tests/connection/test_client.h"

// A scheduler of the application's own (Options::custom_scheduler): what it is told and what it can
// decide. Those that come with the library are shown in tests/transcripts/rfc9218-10.
namespace headrace {
namespace {

namespace ref = reference;
using testing::drain;

// The stream that came last first, by id; it keeps them as it likes.
class LastFirst final : public Scheduler {
 public:
  void add(ScheduledStream* stream) override {
    EXPECT_TRUE(streams_.insert(stream).second) << "added twice";
  }
  void remove(ScheduledStream* stream) override {
    EXPECT_EQ(streams_.erase(stream), 1u) << "not here";
  }
  ScheduledStream* next() const override {
    EXPECT_FALSE(streams_.empty()) << "asked while nobody is here";
    return *streams_.begin();
  }
  void took_turn(ScheduledStream* stream) override {
    EXPECT_EQ(stream, next()) << "a turn that was not given";
    turns += std::to_string(stream->id) + "/" + std::to_string(stream->user_data) + " ";
  }
  bool empty() const { return streams_.empty(); }

  std::string turns;

 private:
  struct Later {
    bool operator()(const ScheduledStream* a, const ScheduledStream* b) const {
      return a->id > b->id;
    }
  };
  std::set<ScheduledStream*, Later> streams_;
};

class SchedulingTest : public testing::ConnectionFixture {
 protected:
  std::unique_ptr<Connection> connected_with(Scheduler* scheduler, int requests,
                                             const ref::Settings& settings = {}) {
    Options custom = options();
    custom.custom_scheduler = scheduler;
    auto connection = connected(custom, requests, settings);
    consume(*connection, ref::encode(ref::WINDOW_UPDATE, 0, 0, ref::u32(1 << 20)));
    for (StreamId id = 1; id < 2u * static_cast<unsigned>(requests); id += 2) {
      EXPECT_TRUE(connection->set_user_data(id, 100 + id).ok());
      EXPECT_TRUE(
          connection
              ->submit_response(id, {{":status", "200"}},
                                Body::owned(std::string(20000, static_cast<char>('0' + id))))
              .ok());
    }
    return connection;
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, SchedulingTest,
                         ::testing::Values(Allocation::kReuse, Allocation::kFresh),
                         testing::mode_name);

std::string data_frames(const std::string& output) {
  std::string text;
  for (const ref::Frame& frame : ref::parse_all(output)) {
    if (frame.type != ref::DATA) continue;
    text += std::to_string(frame.stream_id) + ":" + std::to_string(frame.length) + " ";
  }
  return text;
}

TEST_P(SchedulingTest, TheApplicationDecidesWhoIsNext) {
  LastFirst scheduler;
  auto connection = connected_with(&scheduler, 3);
  EXPECT_EQ(data_frames(drain(connection.get())), "5:16384 5:3616 3:16384 3:3616 1:16384 1:3616 ");
  EXPECT_EQ(scheduler.turns, "5/105 5/105 3/103 3/103 1/101 1/101 ");
  EXPECT_TRUE(scheduler.empty());
}

TEST_P(SchedulingTest, ItNeverSeesAStreamWithoutWindow) {
  LastFirst scheduler;
  auto connection = connected_with(&scheduler, 3, {{ref::INITIAL_WINDOW_SIZE, 1000}});
  EXPECT_EQ(data_frames(drain(connection.get())), "5:1000 3:1000 1:1000 ");
  EXPECT_TRUE(scheduler.empty());
  consume(*connection, ref::encode(ref::WINDOW_UPDATE, 0, 1, ref::u32(10)) +
                           ref::encode(ref::WINDOW_UPDATE, 0, 3, ref::u32(10)));
  EXPECT_EQ(data_frames(drain(connection.get())), "3:10 1:10 ");
  // §6.9.2: all windows move, also those that were open.
  consume(*connection,
          ref::encode(ref::WINDOW_UPDATE, 0, 1, ref::u32(10)) +
              ref::encode(ref::SETTINGS, 0, 0, ref::settings({{ref::INITIAL_WINDOW_SIZE, 900}})));
  EXPECT_TRUE(scheduler.empty());
  consume(*connection,
          ref::encode(ref::SETTINGS, 0, 0, ref::settings({{ref::INITIAL_WINDOW_SIZE, 1001}})));
  EXPECT_EQ(data_frames(drain(connection.get())), "5:1 3:1 1:11 ");
}

TEST_P(SchedulingTest, StreamsThatAreResetAreTakenAway) {
  LastFirst scheduler;
  auto connection = connected_with(&scheduler, 3);
  consume(*connection, ref::encode(ref::RST_STREAM, 0, 5, ref::u32(8)));
  EXPECT_TRUE(connection->reset_stream(3, ErrorCode::kCancel).ok());
  EXPECT_EQ(data_frames(drain(connection.get())), "1:16384 1:3616 ");
}

// A priority does not change under the scheduler's feet: it is taken away and comes back.
TEST_P(SchedulingTest, ItIsToldOfPriorities) {
  class Watch final : public Scheduler {
   public:
    void add(ScheduledStream* stream) override {
      here = stream;
      log += "+" + std::to_string(stream->priority.urgency);
    }
    void remove(ScheduledStream* stream) override {
      here = nullptr;
      log += "-" + std::to_string(stream->priority.urgency);
    }
    ScheduledStream* next() const override { return here; }
    void took_turn(ScheduledStream*) override {}
    ScheduledStream* here = nullptr;
    std::string log;
  };
  Watch watch;
  auto connection = connected_with(&watch, 1);
  consume(*connection, ref::encode(ref::PRIORITY_UPDATE, 0, 0, ref::priority_update(1, "u=1")));
  EXPECT_TRUE(connection->update_priority(1, {6, true}).ok());
  EXPECT_EQ(watch.log, "+3-3+3-3+1-1+6") << "the first signal alone ends that it is incremental";
  drain(connection.get());
  EXPECT_EQ(watch.log, "+3-3+3-3+1-1+6-6");
}

}  // namespace
}  // namespace headrace
