#include "headrace/protocol/stream/send_body.h"

#include <gtest/gtest.h>

#include <deque>
#include <gsl/span>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace headrace {
namespace {

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST(SendBody, AViewIsHandedOutWhereItLies) {
  std::string text = "0123456789";
  SendBody body;
  body.start(Body::view(text), 16);
  EXPECT_EQ(body.ready().data(), octets(text).data());
  EXPECT_TRUE(body.stable());
  EXPECT_TRUE(body.owes_release());
  body.consume(4);
  EXPECT_EQ(body.ready().size(), 6u);
  EXPECT_FALSE(body.drained());
  body.consume(6);
  EXPECT_TRUE(body.drained());
}

TEST(SendBody, OwnedBytesMoveIn) {
  SendBody body;
  body.start(Body::owned(std::string("short")), 16);
  EXPECT_EQ(body.ready().size(), 5u);
  EXPECT_FALSE(body.owes_release());
}

// One text that many bodies are of, and that counts them.
struct Shared {
  std::string text = "0123456789";
  int references = 0;
};
struct GiveBack {
  void operator()(Shared* shared) const { --shared->references; }
};
std::unique_ptr<Shared, GiveBack> refer(Shared& shared) {
  ++shared.references;
  return std::unique_ptr<Shared, GiveBack>(&shared);
}

TEST(SendBody, OctetsThatAreSharedAreGivenBack) {
  Shared shared;
  {
    SendBody one, other;
    one.start(Body::owned(refer(shared), shared.text), 16);
    other.start(Body::owned(refer(shared), std::string_view(shared.text).substr(7)), 16);
    EXPECT_EQ(one.ready().data(), octets(shared.text).data()) << "they are not copied";
    EXPECT_EQ(other.ready().size(), 3u);
    EXPECT_FALSE(one.owes_release());
    EXPECT_EQ(shared.references, 2);
    const Body unused = Body::owned(refer(shared), shared.text);
    EXPECT_EQ(unused.size(), 10u);
  }
  EXPECT_EQ(shared.references, 0);
}

TEST(SendBody, TheBufferTakesWhatFitsAndTellsWhenThereIsRoom) {
  BlockPool pool;
  SendBody body;
  body.start(Body::stream(), 8);
  EXPECT_EQ(body.append(octets("0123456789"), &pool), 8u);
  EXPECT_FALSE(body.take_writable());
  body.consume(3);
  EXPECT_FALSE(body.take_writable()) << "less than half is free";
  body.consume(1);
  EXPECT_TRUE(body.take_writable());
  EXPECT_FALSE(body.take_writable()) << "told once";
}

TEST(SendBody, AnAppendThatFitsDoesNotTakeBackThatAnotherDidNot) {
  BlockPool pool;
  SendBody body;
  body.start(Body::stream(), 8);
  EXPECT_EQ(body.append(octets("0123456789"), &pool), 8u);
  body.consume(2);
  EXPECT_EQ(body.append(octets("89"), &pool), 2u);
  EXPECT_EQ(body.append({}, &pool), 0u);
  body.consume(4);
  EXPECT_TRUE(body.take_writable());
}

TEST(SendBody, TheBufferIsARingThatKeepsTheOrder) {
  std::mt19937 random(9113);
  BlockPool pool;
  SendBody body;
  body.start(Body::stream(), 700);
  std::string in;
  std::string out;
  for (int i = 0; i < 5000; ++i) {
    std::string piece(random() % 300, static_cast<char>('a' + i % 26));
    in += piece.substr(0, body.append(octets(piece), &pool));
    gsl::span<const uint8_t> ready = body.ready();
    size_t size = ready.empty() ? 0 : random() % (ready.size() + 1);
    out.append(reinterpret_cast<const char*>(ready.data()), size);
    body.consume(size);
    if (random() % 4 == 0) body.rest();
  }
  EXPECT_EQ(out, in.substr(0, out.size()));
  EXPECT_LE(in.size() - out.size(), 700u);
}

// Instead of copying them: the octets stay, and the next ones go to another block.
TEST(SendBody, ABufferIsLentWhole) {
  BlockPool pool;
  const std::string first(600, 'a'), second(600, 'b');
  SendBody body;
  body.start(Body::stream(), 4096);
  ASSERT_EQ(body.append(octets(first), &pool), 600u);
  EXPECT_FALSE(body.can_lend_buffer(599)) << "more may be appended behind it";
  ASSERT_TRUE(body.can_lend_buffer(600));
  const gsl::span<const uint8_t> lent = body.ready();
  body.hold(600);
  body.lend_buffer(600);
  EXPECT_TRUE(body.ready().empty());
  ASSERT_EQ(body.append(octets(second), &pool), 600u);
  EXPECT_EQ(std::string(lent.begin(), lent.end()), first);
  EXPECT_FALSE(body.can_lend_buffer(600)) << "one at a time";
  EXPECT_FALSE(body.release(600));
  EXPECT_TRUE(body.can_lend_buffer(600));
}

// A finished one in parts, which outlive the stream's end.
TEST(SendBody, AFinishedBufferIsLentInParts) {
  BlockPool pool;
  const std::string text(600, 'a');
  SendBody body;
  body.start(Body::stream(), 4096);
  ASSERT_EQ(body.append(octets(text), &pool), 600u);
  body.finish();
  ASSERT_TRUE(body.can_lend_buffer(500));
  const gsl::span<const uint8_t> lent = body.ready().first(500);
  body.hold(500);
  body.lend_buffer(500);
  EXPECT_EQ(body.ready().size(), 100u);
  body.consume(100);
  body.rest();
  body.cancel();
  EXPECT_TRUE(body.held());
  EXPECT_EQ(std::string(lent.begin(), lent.end()), text.substr(0, 500));
  EXPECT_FALSE(body.release(500));
}

// One body of chunks and copied octets, in every order, cut everywhere, with the output's
// references released in pieces.
TEST(SendBody, ChunksKeepTheirPlaceBetweenCopiedOctets) {
  std::mt19937 random(9113);
  for (int round = 0; round < 200; ++round) {
    BlockPool pool;
    SendBody body;
    body.start(Body::stream(), 3000);
    std::string in, out;
    std::deque<size_t> held;
    for (int i = 0; i < 200; ++i) {
      const std::string piece(random() % 1500, static_cast<char>('a' + i % 26));
      if (random() % 2 == 0) {
        Body chunk = Body::owned(piece);
        const size_t room = body.room();
        const size_t accepted = body.append(std::move(chunk), &pool);
        EXPECT_EQ(accepted, room > 0 ? piece.size() : 0u);
        in += piece.substr(0, accepted);
      } else {
        in += piece.substr(0, body.append(octets(piece), &pool));
      }
      EXPECT_EQ(body.has_something(), in.size() > out.size());
      gsl::span<const uint8_t> ready = body.ready();
      EXPECT_EQ(ready.empty(), in.size() == out.size());
      const size_t size = ready.empty() ? 0 : 1 + random() % ready.size();
      out.append(reinterpret_cast<const char*>(ready.data()), size);
      if (size > 0 && body.stable() && random() % 4 != 0) {
        body.consume(size);
        body.hold(size);
        held.push_back(size);
      } else if (size > 0 && !body.stable() && body.can_lend_buffer(size)) {
        body.lend_buffer(size);
        body.hold(size);
        held.push_back(size);
      } else {
        body.consume(size);
        body.rest();
      }
      while (!held.empty() && random() % 3 == 0) {
        EXPECT_EQ(body.release(held.front()), held.size() > 1);
        held.pop_front();
      }
    }
    EXPECT_EQ(out, in.substr(0, out.size()));
    if (round % 2 == 0) {
      body.finish();
      EXPECT_EQ(body.size_left(), in.size() - out.size());
    }
    body.cancel();
    EXPECT_TRUE(body.ready().empty());
    EXPECT_EQ(body.held(), !held.empty());
    while (!held.empty()) {
      (void)body.release(held.front());
      held.pop_front();
    }
  }
}

TEST(SendBody, CancelDropsWhatWasNotHandedOut) {
  std::string text(100, 'x');
  SendBody body;
  body.start(Body::view(text), 8);
  body.consume(10);
  body.hold(10);
  body.cancel();
  EXPECT_TRUE(body.ready().empty());
  EXPECT_TRUE(body.held());
  EXPECT_TRUE(body.owes_release());
  EXPECT_FALSE(body.release(10));
}

}  // namespace
}  // namespace headrace
