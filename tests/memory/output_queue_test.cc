#include "headrace/memory/output_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <gsl/span>
#include <random>
#include <string>
#include <vector>

namespace headrace {
namespace {

void append(OutputQueue* queue, const std::string& text) {
  uint8_t* room = queue->reserve(text.size());
  queue->commit(std::copy(text.begin(), text.end(), room));
}

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string joined(gsl::span<const ConstBuffer> buffers) {
  std::string text;
  for (const ConstBuffer& b : buffers) text.append(reinterpret_cast<const char*>(b.data), b.size);
  return text;
}

void take(OutputQueue* queue, size_t size) {
  queue->sent(size);
  queue->released(size, [](uint32_t, size_t) {});
}

TEST(OutputQueue, NeighboursAreOneRun) {
  OutputQueue queue;
  append(&queue, "ab");
  append(&queue, "cd");
  gsl::span<const ConstBuffer> shown = queue.show(100);
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(joined(shown), "abcd");
}

TEST(OutputQueue, ShowsAtMostWhatWasAskedForAndNeverLess) {
  OutputQueue queue;
  append(&queue, "0123456789");
  EXPECT_EQ(joined(queue.show(4)), "0123");
  EXPECT_EQ(joined(queue.show(2)), "0123") << "what was shown stays shown";
  EXPECT_EQ(joined(queue.show(6)), "012345");
  take(&queue, 3);
  EXPECT_EQ(joined(queue.show(0)), "345");
}

// Also where some octets are sent already: no sum of both overflows.
TEST(OutputQueue, ShowsEverythingWhenAskedForTheMostThatThereIs) {
  OutputQueue queue;
  append(&queue, "0123456789");
  EXPECT_EQ(joined(queue.show(SIZE_MAX)), "0123456789");
  take(&queue, 1);
  append(&queue, "ab");
  EXPECT_EQ(joined(queue.show(SIZE_MAX)), "123456789ab");
}

TEST(OutputQueue, ShownBytesStayWhereTheyAreWhileMoreIsAppended) {
  OutputQueue queue;
  append(&queue, "first");
  const uint8_t* where = queue.show(100)[0].data;
  for (int i = 0; i < 1000; ++i) append(&queue, "another run of bytes");
  gsl::span<const ConstBuffer> shown = queue.show(5);
  EXPECT_EQ(shown[0].data, where);
  EXPECT_EQ(joined(shown).substr(0, 5), "first");
}

TEST(OutputQueue, ReferencesAreNotCopiedAndAreToldWhenReleased) {
  std::string body = "a body that stays where it is";
  OutputQueue queue;
  append(&queue, "head");
  queue.append_reference(octets(body), 7);
  append(&queue, "tail");
  gsl::span<const ConstBuffer> shown = queue.show(1000);
  ASSERT_EQ(shown.size(), 3u);
  EXPECT_EQ(shown[1].data, octets(body).data());

  size_t told = 0;
  auto on_release = [&](uint32_t holder, size_t size) {
    EXPECT_EQ(holder, 7u);
    told += size;
  };
  queue.sent(4 + body.size());
  EXPECT_EQ(told, 0u) << "sent is not released";
  queue.released(4 + body.size() - 1, on_release);
  EXPECT_EQ(told, 0u);
  queue.released(1, on_release);
  EXPECT_EQ(told, body.size());
}

TEST(OutputQueue, BytesThatAreSentButNotReleasedKeepTheirMemory) {
  OutputQueue queue;
  append(&queue, "zero copy");
  const uint8_t* where = queue.show(100)[0].data;
  queue.sent(9);
  append(&queue, "the next bytes");
  EXPECT_EQ(std::memcmp(where, "zero copy", 9), 0);
  EXPECT_EQ(joined(queue.show(100)), "the next bytes");
}

// Everything that goes in comes out once and in order, whatever the sizes and the pace; release
// lags behind send, as with zero-copy sends.
TEST(OutputQueue, KeepsTheOrderAtAnyPace) {
  std::mt19937 random(2026);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> bodies(300);
    OutputQueue queue;
    std::string in;
    std::string out;
    size_t held = 0;
    for (size_t i = 0; i < bodies.size(); ++i) {
      bodies[i] = std::string(random() % 3000 + 1, static_cast<char>('a' + i % 26));
      in += bodies[i];
      if (random() % 2 == 0) {
        append(&queue, bodies[i]);
      } else {
        queue.append_reference(octets(bodies[i]), 1);
      }
      std::string shown = joined(queue.show(random() % 5000));
      size_t size = shown.empty() ? 0 : random() % (shown.size() + 1);
      out += shown.substr(0, size);
      queue.sent(size);
      held += size;
      size_t release = held == 0 ? 0 : random() % (held + 1);
      queue.released(release, [](uint32_t, size_t) {});
      held -= release;
    }
    out += joined(queue.show(in.size()));
    EXPECT_EQ(out, in);
    EXPECT_EQ(queue.end_offset(), in.size());
  }
}

TEST(OutputQueue, TrimsToNothingWhenAllIsOut) {
  OutputQueue queue;
  append(&queue, "bytes");
  queue.show(100);
  queue.trim();
  EXPECT_EQ(joined(queue.show(100)), "bytes") << "nothing that is still to be sent goes";
  take(&queue, 5);
  queue.trim();
  append(&queue, "again");
  EXPECT_EQ(joined(queue.show(100)), "again");
}

// So many octets wait at once, and then go.
void burst(OutputQueue* queue, size_t size) {
  for (size_t at = 0; at < size; at += 1024) append(queue, std::string(1024, 'x'));
  queue->show(size);
  take(queue, size);
  queue->rest();
}

TEST(OutputQueue, WhatABurstTookServesTheNext) {
  constexpr size_t kLarge = 64 * 1024;
  OutputQueue queue;
  burst(&queue, kLarge);
  burst(&queue, kLarge);
  uint64_t warm = queue.allocations();
  for (int i = 0; i < 100; ++i) {
    burst(&queue, kLarge);
    for (int j = 0; j < 30; ++j) burst(&queue, 1024);
  }
  EXPECT_EQ(queue.allocations(), warm);
  // Not for ever: the connection has taken to less.
  for (int i = 0; i < 500; ++i) burst(&queue, 1024);
  EXPECT_EQ(queue.allocations(), warm);
  burst(&queue, kLarge);
  EXPECT_GE(queue.allocations(), warm + 3);
}

}  // namespace
}  // namespace headrace
