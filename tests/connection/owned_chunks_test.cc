#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/protocol/connection/connection.h"
#include "tests/memory/heap_use.h"

// send_data() of octets that the connection owns from then on, in both versions: where they lie,
// and when they are destroyed. What goes out is in transcripts (contract-commands).
namespace headrace {
namespace {

const TimePoint kNow{};
const std::vector<Field> kPost = {
    {":method", "POST"}, {":scheme", "http"}, {":authority", "example.org"}, {":path", "/"}};

// Octets that count how many of them there are.
struct Octets {
  explicit Octets(std::string text) : text(std::move(text)) { ++live; }
  ~Octets() { --live; }
  Octets(const Octets&) = delete;
  Octets& operator=(const Octets&) = delete;
  static inline int live = 0;

  std::string text;
};

Body chunk_of(char octet, size_t size) {
  auto octets = std::make_unique<Octets>(std::string(size, octet));
  const std::string_view text = octets->text;
  return Body::owned(std::move(octets), text);
}

// Lent by the test, which sees when they are given back.
struct Lent {
  std::string text = std::string(4'000, 'l');
  int given_back = 0;
};
struct GiveBack {
  void operator()(Lent* lent) const { ++lent->given_back; }
};
Body chunk_of(Lent& lent) { return Body::owned(std::unique_ptr<Lent, GiveBack>(&lent), lent.text); }

class OwnedChunksTest : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  // A request with a Body::stream() whose head has left.
  void open(Options options = Options(), std::vector<Field> fields = kPost) {
    options.protocol = GetParam();
    client_ = std::make_unique<Connection>(Role::kClient, options, kNow);
    const RequestResult result = client_->submit_request(fields, Body::stream());
    ASSERT_TRUE(result.ok());
    id_ = result.stream_id;
    // (In HTTP/1.1 the head waits for what it can say about the content.)
    const SendResult sent = client_->send_data(id_, std::string(600, 'h'), false);
    ASSERT_EQ(sent.accepted, 600u);
    drain();
  }
  void drain() {
    size_t size = 0;
    for (const ConstBuffer& span : client_->pending_output(1 << 20)) size += span.size;
    client_->sent(size, kNow);
    sent_ += size;
  }
  // Whether the octet is among what is to be sent, where it lies.
  bool refers_to(const char* octet) {
    const auto* at = reinterpret_cast<const uint8_t*>(octet);
    for (const ConstBuffer& span : client_->pending_output(1 << 20)) {
      if (span.data <= at && at < span.data + span.size) return true;
    }
    return false;
  }
  void take_events() {
    for (EventPtr event : client_->advance(kNow)) {
      if (std::holds_alternative<StreamWritable>(*event)) ++writable_;
    }
  }

