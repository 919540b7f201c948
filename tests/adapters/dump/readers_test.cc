// Streams of both versions, in any pieces and from anywhere.

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "headrace/adapters/dump/detect.h"
#include "headrace/adapters/dump/http1_reader.h"
#include "headrace/adapters/dump/http2_reader.h"
#include "headrace/adapters/dump/writer.h"
#include "tests/reference/frames.h"
#include "tests/transcript/transcript.h"

namespace headrace::dump {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Pieces of content are as the stream comes. Here they are one.
class Joined final : public ItemSink {
 public:
  explicit Joined(ItemSink* sink) : sink_(*sink) {}
  ~Joined() override { give(); }
  void take(const Item& item) override {
    const bool joins =
        item.kind == Item::Kind::kContent && held_.kind == item.kind && held_.name == item.name;
    if (!joins) {
      give();
      held_ = item;
      has_one_ = true;
      return;
    }
    held_.octets += item.octets;
    held_.size += item.size;
  }

 private:
  void give() {
    if (has_one_) sink_.take(held_);
    has_one_ = false;
  }
  ItemSink& sink_;
  Item held_;
  bool has_one_ = false;
};

std::string text_of(std::string_view stream, size_t piece = std::string::npos,
                    Stream::Version wanted = Stream::Version::kUnknown) {
  std::string text;
  TextWriter writer(/*colours=*/false, 16, [&](std::string_view line) { text += line; });
  {
    Joined joined(&writer);
    DetectingReader reader(wanted, &joined);
    for (size_t at = 0; at < stream.size(); at += std::min(piece, stream.size())) {
      reader.read(stream.substr(at, piece));
    }
    reader.end();
  }
  return text;
}

// A list of the items, without that of the content's pieces.
struct Frames final : ItemSink {
  void take(const Item& item) override {
    if (item.kind == Item::Kind::kFrame) items.push_back(item);
  }
  std::vector<Item> items;
};

std::string all_input(const transcript::Transcript& transcript) {
  std::string input;
  for (const transcript::Turn& turn : transcript.turns) input += turn.input;
  return input;
}

// What every transcript's peer sends: the same frames as the reference codec finds, in any pieces.
TEST(Readers, FindTheFramesOfEveryTranscript) {
  int files = 0;
  std::mt19937 random(1);
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/transcripts")) {
    if (!entry.is_regular_file()) continue;
    transcript::Transcript read;
    std::string error;
    ASSERT_TRUE(transcript::load_transcript(entry.path().string(), &read, &error)) << error;
    const std::string input = all_input(read);
    const size_t piece = 1 + random() % 50;
    EXPECT_EQ(text_of(input), text_of(input, piece)) << entry.path();
    ++files;
    const bool preface = input.starts_with(kPreface);
    if (read.is_text || (read.role == Role::kServer && !preface)) continue;
    Frames found;
    Http2Reader reader({preface, false}, &found);
    reader.read(input);
    reader.end();
    const auto frames =
        reference::parse_all(std::string_view(input).substr(preface ? kPreface.size() : 0));
    ASSERT_EQ(found.items.size(), frames.size() + (preface ? 1 : 0)) << entry.path();
    for (size_t i = 0; i < frames.size(); ++i) {
      const Item& item = found.items[i + (preface ? 1 : 0)];
      EXPECT_EQ(item.numbers[0].second, frames[i].type);
      EXPECT_EQ(item.numbers[2].second, frames[i].stream_id);
      EXPECT_EQ(item.size, frames[i].payload.size() + 9);
    }
  }
  EXPECT_GT(files, 800);
}

std::string conversation() {
  std::string block =
      "\x82\x86\x41\x03"
      "a.b\x84";  // by hand: RFC 7541 §6
  std::string text = reference::encode(4, 0, 0, reference::settings({{3, 100}}));
  for (uint32_t stream = 1; stream < 9; stream += 2) {
    text += reference::encode(1, 4, stream, stream == 1 ? block : "\x82\x86\xbe\x84");
    text += reference::encode(0, 1, stream, "content of " + std::to_string(stream));
    text += reference::encode(8, 0, 0, reference::u32(100));
  }
  return text;
}

TEST(Http2Reader, ShowsFramesAndFields) {
  const std::string text = text_of(std::string(kPreface) + conversation());
  EXPECT_TRUE(
      text.starts_with("# HTTP/2, from a client\n"
                       "PREFACE\n"
                       "SETTINGS MAX_CONCURRENT_STREAMS=100\n"
                       "HEADERS 1 END_HEADERS (8)\n"
                       "    :method: GET\n"
                       "    :scheme: http\n"
                       "    :authority: a.b\n"
                       "    :path: /\n"
                       "DATA 1 END_STREAM (12) \"content of 1\"\n"
                       "WINDOW_UPDATE +100\n"
                       "HEADERS 3 END_HEADERS (4)\n"))
      << text;
  EXPECT_TRUE(text_of(conversation()).starts_with("# HTTP/2, from a server\nSETTINGS"));
}

