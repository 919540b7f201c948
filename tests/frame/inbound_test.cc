#include "headrace/protocol/frame/inbound.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/protocol/frame/client_preface.h"
#include "tests/reference/frames.h"

namespace headrace {
namespace {

using Items = std::vector<std::string>;

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

gsl::span<const uint8_t> octets(std::string&&) = delete;  // gone before they are read

std::string frame(uint8_t type, uint8_t flags, const std::string& payload) {
  return reference::encode(type, flags, 1, payload);
}

// PING is taken, DATA streamed, what has type 0x42 skipped.
class InboundTest : public testing::Test {
 protected:
  static void read(Inbound* inbound, Items* items) {
    for (;;) {
      switch (inbound->next()) {
        case Inbound::Item::kNothing:
          return;
        case Inbound::Item::kHeader: {
          const FrameType type = inbound->header().type;
          items->push_back("header " + std::to_string(static_cast<int>(type)));
          inbound->decide(type == FrameType::kData               ? FrameFate::kStream
                          : type == static_cast<FrameType>(0x42) ? FrameFate::kSkip
                                                                 : FrameFate::kTake);
          break;
        }
        case Inbound::Item::kFrame:
          items->push_back("frame " + text(*inbound));
          break;
        case Inbound::Item::kPadLength:
          items->push_back("padding " + std::to_string(inbound->pad_length()));
          inbound->set_padding(inbound->pad_length());
          break;
        case Inbound::Item::kPiece:
          // Neighbours are joined, so that the cut of the input does not show.
          if (items->back().rfind("piece ", 0) != 0) items->push_back("piece ");
          items->back() += text(*inbound);
          if (inbound->frame_ended()) items->push_back("end");
          break;
        case Inbound::Item::kPadding:
          if (inbound->frame_ended()) items->push_back("end");
          break;
        case Inbound::Item::kForeign:
          items->push_back("foreign " + std::to_string(inbound->mismatch().matched) +
                           static_cast<char>(inbound->mismatch().octet));
          return;
      }
    }
  }
  static std::string text(const Inbound& inbound) {
    return {inbound.payload().begin(), inbound.payload().end()};
  }
  // The items of `input`, cut into pieces of `size` octets.
  static Items items(const std::string& input, size_t size, bool with_preface = false) {
    Ledger ledger(std::numeric_limits<size_t>::max());
    Inbound inbound(&ledger, &ledger, with_preface);
    Items all;
    for (size_t at = 0; at < input.size(); at += size) {
      const std::string piece = input.substr(at, size);
      inbound.give(octets(piece));
      read(&inbound, &all);
      EXPECT_TRUE(inbound.keep_rest());
    }
    return all;
  }
  static void expect_at_every_cut(const std::string& input, const Items& expected,
                                  bool with_preface = false) {
    for (size_t size = 1; size <= input.size(); ++size) {
      EXPECT_EQ(items(input, size, with_preface), expected) << "pieces of " << size;
    }
  }
};

TEST_F(InboundTest, HandsTheHeaderOutBeforeThePayloadIsThere) {
  Ledger ledger(std::numeric_limits<size_t>::max());
  Inbound inbound(&ledger, &ledger, false);
  const std::string ping = frame(reference::PING, 0, "12345678");
  const std::string header = ping.substr(0, 9);
  inbound.give(octets(header));
  EXPECT_TRUE(inbound.between_frames());
  EXPECT_EQ(inbound.next(), Inbound::Item::kHeader);
  EXPECT_EQ(inbound.header().length, 8u);
  EXPECT_FALSE(inbound.between_frames());
  inbound.decide(FrameFate::kTake);
  EXPECT_EQ(inbound.next(), Inbound::Item::kNothing);
  ASSERT_TRUE(inbound.keep_rest());
  const std::string rest = ping.substr(9);
  inbound.give(octets(rest));
  EXPECT_EQ(inbound.next(), Inbound::Item::kFrame);
  EXPECT_EQ(text(inbound), "12345678");
  EXPECT_TRUE(inbound.between_frames());
}

TEST_F(InboundTest, HandsOutAFrameWhereItLies) {
  Ledger ledger(std::numeric_limits<size_t>::max());
  Inbound inbound(&ledger, &ledger, false);
  const std::string ping = frame(reference::PING, 0, "12345678");
  inbound.give(octets(ping));
  EXPECT_EQ(inbound.next(), Inbound::Item::kHeader);
  inbound.decide(FrameFate::kTake);
  EXPECT_EQ(inbound.next(), Inbound::Item::kFrame);
  EXPECT_EQ(inbound.payload().data(), octets(ping).data() + 9);
  EXPECT_EQ(ledger.live(), 0u);
}

TEST_F(InboundTest, DoesNotDependOnTheCut) {
  expect_at_every_cut(frame(reference::PING, 0, "12345678") + frame(0x42, 0, "skipped") +
                          frame(0x42, 0, "") + frame(reference::DATA, 0, "data") +
                          frame(reference::SETTINGS, 0, ""),
                      {"header 6", "frame 12345678", "header 66", "header 66", "header 0",
                       "piece data", "end", "header 4", "frame "});
}

TEST_F(InboundTest, ReadsPastPadding) {
  const std::string padded = std::string(1, '\3') + "data" + std::string(3, '\0');
  const std::string only = std::string(1, '\2') + std::string(2, '\0');
  expect_at_every_cut(frame(reference::DATA, reference::PADDED, padded) +
                          frame(reference::DATA, reference::PADDED, only) +
                          frame(reference::DATA, reference::PADDED, std::string(1, '\0')),
                      {"header 0", "padding 3", "piece data", "end", "header 0", "padding 2",
                       "piece ", "end", "header 0", "padding 0", "piece ", "end"});
}

TEST_F(InboundTest, AnEmptyFrameThatIsStreamedIsOneEmptyPiece) {
  expect_at_every_cut(frame(reference::DATA, 0, ""), {"header 0", "piece ", "end"});
}

// RFC 9113 §3.4
TEST_F(InboundTest, ReadsPastTheClientPreface) {
  const std::string preface(kClientPreface.begin(), kClientPreface.end());
  expect_at_every_cut(preface + frame(reference::SETTINGS, 0, ""), {"header 4", "frame "},
                      /*with_preface=*/true);
  EXPECT_EQ(items("PRI * HTTP/1.1", 100, true), (Items{"foreign 11"
                                                       "1"}));
  EXPECT_EQ(items("GET /", 1, true).front(), "foreign 0G");
}

TEST_F(InboundTest, KeepsWhatARangeLeaves) {
  Ledger ledger(std::numeric_limits<size_t>::max());
  Inbound inbound(&ledger, &ledger, false);
  {
    const std::string input =
        frame(reference::PING, 0, "12345678") + frame(reference::DATA, 0, "more");
    inbound.give(octets(input));
    EXPECT_EQ(inbound.next(), Inbound::Item::kHeader);
    inbound.decide(FrameFate::kTake);
    EXPECT_TRUE(inbound.keep_rest());
  }
  EXPECT_TRUE(inbound.has_kept());
  Items all;
  read(&inbound, &all);
  EXPECT_EQ(all, (Items{"frame 12345678", "header 0", "piece more", "end"}));
  EXPECT_TRUE(inbound.keep_rest());
  EXPECT_FALSE(inbound.has_kept());
}

// §4.1: nothing of a header that is cut is lost, for who asks what the peer spoke.
TEST_F(InboundTest, ShowsAHeaderThatIsCut) {
  Ledger ledger(std::numeric_limits<size_t>::max());
  Inbound inbound(&ledger, &ledger, false);
  const std::string start = "HTTP/";
  inbound.give(octets(start));
  EXPECT_EQ(inbound.next(), Inbound::Item::kNothing);
  EXPECT_EQ(std::string(inbound.partial_header().begin(), inbound.partial_header().end()), start);
  EXPECT_FALSE(inbound.between_frames());
}

TEST_F(InboundTest, GivesItsMemoryBack) {
  Ledger ledger(std::numeric_limits<size_t>::max());
  Inbound inbound(&ledger, &ledger, false);
  const std::string ping = frame(reference::PING, 0, "12345678");
  Items all;
  for (char octet : ping) {
    inbound.give(octets(std::string_view(&octet, 1)));
    read(&inbound, &all);
    ASSERT_TRUE(inbound.keep_rest());
  }
  EXPECT_GT(ledger.live(), 0u);
  inbound.trim();
  EXPECT_EQ(ledger.live(), 0u);
}

}  // namespace
}  // namespace headrace
