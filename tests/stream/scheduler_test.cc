// RFC 9218 §10: in which order responses are sent.
#include "headrace/protocol/stream/scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "headrace/protocol/stream/priority_scheduler.h"
#include "headrace/protocol/stream/round_robin_scheduler.h"

namespace headrace {
namespace {

ScheduledStream stream(StreamId id, uint8_t urgency, bool incremental = false) {
  ScheduledStream result;
  result.id = id;
  result.priority = {urgency, incremental};
  return result;
}

// The ids of the next `frames` frames, none of them the last of its stream.
std::string turns(Scheduler* scheduler, int frames) {
  std::string ids;
  for (int i = 0; i < frames; ++i) {
    ScheduledStream* next = scheduler->next();
    EXPECT_EQ(scheduler->next(), next) << "asking changes nothing";
    ids += (i == 0 ? "" : " ") + std::to_string(next->id);
    scheduler->took_turn(next);
  }
  return ids;
}

template <typename... Streams>
void add(Scheduler* scheduler, Streams*... streams) {
  (scheduler->add(streams), ...);
}

TEST(RoundRobinScheduler, GivesEverybodyAFrame) {
  RoundRobinScheduler scheduler;
  ScheduledStream a = stream(5, 0), b = stream(1, 7, true), c = stream(3, 3);
  add(&scheduler, &a, &b, &c);
  EXPECT_EQ(turns(&scheduler, 7), "5 1 3 5 1 3 5");
  scheduler.remove(&b);
  EXPECT_EQ(turns(&scheduler, 4), "3 5 3 5");
}

TEST(PriorityScheduler, SmallerUrgencyFirst) {
  PriorityScheduler scheduler;
  std::vector<ScheduledStream> streams;
  for (uint8_t urgency : {7, 2, 0, 5, 1, 6, 3, 4}) {
    streams.push_back(stream(1 + 2u * urgency, urgency, urgency % 2 == 0));
  }
  for (ScheduledStream& s : streams) scheduler.add(&s);
  for (StreamId id = 1; id <= 15; id += 2) {
    EXPECT_EQ(scheduler.next()->id, id);
    EXPECT_EQ(turns(&scheduler, 2), std::to_string(id) + " " + std::to_string(id));
    scheduler.remove(scheduler.next());
  }
  EXPECT_EQ(scheduler.next(), nullptr);
}

TEST(PriorityScheduler, WhatIsMoreUrgentCutsIn) {
  PriorityScheduler scheduler;
  ScheduledStream a = stream(1, 3), b = stream(3, 2), c = stream(5, 1, true);
  add(&scheduler, &a);
  EXPECT_EQ(turns(&scheduler, 2), "1 1");
  add(&scheduler, &b);
  EXPECT_EQ(turns(&scheduler, 2), "3 3");
  add(&scheduler, &c);
  EXPECT_EQ(turns(&scheduler, 2), "5 5");
  scheduler.remove(&c);
  EXPECT_EQ(turns(&scheduler, 1), "3");
}

// "in ascending order of the stream ID"
TEST(PriorityScheduler, NonIncrementalOnesOneByOneInTheOrderOfTheirIds) {
  PriorityScheduler scheduler;
  ScheduledStream a = stream(1, 3), b = stream(3, 3), c = stream(5, 3), d = stream(7, 3);
  add(&scheduler, &c, &a, &d, &b);
  for (ScheduledStream* s : {&a, &b, &c, &d}) {
    const std::string id = std::to_string(s->id);
    EXPECT_EQ(turns(&scheduler, 3), id + " " + id + " " + id);
    scheduler.remove(s);
  }
}

// It had no window for a while.
TEST(PriorityScheduler, ANonIncrementalOneThatComesBackIsInItsPlaceAgain) {
  PriorityScheduler scheduler;
  ScheduledStream a = stream(1, 3), b = stream(3, 3), c = stream(5, 3);
  add(&scheduler, &a, &b, &c);
  scheduler.remove(&a);
  EXPECT_EQ(turns(&scheduler, 1), "3");
  scheduler.add(&a);
  EXPECT_EQ(turns(&scheduler, 1), "1");
  scheduler.remove(&b);
  scheduler.add(&b);
  scheduler.remove(&a);
  EXPECT_EQ(turns(&scheduler, 1), "3");
}

// "by sharing bandwidth among them"
TEST(PriorityScheduler, IncrementalOnesShare) {
  PriorityScheduler scheduler;
  ScheduledStream a = stream(1, 3, true), b = stream(3, 3, true), c = stream(5, 3, true);
  add(&scheduler, &b, &a, &c);
  EXPECT_EQ(turns(&scheduler, 6), "3 1 5 3 1 5");
  scheduler.remove(&a);
  EXPECT_EQ(turns(&scheduler, 4), "3 5 3 5");
  scheduler.add(&a);
  EXPECT_EQ(turns(&scheduler, 4), "3 5 1 3");
}

// The first of §10's examples: a large non-incremental response, then a small incremental one.
TEST(PriorityScheduler, TheTwoKindsTakeTurnsWithinOneUrgency) {
  PriorityScheduler scheduler;
  ScheduledStream large = stream(1, 3), small = stream(3, 3, true);
  add(&scheduler, &large, &small);
  EXPECT_EQ(turns(&scheduler, 4), "1 3 1 3");
  ScheduledStream b = stream(5, 3), c = stream(7, 3, true), d = stream(9, 3, true);
  add(&scheduler, &b, &c, &d);
  EXPECT_EQ(turns(&scheduler, 8), "1 3 1 7 1 9 1 3");
  scheduler.remove(&large);
  EXPECT_EQ(turns(&scheduler, 4), "5 7 5 9");
}

// A stream's last frame is a turn as well: a hundred short incremental responses hold nobody up.
TEST(PriorityScheduler, ShortResponsesTakeTurnsLikeLongOnes) {
  PriorityScheduler scheduler;
  ScheduledStream script = stream(1, 3);
  std::vector<ScheduledStream> images;
  for (StreamId id = 3; id <= 21; id += 2) images.push_back(stream(id, 3, true));
  scheduler.add(&script);
  for (ScheduledStream& image : images) scheduler.add(&image);
  for (size_t i = 0; i < images.size(); ++i) {
    EXPECT_EQ(turns(&scheduler, 1), "1");
    ScheduledStream* image = scheduler.next();
    EXPECT_EQ(image, &images[i]);
    scheduler.took_turn(image);
    scheduler.remove(image);
  }
}

// The turns of one urgency are none of another's business.
TEST(PriorityScheduler, EachUrgencyHasItsOwnTurns) {
  PriorityScheduler scheduler;
  ScheduledStream a = stream(1, 3), b = stream(3, 3, true), c = stream(5, 0),
                  d = stream(7, 0, true);
  add(&scheduler, &a, &b);
  EXPECT_EQ(turns(&scheduler, 1), "1");
  add(&scheduler, &c, &d);
  EXPECT_EQ(turns(&scheduler, 3), "5 7 5");
  scheduler.remove(&c);
  scheduler.remove(&d);
  EXPECT_EQ(turns(&scheduler, 2), "3 1");
}

// The rules of §10 as they are written, over a plain list: which streams may be next.
class Rules {
 public:
  std::vector<StreamId> may_be_next() const {
    uint8_t urgency = 255;
    for (const ScheduledStream* s : here) urgency = std::min(urgency, s->priority.urgency);
    std::vector<StreamId> result;
    const ScheduledStream* first = nullptr;
    for (const ScheduledStream* s : here) {
      if (s->priority.urgency != urgency) continue;
      if (s->priority.incremental) result.push_back(s->id);
      if (!s->priority.incremental && (first == nullptr || s->id < first->id)) first = s;
    }
    if (first != nullptr) result.push_back(first->id);
    return result;
  }