// From every octet of the stream on.
TEST(Http2Reader, JoinsAnywhere) {
  const std::string whole = conversation();
  const size_t last = whole.rfind(reference::encode(8, 0, 0, reference::u32(100)));
  const size_t first_headers = 15;  // behind SETTINGS
  for (size_t at = 1; at < last; ++at) {
    const std::string text = text_of(std::string_view(whole).substr(at));
    ASSERT_TRUE(text.starts_with("# HTTP/2, joined late\n")) << at << text;
    ASSERT_TRUE(text.ends_with("WINDOW_UPDATE +100\n")) << at << text;
    // The authority of later requests is an entry that was inserted before.
    if (at > first_headers && text.find("HEADERS") != text.npos) {
      ASSERT_NE(text.find("    (entry 62, from before): \n    :path: /\n"), text.npos) << text;
    }
  }
}

// The rest of a block whose beginning is not there is no block.
TEST(Http2Reader, JoinsWithinAFieldBlock) {
  const std::string text = text_of(reference::encode(9, 4, 1, "a.b\x84") +
                                   reference::encode(1, 5, 3, "\x82\x86\xbe\x84") +
                                   reference::encode(8, 0, 0, reference::u32(100)));
  EXPECT_EQ(text,
            "# HTTP/2, joined late\n"
            "CONTINUATION 1 END_HEADERS (4)\n"
            "HEADERS 3 END_STREAM END_HEADERS (4)\n"
            "    :method: GET\n"
            "    :scheme: http\n"
            "    (entry 62, from before): \n"
            "    :path: /\n"
            "WINDOW_UPDATE +100\n");
}

// Where there are none in the beginning, it goes on looking.
TEST(Http2Reader, JoinsAfterManyOctetsThatAreNoFrames) {
  std::string stream(100'000, '\xff');
  for (int i = 0; i < 8; ++i) stream += reference::encode(reference::PING, 0, 0, "12345678");
  const std::string text = text_of(stream, 1000, Stream::Version::kHttp2);
  EXPECT_NE(text.find("no frames of HTTP/2 are found"), text.npos) << text;
  EXPECT_NE(text.find("PING"), text.npos) << text;
}

TEST(Http2Reader, SaysWhatItCannotRead) {
  // RFC 7541 §6.1: index 0
  const std::string text = text_of(std::string(kPreface) + reference::encode(4, 0, 0) +
                                   reference::encode(1, 4, 1, "\x80") +
                                   reference::encode(6, 0, 0, reference::u64(1)) + "\x01");
  EXPECT_NE(text.find("# the field block cannot be read: there is no index 0"), text.npos) << text;
  EXPECT_NE(text.find("PING 0000000000000001\n"), text.npos);
  EXPECT_NE(text.find("# the stream ends within a frame"), text.npos);
}

TEST(Http2Reader, JoinsBlocksOverContinuations) {
  const std::string text = text_of(std::string(kPreface) + reference::encode(4, 0, 0) +
                                   reference::encode(1, 1, 1,
                                                     "\x82\x41\x03"
                                                     "a") +
                                   reference::encode(9, 4, 1, ".b"));
  EXPECT_NE(text.find("CONTINUATION 1 END_HEADERS (2)\n    :method: GET\n    :authority: a.b\n"),
            text.npos)
      << text;
}

constexpr char kRequests[] =
    "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    "PUT /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    "3;a=b\r\nabc\r\n0\r\nx-sum: 7\r\n\r\n"
    "GET /c HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Http1Reader, ShowsMessagesOfAllFramings) {
  EXPECT_EQ(
      text_of(kRequests),
      "# HTTP/1.1, from a client\n"
      "POST /a HTTP/1.1\n    Host: x\n    Content-Length: 5\ncontent (5) \"hello\"\n"
      "PUT /b HTTP/1.1\n    Host: x\n    Transfer-Encoding: gzip, chunked\nchunk (3) \"abc\"\n"
      "trailers\n    x-sum: 7\n"
      "GET /c HTTP/1.1\n    Host: x\n");
  EXPECT_EQ(text_of("HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n"
                    "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"  // to a HEAD
                    "HTTP/1.1 200 OK\r\n\r\nto the end"),
            "# HTTP/1.1, from a server\n"
            "HTTP/1.1 103 Early Hints\n    link: a\n"
            "HTTP/1.1 304 Not Modified\n    Content-Length: 9\n"
            "HTTP/1.1 200 OK\n    Content-Length: 9\n"
            "HTTP/1.1 200 OK\ncontent (10) \"to the end\"\n");
  EXPECT_EQ(text_of("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x01\x02"),
            "# HTTP/1.1, from a server\n"
            "HTTP/1.1 101 Switching Protocols\n    Upgrade: x\ntunnel (2) \"\\x01\\x02\"\n");
}

