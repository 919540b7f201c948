#include "headrace/protocol/frame/frame_parser.h"

#include <gtest/gtest.h>

#include <gsl/span>
#include <iterator>
#include <string>
#include <vector>

#include "tests/reference/frames.h"

// Frames written by the reference codec, read by ours: what each comes to, and for every rule of
// RFC 9113 §4.2 and §6 that one frame can break by itself, the exact code and scope.
namespace headrace {
namespace {

using namespace std::string_literals;
namespace ref = reference;

constexpr uint32_t kMaxFrameSize = 16384;

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

struct Verdict {
  FrameFault fault = FrameFault::kNone;
  ErrorDetail error;
  bool from_header = false;  // decided before the payload was looked at
  Frame frame;
};

Verdict judge(const ref::Frame& sent, uint32_t max_frame_size = kMaxFrameSize) {
  const std::string bytes = ref::encode(sent);
  Verdict verdict;
  const FrameHeader header = parse_frame_header(octets(bytes).data());
  verdict.fault = check_frame_header(header, max_frame_size, &verdict.error);
  verdict.from_header = verdict.fault != FrameFault::kNone;
  if (verdict.from_header) return verdict;
  const auto payload = octets(bytes).subspan(FrameHeader::kSize);
  verdict.fault = parse_frame(header, payload, &verdict.frame, &verdict.error);
  own(verdict.frame);
  return verdict;
}

template <typename Type>
Type accepted(const ref::Frame& sent) {
  Verdict verdict = judge(sent);
  EXPECT_EQ(verdict.fault, FrameFault::kNone) << describe(verdict.error);
  EXPECT_TRUE(std::holds_alternative<Type>(verdict.frame));
  return std::move(std::get<Type>(verdict.frame));
}

// --- Every type, valid.

TEST(FrameParser, HeaderFieldsWithReservedBitMasked) {  // RFC 9113 §4.1
  ref::Frame sent = ref::frame(0xfa, 0xa5, 0x7ffffffe);
  sent.length = 0xabcdef;
  for (bool reserved : {false, true}) {
    sent.reserved = reserved;
    const std::string bytes = ref::encode(sent);
    const FrameHeader header = parse_frame_header(octets(bytes).data());
    EXPECT_EQ(header.length, 0xabcdefu);
    EXPECT_EQ(static_cast<uint8_t>(header.type), 0xfa);
    EXPECT_EQ(header.flags, 0xa5);
    EXPECT_EQ(header.stream_id, 0x7ffffffeu);
  }
}

TEST(FrameParser, Data) {  // §6.1
  const auto frame = accepted<DataFrame>(ref::frame(ref::DATA, ref::END_STREAM, 3, "hello"));
  EXPECT_EQ(frame.data.text(), "hello");
  EXPECT_EQ(frame.padding, 0u);
  EXPECT_EQ(frame.header.stream_id, 3u);
  EXPECT_EQ(frame.header.length, 5u);
  EXPECT_TRUE(frame.header.has(flags::kEndStream));
}

TEST(FrameParser, PaddingIsTakenOffAndCounted) {  // §6.1, §6.2, §6.6
  const auto data =
      accepted<DataFrame>(ref::frame(ref::DATA, ref::PADDED, 1, ref::padded("hi", 3)));
  EXPECT_EQ(data.data.text(), "hi");
  EXPECT_EQ(data.padding, 4u);
  const auto headers =
      accepted<HeadersFrame>(ref::frame(ref::HEADERS, ref::PADDED, 1, ref::padded("block", 255)));
  EXPECT_EQ(headers.fragment.text(), "block");
  EXPECT_EQ(headers.padding, 256u);
  const auto promise = accepted<PushPromiseFrame>(
      ref::frame(ref::PUSH_PROMISE, ref::PADDED, 1, ref::padded(ref::u32(2) + "pp", 0)));
  EXPECT_EQ(promise.fragment.text(), "pp");
  EXPECT_EQ(promise.padding, 1u);
}

TEST(FrameParser, PaddingMayFillThePayload) {  // §6.1: shorter than the payload, so one octet less
  const auto data = accepted<DataFrame>(ref::frame(ref::DATA, ref::PADDED, 1, ref::padded("", 9)));
  EXPECT_TRUE(data.data.empty());
  EXPECT_EQ(data.padding, 10u);
  const auto headers =
      accepted<HeadersFrame>(ref::frame(ref::HEADERS, ref::PADDED, 1, ref::padded("", 9)));
  EXPECT_TRUE(headers.fragment.empty());
}

TEST(FrameParser, Headers) {  // §6.2
  const auto frame = accepted<HeadersFrame>(ref::frame(ref::HEADERS, ref::END_HEADERS, 5, "block"));
  EXPECT_EQ(frame.fragment.text(), "block");
  EXPECT_FALSE(frame.has_priority);
  EXPECT_EQ(frame.padding, 0u);
}

TEST(FrameParser, HeadersWithPriorityAndPadding) {  // §6.2
  const auto frame = accepted<HeadersFrame>(
      ref::frame(ref::HEADERS, ref::PADDED | ref::HAS_PRIORITY, 5,
                 ref::padded(ref::priority(true, 0x7fffffff, 200) + "block", 2)));
  EXPECT_EQ(frame.fragment.text(), "block");
  EXPECT_TRUE(frame.has_priority);
  EXPECT_TRUE(frame.priority.exclusive);
  EXPECT_EQ(frame.priority.depends_on, 0x7fffffffu);
  EXPECT_EQ(frame.priority.weight, 200);
  EXPECT_EQ(frame.padding, 3u);
}

TEST(FrameParser, Priority) {  // §6.3
  const auto frame =
      accepted<PriorityFrame>(ref::frame(ref::PRIORITY, 0, 5, ref::priority(false, 3, 15)));
  EXPECT_FALSE(frame.priority.exclusive);
  EXPECT_EQ(frame.priority.depends_on, 3u);
  EXPECT_EQ(frame.priority.weight, 15);
}

TEST(FrameParser, RstStream) {  // §6.4: codes that are not known are kept
  EXPECT_EQ(accepted<RstStreamFrame>(ref::frame(ref::RST_STREAM, 0, 5, ref::u32(8))).error_code,
            8u);
  EXPECT_EQ(
      accepted<RstStreamFrame>(ref::frame(ref::RST_STREAM, 0, 5, ref::u32(0xdeadbeef))).error_code,
      0xdeadbeefu);
}

TEST(FrameParser, Settings) {  // §6.5: order, repetitions and unknown identifiers are kept
  const auto frame =
      accepted<SettingsFrame>(ref::frame(ref::SETTINGS, 0, 0,
                                         ref::settings({{ref::INITIAL_WINDOW_SIZE, 1},
                                                        {0xabcd, 0xffffffff},
                                                        {ref::INITIAL_WINDOW_SIZE, 65535}})));
  ASSERT_EQ(frame.entries.size(), 3u);
  EXPECT_EQ(frame.entries[0], (Setting{SettingId::kInitialWindowSize, 1}));
  EXPECT_EQ(frame.entries[1], (Setting{static_cast<SettingId>(0xabcd), 0xffffffff}));
  EXPECT_EQ(frame.entries[2], (Setting{SettingId::kInitialWindowSize, 65535}));
  std::vector<Setting> walked(frame.entries.begin(), frame.entries.end());
  EXPECT_EQ(walked.size(), 3u);
  EXPECT_EQ(walked[1], frame.entries[1]);
}

TEST(FrameParser, SettingsEmptyAndAcknowledged) {  // §6.5
  EXPECT_TRUE(accepted<SettingsFrame>(ref::frame(ref::SETTINGS, 0, 0)).entries.empty());
  EXPECT_TRUE(
      accepted<SettingsFrame>(ref::frame(ref::SETTINGS, ref::ACK, 0)).header.has(flags::kAck));
}

TEST(FrameParser, PushPromise) {  // §6.6: the reserved bit is masked
  const auto frame = accepted<PushPromiseFrame>(
      ref::frame(ref::PUSH_PROMISE, ref::END_HEADERS, 1, ref::u32(0x80000002) + "block"));
  EXPECT_EQ(frame.promised_stream_id, 2u);
  EXPECT_EQ(frame.fragment.text(), "block");
}

TEST(FrameParser, Ping) {  // §6.7
  EXPECT_EQ(accepted<PingFrame>(ref::frame(ref::PING, 0, 0, ref::u64(0x0123456789abcdef))).opaque,
            0x0123456789abcdefu);
}

TEST(FrameParser, Goaway) {  // §6.8: the reserved bit is masked
  const auto frame = accepted<GoawayFrame>(
      ref::frame(ref::GOAWAY, 0, 0, ref::goaway(0x80000007, 0xfedcba98, "why")));
  EXPECT_EQ(frame.last_stream_id, 7u);
  EXPECT_EQ(frame.error_code, 0xfedcba98u);
  EXPECT_EQ(frame.debug_data.text(), "why");
}

TEST(FrameParser, WindowUpdate) {  // §6.9: the reserved bit is masked
  for (uint32_t stream_id : {0u, 5u}) {
    EXPECT_EQ(accepted<WindowUpdateFrame>(
                  ref::frame(ref::WINDOW_UPDATE, 0, stream_id, ref::u32(0xffffffff)))
                  .increment,
              0x7fffffffu);
  }
}

TEST(FrameParser, Continuation) {  // §6.10
  EXPECT_EQ(
      accepted<ContinuationFrame>(ref::frame(ref::CONTINUATION, 0, 5, "more")).fragment.text(),
      "more");
}

TEST(FrameParser, PriorityUpdate) {  // RFC 9218 §7.1: the reserved bit is masked
  const auto frame = accepted<PriorityUpdateFrame>(
      ref::frame(ref::PRIORITY_UPDATE, 0xff, 0, ref::priority_update(0x80000005, "u=0, i")));
  EXPECT_EQ(frame.prioritized_stream_id, 5u);
  EXPECT_EQ(frame.value.text(), "u=0, i");
  EXPECT_TRUE(accepted<PriorityUpdateFrame>(ref::frame(ref::PRIORITY_UPDATE, 0, 0, ref::u32(2)))
                  .value.empty());
}

TEST(FrameParser, AltSvc) {  // RFC 7838 §4
  const auto of_origin = accepted<AltSvcFrame>(
      ref::frame(ref::ALTSVC, 0, 0, ref::altsvc("https://example.org", "h3=\":443\"")));
  EXPECT_EQ(of_origin.origin.text(), "https://example.org");
  EXPECT_EQ(of_origin.value.text(), "h3=\":443\"");
  const auto of_stream =
      accepted<AltSvcFrame>(ref::frame(ref::ALTSVC, 0xff, 1, ref::altsvc("", "clear")));
  EXPECT_TRUE(of_stream.origin.empty());
  EXPECT_EQ(of_stream.value.text(), "clear");
}

// RFC 7838 §4: invalid, to be ignored; so is what does not hold what it says.
TEST(FrameParser, AltSvcToBeIgnored) {
  for (const ref::Frame& frame :
       {ref::frame(ref::ALTSVC, 0, 0, ref::altsvc("", "clear")),
        ref::frame(ref::ALTSVC, 0, 1, ref::altsvc("https://example.org", "clear")),
        ref::frame(ref::ALTSVC, 0, 0), ref::frame(ref::ALTSVC, 0, 1, "\0"s),
        ref::frame(ref::ALTSVC, 0, 0, "\0\2a"s), ref::frame(ref::ALTSVC, 0, 0, "\1\0a"s)}) {
    EXPECT_EQ(accepted<UnknownFrame>(frame).payload.text(), frame.payload);
  }
}

std::vector<std::string> origins_of(const ref::Frame& sent) {
  const auto frame = accepted<OriginFrame>(sent);
  return std::vector<std::string>(frame.origins.begin(), frame.origins.end());
}

TEST(FrameParser, Origin) {  // RFC 8336 §2.1
  const std::vector<std::string> origins = {"https://example.org",
                                            "https://example.org:8443",
                                            "http://192.0.2.1",
                                            "https://[2001:db8::1]:1",
                                            "https://[::1]",
                                            "a+b-c.9://x",
                                            "https://xn--4gbrim.example"};
  EXPECT_EQ(origins_of(ref::frame(ref::ORIGIN, 0xf0, 0, ref::origins(origins))), origins);
  EXPECT_TRUE(accepted<OriginFrame>(ref::frame(ref::ORIGIN, 0, 0)).origins.empty());
}

TEST(FrameParser, EntriesAreInputRanges) {
  static_assert(std::input_iterator<SettingsEntries::Iterator>);
  const uint8_t settings[] = {0, 3, 0, 0, 0, 100, 0, 5, 0, 1, 0, 0};
  const SettingsEntries entries{gsl::span<const uint8_t>(settings)};
  SettingsEntries::Iterator setting = entries.begin();
  EXPECT_EQ(*setting++, (Setting{SettingId::kMaxConcurrentStreams, 100}));
  EXPECT_EQ(*setting++, (Setting{SettingId::kMaxFrameSize, 65536}));
  EXPECT_EQ(setting, entries.end());

  static_assert(std::input_iterator<OriginEntries::Iterator>);
  const std::string_view listed("\0\013https://a.b\0\013https://c.d", 26);
  const OriginEntries origins{
      gsl::span<const uint8_t>(reinterpret_cast<const uint8_t*>(listed.data()), listed.size())};
  OriginEntries::Iterator origin = origins.begin();
  EXPECT_EQ(*origin++, "https://a.b");
  EXPECT_EQ(*origin++, "https://c.d");
  EXPECT_EQ(origin, origins.end());
}

TEST(FrameParser, OriginEntriesThatAreNoOriginsArePassedOver) {  // RFC 8336 §2.2
  const std::vector<std::string> entries = {"",
                                            "null",
                                            "example.org",
                                            "https://first.example",
                                            "https://",
                                            "https://:443",
                                            "https://a.example:",
                                            "https://a.example:x",
                                            "https://a.example/",
                                            "https://user@a.example",
                                            "https://second.example",
                                            "https://a b",
                                            "https://a.example:1:2",
                                            "https://::1",
                                            "https://[]",
                                            "https://\xc3\xbc.example",
                                            "9p://a.example",
                                            "://a.example",
                                            "https:/a.example",
                                            "https://a.example?",
                                            "https://a.example#",
                                            "h ttps://a.example",
                                            "https://a\0.example"s};
  EXPECT_EQ(origins_of(ref::frame(ref::ORIGIN, 0, 0, ref::origins(entries))),
            (std::vector<std::string>{"https://first.example", "https://second.example"}));
  EXPECT_TRUE(
      accepted<OriginFrame>(ref::frame(ref::ORIGIN, 0, 0, ref::origins({"null"}))).origins.empty());
}

TEST(FrameParser, OriginToBeIgnored) {  // RFC 8336 §2.2
  const std::string entry = ref::origins({"https://example.org"});
  for (const ref::Frame& frame :
       {ref::frame(ref::ORIGIN, 0, 1, entry), ref::frame(ref::ORIGIN, 1, 0, entry),
        ref::frame(ref::ORIGIN, 2, 0, entry), ref::frame(ref::ORIGIN, 4, 0, entry),
        ref::frame(ref::ORIGIN, 8, 0, entry), ref::frame(ref::ORIGIN, 0, 0, entry + "\0"s),
        ref::frame(ref::ORIGIN, 0, 0, entry + "\0\1"s),
        ref::frame(ref::ORIGIN, 0, 0, entry.substr(0, entry.size() - 1))}) {
    EXPECT_EQ(accepted<UnknownFrame>(frame).payload.text(), frame.payload);
  }
}

TEST(FrameParser, UnknownTypesPassAsTheyAre) {  // §5.5
  for (uint32_t stream_id : {0u, 7u}) {
    for (int type : {11, 13, 14, 15, 17, 0xfa, 0xff}) {
      const auto frame = accepted<UnknownFrame>(
          ref::frame(static_cast<uint8_t>(type), 0xff, stream_id, "anything"));
      EXPECT_EQ(static_cast<int>(frame.header.type), type);
      EXPECT_EQ(frame.header.flags, 0xff);
      EXPECT_EQ(frame.payload.text(), "anything");
    }
  }
}

TEST(FrameParser, FlagsThatATypeDoesNotDefineAreIgnored) {  // §4.1
  constexpr uint8_t kPaddedAndPriority = ref::PADDED | ref::HAS_PRIORITY;
  EXPECT_EQ(
      accepted<ContinuationFrame>(ref::frame(ref::CONTINUATION, kPaddedAndPriority, 1, "\xff"))
          .fragment.size(),
      1u);
  EXPECT_EQ(accepted<DataFrame>(ref::frame(ref::DATA, ref::HAS_PRIORITY, 1, "x")).data.text(), "x");
  accepted<PingFrame>(ref::frame(ref::PING, kPaddedAndPriority, 0, ref::u64(1)));
  accepted<SettingsFrame>(ref::frame(ref::SETTINGS, kPaddedAndPriority, 0));
}

TEST(FrameParser, PayloadsUpToTheLimit) {  // §4.2
  accepted<DataFrame>(ref::frame(ref::DATA, 0, 1, std::string(kMaxFrameSize, 'x')));
  const Verdict larger = judge(ref::frame(ref::DATA, 0, 1, std::string(16385, 'x')), 16385);
  EXPECT_EQ(larger.fault, FrameFault::kNone);
}

// --- Every rule, broken.

// The part of the frame that breaks the rule: a header is judged before its payload arrives.
enum class FoundIn : uint8_t { kHeader, kPayload };

struct Violation {
  const char* name;
  ref::Frame frame;
  FrameFault scope;
  ErrorCode code;
  const char* section;
  FoundIn found_in;
};

std::string zeros(size_t size) { return std::string(size, '\0'); }
std::string too_long() { return zeros(kMaxFrameSize + 1); }
std::string broken_padding(size_t payload) {
  return ref::u8(uint8_t(payload)) + zeros(payload - 1);
}

const std::vector<Violation>& violations() {
  constexpr auto kConnection = FrameFault::kConnection;
  constexpr auto kStream = FrameFault::kStream;
  constexpr auto kHeader = FoundIn::kHeader;
  constexpr auto kPayload = FoundIn::kPayload;
  constexpr auto kSize = ErrorCode::kFrameSizeError;
  constexpr auto kProtocol = ErrorCode::kProtocolError;
  static const std::vector<Violation> all = {
      // §4.2: over SETTINGS_MAX_FRAME_SIZE
      {"DATA too long", ref::frame(ref::DATA, 0, 1, too_long()), kConnection, kSize, "§4.2",
       kHeader},
      {"HEADERS too long", ref::frame(ref::HEADERS, 0, 1, too_long()), kConnection, kSize, "§4.2",
       kHeader},
      {"SETTINGS too long", ref::frame(ref::SETTINGS, 0, 0, zeros(16386)), kConnection, kSize,
       "§4.2", kHeader},
      {"PUSH_PROMISE too long", ref::frame(ref::PUSH_PROMISE, 0, 1, too_long()), kConnection, kSize,
       "§4.2", kHeader},
      {"GOAWAY too long", ref::frame(ref::GOAWAY, 0, 0, too_long()), kConnection, kSize, "§4.2",
       kHeader},
      {"CONTINUATION too long", ref::frame(ref::CONTINUATION, 0, 1, too_long()), kConnection, kSize,
       "§4.2", kHeader},
      {"unknown type too long", ref::frame(99, 0, 1, too_long()), kConnection, kSize, "§4.2",
       kHeader},
      // §4.2: too short for what the flags announce
      {"DATA, no Pad Length", ref::frame(ref::DATA, ref::PADDED, 1), kConnection, kSize, "§4.2",
       kHeader},
      {"HEADERS, no Pad Length", ref::frame(ref::HEADERS, ref::PADDED, 1), kConnection, kSize,
       "§4.2", kHeader},
      {"HEADERS, short priority", ref::frame(ref::HEADERS, ref::HAS_PRIORITY, 1, zeros(4)),
       kConnection, kSize, "§4.2", kHeader},
      {"HEADERS, Pad Length and short priority",
       ref::frame(ref::HEADERS, ref::PADDED | ref::HAS_PRIORITY, 1, zeros(5)), kConnection, kSize,
       "§4.2", kHeader},
      {"PUSH_PROMISE, Pad Length and short promise",
       ref::frame(ref::PUSH_PROMISE, ref::PADDED, 1, zeros(4)), kConnection, kSize, "§4.2",
       kHeader},
      // §6.1, §6.2, §6.6: padding
      {"DATA, padding as long as the payload",
       ref::frame(ref::DATA, ref::PADDED, 1, broken_padding(5)), kConnection, kProtocol, "§6.1",
       kPayload},
      {"DATA, padding of one octet in one",
       ref::frame(ref::DATA, ref::PADDED, 1, broken_padding(1)), kConnection, kProtocol, "§6.1",
       kPayload},
      {"HEADERS, padding as long as the payload",
       ref::frame(ref::HEADERS, ref::PADDED, 1, broken_padding(5)), kConnection, kProtocol, "§6.2",
       kPayload},
      {"HEADERS, padding into the priority fields",
       ref::frame(ref::HEADERS, ref::PADDED | ref::HAS_PRIORITY, 1, ref::u8(3) + zeros(5 + 2)),
       kConnection, kProtocol, "§6.2", kPayload},
      {"PUSH_PROMISE, padding into the promise",
       ref::frame(ref::PUSH_PROMISE, ref::PADDED, 1, ref::u8(3) + ref::u32(2) + zeros(2)),
       kConnection, kProtocol, "§6.2", kPayload},
      // which stream
      {"DATA on 0", ref::frame(ref::DATA, 0, 0, "x"), kConnection, kProtocol, "§6.1", kHeader},
      {"HEADERS on 0", ref::frame(ref::HEADERS, 0, 0, "x"), kConnection, kProtocol, "§6.2",
       kHeader},
      {"PRIORITY on 0", ref::frame(ref::PRIORITY, 0, 0, ref::priority(false, 1, 0)), kConnection,
       kProtocol, "§6.3", kHeader},
      {"RST_STREAM on 0", ref::frame(ref::RST_STREAM, 0, 0, ref::u32(0)), kConnection, kProtocol,
       "§6.4", kHeader},
      {"SETTINGS on a stream", ref::frame(ref::SETTINGS, 0, 1), kConnection, kProtocol, "§6.5",
       kHeader},
      {"SETTINGS ACK on a stream", ref::frame(ref::SETTINGS, ref::ACK, 1), kConnection, kProtocol,
       "§6.5", kHeader},
      {"PUSH_PROMISE on 0", ref::frame(ref::PUSH_PROMISE, 0, 0, ref::u32(2)), kConnection,
       kProtocol, "§6.6", kHeader},
      {"PING on a stream", ref::frame(ref::PING, 0, 1, zeros(8)), kConnection, kProtocol, "§6.7",
       kHeader},
      {"GOAWAY on a stream", ref::frame(ref::GOAWAY, 0, 1, zeros(8)), kConnection, kProtocol,
       "§6.8", kHeader},
      {"CONTINUATION on 0", ref::frame(ref::CONTINUATION, 0, 0, "x"), kConnection, kProtocol,
       "§6.10", kHeader},
      // §6.3
      {"PRIORITY of 4", ref::frame(ref::PRIORITY, 0, 1, zeros(4)), kStream, kSize, "§6.3", kHeader},
      {"PRIORITY of 6", ref::frame(ref::PRIORITY, 0, 1, zeros(6)), kStream, kSize, "§6.3", kHeader},
      {"PRIORITY on itself", ref::frame(ref::PRIORITY, 0, 5, ref::priority(false, 5, 0)), kStream,
       kProtocol, "§5.3.1", kPayload},
      {"PRIORITY on itself, exclusive", ref::frame(ref::PRIORITY, 0, 5, ref::priority(true, 5, 0)),
       kStream, kProtocol, "§5.3.1", kPayload},
      {"HEADERS on itself",
       ref::frame(ref::HEADERS, ref::HAS_PRIORITY, 5, ref::priority(false, 5, 0) + "b"), kStream,
       kProtocol, "§5.3.1", kPayload},
      // §6.4
      {"RST_STREAM of 3", ref::frame(ref::RST_STREAM, 0, 1, zeros(3)), kConnection, kSize, "§6.4",
       kHeader},
      {"RST_STREAM of 5", ref::frame(ref::RST_STREAM, 0, 1, zeros(5)), kConnection, kSize, "§6.4",
       kHeader},
      // §6.5
      {"SETTINGS of 5", ref::frame(ref::SETTINGS, 0, 0, zeros(5)), kConnection, kSize, "§6.5",
       kHeader},
      {"SETTINGS of 7", ref::frame(ref::SETTINGS, 0, 0, zeros(7)), kConnection, kSize, "§6.5",
       kHeader},
      {"SETTINGS ACK of 6", ref::frame(ref::SETTINGS, ref::ACK, 0, zeros(6)), kConnection, kSize,
       "§6.5", kHeader},
      {"SETTINGS ACK of 1", ref::frame(ref::SETTINGS, ref::ACK, 0, zeros(1)), kConnection, kSize,
       "§6.5", kHeader},
      // §6.6
      {"PUSH_PROMISE of 3", ref::frame(ref::PUSH_PROMISE, 0, 1, zeros(3)), kConnection, kSize,
       "§6.6", kHeader},
      // §6.7
      {"PING of 7", ref::frame(ref::PING, 0, 0, zeros(7)), kConnection, kSize, "§6.7", kHeader},
      {"PING ACK of 9", ref::frame(ref::PING, ref::ACK, 0, zeros(9)), kConnection, kSize, "§6.7",
       kHeader},
      {"PING of 0", ref::frame(ref::PING, 0, 0), kConnection, kSize, "§6.7", kHeader},
      // §6.8
      {"GOAWAY of 7", ref::frame(ref::GOAWAY, 0, 0, zeros(7)), kConnection, kSize, "§6.8", kHeader},
      // §6.9
      {"WINDOW_UPDATE of 3 on 0", ref::frame(ref::WINDOW_UPDATE, 0, 0, zeros(3)), kConnection,
       kSize, "§6.9", kHeader},
      {"WINDOW_UPDATE of 5 on 1", ref::frame(ref::WINDOW_UPDATE, 0, 1, zeros(5)), kConnection,
       kSize, "§6.9", kHeader},
      {"WINDOW_UPDATE by 0 on 0", ref::frame(ref::WINDOW_UPDATE, 0, 0, zeros(4)), kConnection,
       kProtocol, "§6.9", kPayload},
      {"WINDOW_UPDATE by 0 on 1", ref::frame(ref::WINDOW_UPDATE, 0, 1, zeros(4)), kStream,
       kProtocol, "§6.9", kPayload},
      {"WINDOW_UPDATE by the reserved bit",
       ref::frame(ref::WINDOW_UPDATE, 0, 1, ref::u32(0x80000000)), kStream, kProtocol, "§6.9",
       kPayload},
      // RFC 9218 §7.1
      {"PRIORITY_UPDATE of 0", ref::frame(ref::PRIORITY_UPDATE, 0, 0), kConnection, kSize, "§7.1",
       kHeader},
      {"PRIORITY_UPDATE of 3", ref::frame(ref::PRIORITY_UPDATE, 0, 0, zeros(3)), kConnection, kSize,
       "§7.1", kHeader},
      {"PRIORITY_UPDATE on a stream", ref::frame(ref::PRIORITY_UPDATE, 0, 1, ref::u32(1)),
       kConnection, kProtocol, "§7.1", kHeader},
      {"PRIORITY_UPDATE about 0", ref::frame(ref::PRIORITY_UPDATE, 0, 0, ref::u32(0)), kConnection,
       kProtocol, "§7.1", kPayload},
      {"PRIORITY_UPDATE about the reserved bit",
       ref::frame(ref::PRIORITY_UPDATE, 0, 0, ref::u32(0x80000000)), kConnection, kProtocol, "§7.1",
       kPayload},
      {"PRIORITY_UPDATE too long", ref::frame(ref::PRIORITY_UPDATE, 0, 0, too_long()), kConnection,
       kSize, "§4.2", kHeader},
  };
  return all;
}

TEST(FrameParser, EveryViolationHasItsCodeAndScope) {
  for (const Violation& violation : violations()) {
    SCOPED_TRACE(violation.name);
    const Verdict verdict = judge(violation.frame);
    EXPECT_EQ(verdict.fault, violation.scope);
    EXPECT_STREQ(to_string(verdict.error.code), to_string(violation.code));
    EXPECT_EQ(verdict.from_header, violation.found_in == FoundIn::kHeader);
    EXPECT_EQ(static_cast<uint8_t>(verdict.error.frame.value()), violation.frame.type);
    EXPECT_EQ(verdict.error.stream_id, violation.frame.stream_id);
    ASSERT_NE(verdict.error.rule, nullptr);
    const std::string section = verdict.error.rule->section;
    EXPECT_TRUE(section.ends_with(" "s + violation.section)) << section;
    EXPECT_STRNE(verdict.error.rule->text, "");
  }
}

TEST(FrameParser, SizeErrorsSayWhatWasObserved) {
  EXPECT_EQ(
      describe(judge(ref::frame(ref::PING, 0, 0, zeros(7))).error),
      "FRAME_SIZE_ERROR: a PING payload has 8 octets (RFC 9113 §6.7); PING frame on stream 0; "
      "7, limit 8");
  const Verdict verdict = judge(ref::frame(ref::DATA, 0, 1, zeros(20000)));
  EXPECT_EQ(verdict.error.observed, 20000u);
  EXPECT_EQ(verdict.error.limit, 16384u);
}

// --- The parts, for callers that do not have the whole frame.

TEST(FrameParser, DataPaddingIsJudgedFromItsFirstOctet) {  // §6.1
  FrameHeader header{10, FrameType::kData, flags::kPadded, 1};
  ErrorDetail error;
  EXPECT_EQ(check_data_padding(header, 9, &error), FrameFault::kNone);
  EXPECT_EQ(check_data_padding(header, 10, &error), FrameFault::kConnection);
  EXPECT_EQ(error.code, ErrorCode::kProtocolError);
}

TEST(FrameParser, ASelfDependentBlockIsStillThereToDecode) {  // RFC 9113 §4.3
  const std::string payload = ref::padded(ref::priority(false, 5, 0) + "block", 1);
  const FrameHeader header{static_cast<uint32_t>(payload.size()), FrameType::kHeaders,
                           flags::kPadded | flags::kPriority, 5};
  PaddedPayload parsed;
  ErrorDetail error;
  EXPECT_EQ(parse_padded(header, octets(payload), &parsed, &error), FrameFault::kStream);
  EXPECT_EQ(std::string(parsed.content.begin(), parsed.content.end()), "block");
}

}  // namespace
}  // namespace headrace
