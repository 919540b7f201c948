#include "headrace/protocol/event/event.h"

#include <gtest/gtest.h>

#include <gsl/span>
#include <string>
#include <type_traits>

#include "headrace/field/field_storage.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/frame/foreign_protocol.h"

// own() is what keep() and kFresh stand on: afterwards an event refers to nothing but itself.
namespace headrace {
namespace {

// Bytes and fields that are scribbled over once the event owns its copy of them.
class EventOwnership : public ::testing::Test {
 protected:
  Bytes bytes() { return Bytes(octets()); }
  gsl::span<const uint8_t> octets() const {
    return {reinterpret_cast<const uint8_t*>(text_.data()), text_.size()};
  }
  FieldSection fields() {
    EXPECT_TRUE(storage_.append({name_, value_, true}));
    return FieldSection(storage_);
  }

  template <typename Alternative>
  const Alternative& owned(Alternative alternative) {
    event_ = std::move(alternative);
    own(event_);
    text_.assign(text_.size(), '?');
    name_.assign(name_.size(), '?');
    value_.assign(value_.size(), '?');
    storage_.clear();
    return std::get<Alternative>(event_);
  }
  static void expect_fields(const FieldSection& fields) {
    ASSERT_EQ(fields.size(), 1u);
    EXPECT_EQ(fields[0].name, "name");
    EXPECT_EQ(fields[0].value, "value");
    EXPECT_TRUE(fields[0].never_indexed);
  }

 private:
  // Longer than what std::string keeps inside of itself; with a SETTINGS entry's length.
  std::string text_ = std::string("\x00\x03\x00\x00\x00\x64", 6) + std::string(30, 'x');
  std::string name_ = "name";
  std::string value_ = "value";
  Ledger ledger_{10000};
  FieldStorage storage_{&ledger_};
  Event event_;
};

TEST_F(EventOwnership, RequestReceived) {
  const auto& event = owned(RequestReceived{1, 2, true, fields()});
  expect_fields(event.fields);
  EXPECT_EQ(event.stream_id, 1u);
  EXPECT_EQ(event.user_data, 2u);
  EXPECT_TRUE(event.end_stream);
}

TEST_F(EventOwnership, TrailersReceived) {
  expect_fields(owned(TrailersReceived{1, 2, true, fields()}).fields);
}

TEST_F(EventOwnership, DataReceived) {
  EXPECT_EQ(owned(DataReceived{1, 2, false, bytes()}).bytes.text().substr(6), std::string(30, 'x'));
}

TEST_F(EventOwnership, SettingsReceived) {
  const auto& event = owned(SettingsReceived{SettingsEntries(octets())});
  ASSERT_EQ(event.entries.size(), 6u);
  EXPECT_EQ(event.entries[0], (Setting{SettingId::kMaxConcurrentStreams, 100}));
}

TEST_F(EventOwnership, GoawayReceived) {
  const auto& event = owned(GoawayReceived{7, ErrorCode::kNoError, bytes()});
  EXPECT_EQ(event.debug_data.text().substr(6), std::string(30, 'x'));
  EXPECT_EQ(event.last_stream_id, 7u);
}

TEST_F(EventOwnership, UnknownFrameReceived) {
  EXPECT_EQ(owned(UnknownFrameReceived{1, 0xfa, 0, bytes()}).payload.text().substr(6),
            std::string(30, 'x'));
}

TEST_F(EventOwnership, EventsWithoutBytesStayWhatTheyAre) {
  EXPECT_EQ(owned(PingReceived{42}).opaque, 42u);
  const auto& closed = owned(StreamClosed{3, 4, ErrorCode::kCancel, ClosedBy::kPeer, true, {}});
  EXPECT_EQ(closed.stream_id, 3u);
  EXPECT_EQ(closed.error, ErrorCode::kCancel);
}

TEST(EventPtr, CanOnlyBeMoved) {
  static_assert(!std::is_copy_constructible_v<EventPtr>);
  static_assert(std::is_nothrow_move_constructible_v<EventPtr>);
  static_assert(std::is_same_v<EventPtr::element_type, const Event>);
}

TEST(StreamClosedTest, AServerMayAskForHttp1) {
  StreamClosed one{};
  EXPECT_FALSE(one.asks_for_http1());
  one.closed_by = ClosedBy::kPeer;
  one.error = ErrorCode::kHttp11Required;
  EXPECT_TRUE(one.asks_for_http1());
  one.error = ErrorCode::kRefusedStream;
  EXPECT_FALSE(one.asks_for_http1());
  one.closed_by = ClosedBy::kLocal;
  one.error = ErrorCode::kHttp11Required;
  EXPECT_FALSE(one.asks_for_http1()) << "a request in chunks to a server of HTTP/1.0";
  one.error = ErrorCode::kProtocolError;
  one.detail.rule = &kServerOfHttp1;
  EXPECT_TRUE(one.asks_for_http1());
}

}  // namespace
}  // namespace headrace