// In the stream, of all of them: what --json says as `offset`.
TEST(Http1Reader, SaysWhereMessagesAndTrailersBegin) {
  struct Messages final : ItemSink {
    void take(const Item& item) override {
      if (item.kind == Item::Kind::kMessage) found.emplace_back(item.name, item.offset);
    }
    std::vector<std::pair<std::string, size_t>> found;
  } messages;
  Http1Reader reader(/*late=*/false, &messages);
  const std::string_view stream = kRequests;
  reader.read(stream);
  reader.end();
  const std::vector<std::pair<std::string, size_t>> expected = {{"request", 0},
                                                                {"request", stream.find("PUT")},
                                                                {"trailers", stream.find("x-sum")},
                                                                {"request", stream.find("GET")}};
  EXPECT_EQ(messages.found, expected);
}

TEST(Http1Reader, JoinsAnywhere) {
  const std::string whole = kRequests;
  for (size_t at = 1; at < whole.rfind("GET"); ++at) {
    const std::string text = text_of(std::string_view(whole).substr(at));
    ASSERT_TRUE(text.ends_with("GET /c HTTP/1.1\n    Host: x\n")) << at << text;
    const bool whole_one = whole.substr(at).starts_with("PUT /b");
    ASSERT_EQ(text.find("octets before the first whole message\n") == text.npos, whole_one) << text;
  }
}

TEST(Http1Reader, SaysThatAMessageIsNotWhole) {
  EXPECT_TRUE(text_of("GET / HTTP/1.1\r\nHost").ends_with("# the stream ends within a message\n"));
  EXPECT_TRUE(text_of("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")
                  .ends_with("content (3) \"abc\"\n# the stream ends within a message\n"));
}

TEST(Detecting, ReadsAnythingAtAll) {
  for (uint32_t seed = 1; seed < 200; ++seed) {
    std::mt19937 random(seed);
    std::string stream = seed % 3 == 0   ? std::string(kPreface) + conversation()
                         : seed % 3 == 1 ? std::string(kRequests)
                                         : std::string(random() % 300, '\0');
    for (int i = 0; i < 20 && !stream.empty(); ++i) {
      stream[random() % stream.size()] = static_cast<char>(random());
    }
    const size_t piece = 1 + random() % 20;
    EXPECT_EQ(text_of(stream), text_of(stream, piece)) << seed;
    (void)text_of(stream, piece, Stream::Version::kHttp1);
    (void)text_of(stream, piece, Stream::Version::kHttp2);
  }
  EXPECT_EQ(text_of(""), "");
  EXPECT_TRUE(text_of("hello\n").starts_with("# neither HTTP/1.1 nor HTTP/2\n"));
}

TEST(TextWriter, LetsNoPeerControlATerminal) {
  const std::string text = text_of("GET /\x1b[2J HTTP/1.1\r\nx: \x1b[31m\r\n\r\n");
  EXPECT_EQ(text.find('\x1b'), text.npos);
  EXPECT_NE(text.find("/\\x1b[2J"), text.npos) << text;
}

TEST(JsonWriter, WritesAnObjectALine) {
  std::string text;
  JsonWriter writer(8, [&](std::string_view line) { text += line; });
  DetectingReader reader(Stream::Version::kUnknown, &writer);
  reader.read(reference::encode(4, 0, 0) + reference::encode(1, 5, 1,
                                                             "\x88\x10\x01"
                                                             "\"\x01\xff"));
  reader.end();
  EXPECT_EQ(text,
            "{\"offset\":0,\"size\":0,\"note\":\"HTTP/2, from a server\"}\n"
            "{\"offset\":0,\"size\":9,\"frame\":\"SETTINGS\",\"type\":4,\"flags\":0,\"stream\":0,"
            "\"length\":0}\n"
            "{\"offset\":9,\"size\":15,\"frame\":\"HEADERS\",\"type\":1,\"flags\":5,\"stream\":1,"
            "\"length\":6,\"fields\":[{\"name\":\":status\",\"value\":\"200\"},"
            "{\"name\":\"\\\"\",\"value\":\"\\u00ff\",\"never_indexed\":true}]}\n");
}

}  // namespace
}  // namespace headrace::dump