  std::vector<ScheduledStream*> here;
};

TEST(PriorityScheduler, KeepsTheRulesWhateverHappens) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<ScheduledStream> streams;
    for (StreamId id = 1; id <= 31; id += 2) streams.push_back(stream(id, 3));
    PriorityScheduler scheduler;
    Rules rules;
    std::vector<int> waited(streams.size(), 0);  // turns that somebody of its urgency had
    for (int step = 0; step < 3000; ++step) {
      const size_t index = random() % streams.size();
      ScheduledStream* chosen = &streams[index];
      const auto place = std::find(rules.here.begin(), rules.here.end(), chosen);
      if (random() % 4 == 0) {  // comes or goes
        if (place == rules.here.end()) {
          chosen->priority = {static_cast<uint8_t>(random() % 3 + 3), random() % 2 == 0};
          scheduler.add(chosen);
          rules.here.push_back(chosen);
        } else {
          scheduler.remove(chosen);
          rules.here.erase(place);
        }
        waited[index] = 0;
      }
      if (rules.here.empty()) {
        ASSERT_EQ(scheduler.next(), nullptr);
        continue;
      }
      ScheduledStream* next = scheduler.next();
      const std::vector<StreamId> allowed = rules.may_be_next();
      ASSERT_TRUE(std::count(allowed.begin(), allowed.end(), next->id) == 1) << step;
      scheduler.took_turn(next);
      // Nobody who may be next waits longer than two rounds.
      for (StreamId id : allowed) {
        int& turns_waited = waited[(id - 1) / 2];
        turns_waited = id == next->id ? 0 : turns_waited + 1;
        ASSERT_LE(turns_waited, static_cast<int>(2 * streams.size())) << step;
      }
    }
  }
}

}  // namespace
}  // namespace headrace