  std::unique_ptr<Connection> client_;
  StreamId id_ = 0;
  size_t sent_ = 0;
  int writable_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Versions, OwnedChunksTest,
                         ::testing::Values(ProtocolVersion::kHttp2, ProtocolVersion::kHttp1),
                         [](const auto& version) {
                           return version.param == ProtocolVersion::kHttp2 ? "Http2" : "Http1";
                         });

TEST_P(OwnedChunksTest, OctetsGoOutWhereTheyLieAndAreDestroyedWhenTheyAreSent) {
  open();
  Lent lent;
  ASSERT_EQ(client_->send_data(id_, chunk_of(lent), false).accepted, 4'000u);
  EXPECT_TRUE(refers_to(lent.text.data()));
  EXPECT_TRUE(refers_to(lent.text.data() + 3'999));
  EXPECT_EQ(lent.given_back, 0);
  size_t size = 0;
  for (const ConstBuffer& span : client_->pending_output(1 << 20)) size += span.size;
  client_->sent(size - 100, kNow);
  EXPECT_EQ(lent.given_back, 0) << "some of them have not left";
  client_->sent(100, kNow);
  EXPECT_EQ(lent.given_back, 1);
}

TEST_P(OwnedChunksTest, WithExplicitReleaseTheyAreDestroyedWhenTheyAreReleased) {
  Options options;
  options.explicit_release = true;
  open(options);
  Lent lent;
  ASSERT_EQ(client_->send_data(id_, chunk_of(lent), false).accepted, 4'000u);
  drain();
  EXPECT_EQ(lent.given_back, 0);
  client_->released(sent_ - 100);
  EXPECT_EQ(lent.given_back, 0);
  client_->released(100);
  EXPECT_EQ(lent.given_back, 1);
}

TEST_P(OwnedChunksTest, ChunksAreDestroyedOneByOne) {
  open();
  ASSERT_TRUE(client_->send_data(id_, chunk_of('a', 3'000), false).ok());
  ASSERT_TRUE(client_->send_data(id_, std::string(700, 'c'), false).ok());
  ASSERT_TRUE(client_->send_data(id_, chunk_of('b', 3'000), false).ok());
  EXPECT_EQ(Octets::live, 2);
  size_t size = 0;
  for (const ConstBuffer& span : client_->pending_output(1 << 20)) size += span.size;
  client_->sent(3'300, kNow);
  EXPECT_EQ(Octets::live, 1);
  client_->sent(size - 3'300, kNow);
  EXPECT_EQ(Octets::live, 0);
}

TEST_P(OwnedChunksTest, FewOctetsAreCopied) {
  open();
  Lent lent;
  ASSERT_EQ(client_
                ->send_data(id_,
                            Body::owned(std::unique_ptr<Lent, GiveBack>(&lent),
                                        std::string_view(lent.text).substr(0, 512)),
                            false)
                .accepted,
            512u);
  EXPECT_EQ(lent.given_back, 1);
  EXPECT_FALSE(refers_to(lent.text.data()));
}

TEST_P(OwnedChunksTest, WhatIsNotTakenStaysWithTheCaller) {
  Options options;
  options.send_buffer_size = 1'000;
  open(options);
  ASSERT_EQ(client_->send_data(id_, std::string(999, 'x'), false).accepted, 999u);
  EXPECT_EQ(client_->send_room(id_), 1u);
  Body large = chunk_of('a', 5'000);
  EXPECT_EQ(client_->send_data(id_, std::move(large), false).accepted, 5'000u) << "whole";
  EXPECT_EQ(client_->send_room(id_), 0u);
  Body next = chunk_of('b', 5'000);
  const SendResult refused = client_->send_data(id_, std::move(next), true);
  EXPECT_TRUE(refused.ok());
  EXPECT_EQ(refused.accepted, 0u);
  ASSERT_EQ(next.bytes().size(), 5'000u);
  EXPECT_EQ(next.bytes()[0], 'b');
  EXPECT_EQ(Octets::live, 2);
  take_events();
  EXPECT_EQ(writable_, 0);
  drain();
  take_events();
  EXPECT_EQ(writable_, 1);
  EXPECT_EQ(client_->send_data(id_, std::move(next), true).accepted, 5'000u);
  drain();
  EXPECT_EQ(Octets::live, 0);
}

TEST_P(OwnedChunksTest, AnEmptyOneEndsTheMessage) {
  open();
  ASSERT_TRUE(client_->send_data(id_, Body::owned(std::string()), true).ok());
  EXPECT_EQ(client_->send_data(id_, std::string_view("x"), false).error, SubmitError::kWrongState);
  EXPECT_TRUE(client_->wants_output());
}

TEST_P(OwnedChunksTest, OtherBodiesAreRefusedAndStay) {
  open();
  const std::string text(1'000, 'v');
  Body bodies[] = {Body::none(), Body::view(text), Body::stream(),
                   Body::source([](std::span<uint8_t>) { return BodySource::Filled{}; }),
                   chunk_of('a', 1'000).expect_trailers()};
  for (Body& body : bodies) {
    const Body::Kind kind = body.kind();
    const SendResult result = client_->send_data(id_, std::move(body), false);
    EXPECT_EQ(result.error, SubmitError::kInvalidArgument);
    ASSERT_NE(result.rule, nullptr);
    EXPECT_STREQ(result.rule->section, "connection.h send_data()");
    EXPECT_EQ(body.kind(), kind);
  }
  EXPECT_EQ(Octets::live, 1);
}

// RFC 9110 §8.6.
TEST_P(OwnedChunksTest, MoreThanTheContentLengthIsRefusedAndStays) {
  std::vector<Field> fields = kPost;
  fields.push_back({"content-length", "2600"});
  open(Options(), fields);
  Body chunk = chunk_of('a', 2'001);
  EXPECT_EQ(client_->send_data(id_, std::move(chunk), true).error, SubmitError::kTooLarge);
  EXPECT_EQ(Octets::live, 1);
  EXPECT_EQ(chunk.bytes()[2'000], 'a');
  EXPECT_EQ(client_->send_data(id_, chunk_of('b', 2'000), true).accepted, 2'000u);
}

TEST_P(OwnedChunksTest, AResetDestroysWhatIsNotOnItsWay) {
  open();
  ASSERT_TRUE(client_->send_data(id_, chunk_of('a', 3'000), false).ok());
  (void)client_->pending_output(1'500);
  ASSERT_TRUE(client_->send_data(id_, chunk_of('b', 3'000), false).ok());
  ASSERT_TRUE(client_->send_data(id_, chunk_of('c', 3'000), false).ok());
  EXPECT_EQ(Octets::live, 3);
  ASSERT_TRUE(client_->reset_stream(id_, ErrorCode::kCancel).ok());
  EXPECT_EQ(Octets::live, 1);
  drain();
  take_events();
  client_->trim();
  EXPECT_EQ(Octets::live, 0);
}

TEST_P(OwnedChunksTest, AResetDestroysAtOnceWhatFollowsThatWhichIsHeld) {
  Options options;
  options.explicit_release = true;
  options.send_buffer_size = 1 << 20;
  open(options);
  Lent sent, waiting;
  ASSERT_EQ(client_->send_data(id_, chunk_of(sent), false).accepted, 4'000u);
  drain();
  ASSERT_EQ(client_->send_data(id_, chunk_of(waiting), false).accepted, 4'000u);
  ASSERT_TRUE(client_->reset_stream(id_, ErrorCode::kCancel).ok());
  EXPECT_EQ(waiting.given_back, 1);
  EXPECT_EQ(sent.given_back, 0) << "the transport may still read it";
  client_->released(sent_);
  EXPECT_EQ(sent.given_back, 1);
}

TEST_P(OwnedChunksTest, TheConnectionsEndDestroysThem) {
  open();
  ASSERT_TRUE(client_->send_data(id_, chunk_of('a', 3'000), false).ok());
  (void)client_->pending_output(1'500);
  ASSERT_TRUE(client_->send_data(id_, chunk_of('b', 3'000), false).ok());
  client_.reset();
  EXPECT_EQ(Octets::live, 0);
}

TEST_P(OwnedChunksTest, InTheSteadyStateNothingIsAllocated) {
  Options options;
  options.assumed_concurrent_streams = 100;
  open(options);
  Lent lent;
  const auto send = [&] {
    ASSERT_EQ(client_->send_data(id_, chunk_of(lent), false).accepted, 4'000u);
    ASSERT_EQ(client_->send_data(id_, chunk_of(lent), false).accepted, 4'000u);
    drain();
  };
  send();
  send();
  testing::HeapUse::enter();
  testing::HeapUse::reset_peak();
  send();
  EXPECT_EQ(testing::HeapUse::peak(), 0u);
  testing::HeapUse::leave();
  EXPECT_EQ(lent.given_back, 6);
}

}  // namespace
}  // namespace headrace
