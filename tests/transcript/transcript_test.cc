#include "tests/transcript/transcript.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/transcript/frame_text.h"
#include "tests/transcript/message_text.h"
#include "tests/transcript/output_reader.h"

namespace headrace::transcript {
namespace {

using std::string_literals::operator""s;

std::string error_of(std::string_view text) {
  Transcript transcript;
  std::string error;
  EXPECT_FALSE(parse_transcript(text, "a.h2t", &transcript, &error)) << text;
  return error;
}

Transcript parse(std::string_view text) {
  Transcript transcript;
  std::string error;
  EXPECT_TRUE(parse_transcript(text, "a.h2t", &transcript, &error)) << error;
  return transcript;
}

// The bytes of one `<` line with its fields.
std::string bytes_of(const std::string& line) {
  const Transcript transcript = parse("< " + line + "\n");
  return transcript.turns.size() == 2 ? transcript.turns[1].input : "";
}

// The octets are those of the figures of RFC 9113 §6, written by hand.
TEST(Frames, AreWrittenAsTheRfcDrawsThem) {
  EXPECT_EQ(bytes_of("PREFACE"), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_EQ(bytes_of("DATA 3 END_STREAM \"ab\""), "\0\0\x02\0\x01\0\0\0\x03"s + "ab");
  EXPECT_EQ(bytes_of("DATA 3 PADDED=2 \"a\""), "\0\0\x04\0\x08\0\0\0\x03\x02"s + "a\0\0"s);
  EXPECT_EQ(bytes_of("PRIORITY 5 exclusive depends_on=3 weight=256"),
            "\0\0\x05\x02\0\0\0\0\x05\x80\0\0\x03\xff"s);
  EXPECT_EQ(bytes_of("RST_STREAM 5 CANCEL"), "\0\0\x04\x03\0\0\0\0\x05\0\0\0\x08"s);
  EXPECT_EQ(bytes_of("RST_STREAM 5 0x99"), "\0\0\x04\x03\0\0\0\0\x05\0\0\0\x99"s);
  EXPECT_EQ(bytes_of("SETTINGS ENABLE_PUSH=0 0xa0a=7"),
            "\0\0\x0c\x04\0\0\0\0\0\0\x02\0\0\0\0\x0a\x0a\0\0\0\x07"s);
  EXPECT_EQ(bytes_of("SETTINGS ACK"), "\0\0\0\x04\x01\0\0\0\0"s);
  EXPECT_EQ(bytes_of("PING ACK 0x0102030405060708"),
            "\0\0\x08\x06\x01\0\0\0\0\x01\x02\x03\x04\x05\x06\x07\x08"s);
  EXPECT_EQ(bytes_of("GOAWAY last=5 NO_ERROR \"x\""), "\0\0\x09\x07\0\0\0\0\0\0\0\0\x05\0\0\0\0x"s);
  EXPECT_EQ(bytes_of("WINDOW_UPDATE 1 256"), "\0\0\x04\x08\0\0\0\0\x01\0\0\x01\0"s);
  EXPECT_EQ(bytes_of("FRAME 1 type=0xf0 flags=0x3 \"hi\""), "\0\0\x02\xf0\x03\0\0\0\x01hi"s);
  EXPECT_EQ(bytes_of("raw 000000 f0 00 \"a\""), "\0\0\0\xf0\0a"s);
}

TEST(Frames, CanLie) {
  EXPECT_EQ(bytes_of("PING \"abc\" stream=1 length=8"), "\0\0\x08\x06\0\0\0\0\x01"s + "abc");
  EXPECT_EQ(bytes_of("DATA 1 PADDED=0 pad_length=9"), "\0\0\x01\0\x08\0\0\0\x01\x09"s);
  EXPECT_EQ(bytes_of("WINDOW_UPDATE 1 1 reserved"), "\0\0\x04\x08\0\x80\0\0\x01\0\0\0\x01"s);
}

// RFC 7541 §6: the representations, by hand.
TEST(FieldBlocks, SayEveryRepresentation) {
  EXPECT_EQ(bytes_of("HEADERS 1 END_HEADERS\n (size 0)\n (indexed 2)\n a: b\n (index) a: b\n"
                     " (never) a: b\n (huffman) a: b\n (raw ff 00)"),
            "\0\0\x18\x01\x04\0\0\0\x01"s + "\x20\x82" + "\0\1a\1b"s + "\x40\1a\1b" + "\x10\1a\1b" +
                "\0\x81\x1f\x81\x8f"s + "\xff\0"s);
}

// §6.2, by hand: the name is index 4 or 19, whatever stands there.
TEST(FieldBlocks, ReferToNames) {
  EXPECT_EQ(bytes_of("HEADERS 1 END_HEADERS\n (named 4) :path: b\n (index named 19) accept: b\n"
                     " (never huffman named 19) x: b"),
            "\0\0\x0a\x01\x04\0\0\0\x01"s + "\x04\1b" + "\x53\1b" + "\x1f\4\x81\x8f");
  EXPECT_NE(error_of("< HEADERS 1\n (named) a: b\n"), "");
  EXPECT_NE(error_of("< HEADERS 1\n (named 0) a: b\n"), "");
}

TEST(FieldBlocks, AreSplitOverContinuations) {
  EXPECT_EQ(bytes_of("HEADERS 1 END_HEADERS END_STREAM split=1\n (indexed 2)\n (indexed 4)"),
            "\0\0\x01\x01\x01\0\0\0\x01\x82\0\0\x01\x09\x04\0\0\0\x01\x84"s);
}

TEST(FieldBlocks, RequestIsShortForFourFields) {
  const Transcript transcript = parse("= RequestReceived 1\n (request) GET /a\n");
  const std::vector<FieldLine>& fields = transcript.turns[0].events[0].item.fields;
  ASSERT_EQ(fields.size(), 4u);
  EXPECT_EQ(fields[0].name + "=" + fields[0].value, ":method=GET");
  EXPECT_EQ(fields[3].name + "=" + fields[3].value, ":path=/a");
}

TEST(Parser, JoinsAdjacentInputAndSeparatesTurns) {
  const Transcript transcript = parse("< PING 1\n< PING 2\n> PING ACK 1\n< PING 3\n");
  ASSERT_EQ(transcript.turns.size(), 3u);
  EXPECT_EQ(transcript.turns[1].input.size(), 34u);
  EXPECT_EQ(transcript.turns[1].boundaries, (std::vector<size_t>{0, 17}));
  EXPECT_EQ(transcript.turns[2].line, 4);
}

TEST(Parser, ReadsOptions) {
  const Transcript transcript =
      parse("role server\noption initial_window_size 10\noption limits.idle_timeout 5s\n");
  EXPECT_EQ(transcript.options.initial_window_size, 10u);
  EXPECT_EQ(transcript.options.limits.idle_timeout, std::chrono::seconds(5));
}

TEST(Parser, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(error_of("role server\n< PONG 1\n"), "a.h2t:2: unknown frame PONG");
  EXPECT_EQ(error_of("= StreamClosd 1\n"), "a.h2t:1: unknown event StreamClosd");
  EXPECT_EQ(error_of("< PING 1 LOUD\n"), "a.h2t:1: PING does not know the word LOUD");
  EXPECT_EQ(error_of("< RST_STREAM 1\n"), "a.h2t:1: an error code is missing behind RST_STREAM");
  EXPECT_EQ(error_of("\n\n  a: b\n"),
            "a.h2t:3: an indented line belongs to the line above it, and there is none");
  EXPECT_EQ(error_of("< HEADERS 1\n  (huge) a: b\n"), "a.h2t:2: unknown word in parentheses: huge");
  EXPECT_EQ(error_of("option speed 9\n"), "a.h2t:1: unknown option speed");
  EXPECT_EQ(error_of("< DATA 1 \"abc\n"), "a.h2t:1: quoted text does not end");
  EXPECT_EQ(error_of("? ok\n"),
            "a.h2t:1: not a state to ask for, and no command waits for a "
            "result: ok");
  EXPECT_EQ(error_of("@ 5s\n"), "a.h2t:1: time passes as in `@ +5s` or `@ +500ms`");
  EXPECT_EQ(error_of("< DATA 1 \"ab\"*9000000\n"),
            "a.h2t:1: the text of a line has at most 16777215 octets");
  EXPECT_EQ(error_of("< DATA 1 len=18446744073709551615\n"),
            "a.h2t:1: len= takes at most 16777215");
  EXPECT_EQ(error_of("< DATA 1 PADDED=18446744073709551615 \"\"\n"),
            "a.h2t:1: PADDED= takes at most 16777215");
  EXPECT_EQ(error_of("< DATA 1 PADDED=some \"\"\n"), "a.h2t:1: PADDED= takes a number");
  EXPECT_EQ(error_of("@ +9223372036854775807m\n"),
            "a.h2t:1: time passes as in `@ +5s` or `@ +500ms`");
  EXPECT_EQ(error_of("< DATA 1 a\"b\"\n"), "a.h2t:1: not in a word without quotes: \"\\\"\"");
}

TEST(Format, CanBeReadAgain) {
  for (const char* text : {
           "DATA 1 END_STREAM \"\"",
           "DATA 1 \"\\x00\\\"\\\\\\n\"",
           "ALTSVC 0 origin=\"a b\" \"x\"*300",
           "GOAWAY 0x0000000100000000 last=5 a=\"\"",
           "HEADERS 1\n    :path: /\n    (never index huffman) a: b\n    (indexed 62)",
           "HEADERS 1\n    (size 0)\n    (raw 00ff)\n    \"\": \"\"\n    \"(a\": \"#\"",
       }) {
    const std::string_view lines = text;
    const size_t end = std::min(lines.find('\n'), lines.size());
    Item item;
    std::string error;
    ASSERT_TRUE(parse_item(lines.substr(0, end), &item, &error)) << error;
    for (size_t at = end; at < lines.size();) {
      const size_t next = std::min(lines.find('\n', at + 1), lines.size());
      ASSERT_TRUE(parse_field_line(lines.substr(at + 5, next - at - 5), &item.fields, &error));
      at = next;
    }
    EXPECT_EQ(format_item(item, std::string::npos), text);
  }
}

TEST(Matching, LeavesNothingUnsaid) {
  const auto same = [](const char* expected, const std::string& observed) {
    Item item;
    std::string error;
    EXPECT_TRUE(parse_item(expected, &item, &error)) << error;
    OutputReader reader(/*of_client=*/false);
    reader.append(observed);
    const std::vector<Item> frames = reader.take();
    return frames.size() == 1 && matches(item, frames[0]);
  };
  const std::string data = "\0\0\x02\0\x01\0\0\0\x03"s + "ab";
  EXPECT_TRUE(same("DATA 3 END_STREAM \"ab\"", data));
  EXPECT_TRUE(same("DATA 3 END_STREAM len=2", data));
  EXPECT_FALSE(same("DATA 3 \"ab\"", data));
  EXPECT_FALSE(same("DATA 3 END_STREAM", data));
  EXPECT_FALSE(same("DATA 1 END_STREAM \"ab\"", data));
  EXPECT_FALSE(same("DATA 3 END_STREAM \"ac\"", data));
  EXPECT_FALSE(same("DATA 3 END_STREAM len=3", data));
  EXPECT_FALSE(same("DATA 3 END_STREAM PADDED=1 \"ab\"", data));
  const std::string goaway = "\0\0\x08\x07\0\0\0\0\0\0\0\0\x05\0\0\0\x01"s;
  EXPECT_TRUE(same("GOAWAY PROTOCOL_ERROR last=5", goaway));
  EXPECT_FALSE(same("GOAWAY PROTOCOL_ERROR last=3", goaway));
  EXPECT_FALSE(same("GOAWAY NO_ERROR last=5", goaway));
  EXPECT_FALSE(same("GOAWAY PROTOCOL_ERROR", goaway));
  const std::string headers = "\0\0\x01\x01\x04\0\0\0\x01\x88"s;  // :status 200, RFC 7541 A
  EXPECT_FALSE(same("HEADERS 1 END_HEADERS", headers));
}

TEST(OutputReader, JoinsContinuationsAndKeepsTheTableInStep) {
  OutputReader reader(/*of_client=*/false);
  // a: b with incremental indexing in two frames, then the new entry (62) by its index.
  reader.append("\0\0\x02\x01\x01\0\0\0\x01\x40\x01"s);
  EXPECT_TRUE(reader.take().empty());
  reader.append("\0\0\x03\x09\x04\0\0\0\x01\x61\x01\x62"s);
  reader.append("\0\0\x01\x01\x05\0\0\0\x03\xbe"s);
  const std::vector<Item> frames = reader.take();
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(format_item(frames[0]), "HEADERS 1 END_STREAM len=2\n    a: b");
  EXPECT_EQ(format_item(frames[2]), "HEADERS 3 END_STREAM END_HEADERS len=1\n    a: b");
}

// RFC 7541 §4.2: after the table was lowered, the next block says so.
TEST(OutputReader, MissesTheSizeUpdate) {
  OutputReader reader(/*of_client=*/false);
  reader.peer_sent_settings(0);
  reader.append("\0\0\0\x04\x01\0\0\0\0"s + "\0\0\x01\x01\x05\0\0\0\x01\x88"s);
  const std::vector<Item> frames = reader.take();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_NE(frames[1].attribute("field_block"), nullptr);
}

TEST(MessageText, StandsForOctets) {
  const auto octets_of = [](std::string_view line) {
    std::string octets, error;
    EXPECT_TRUE(read_message_text(line, &octets, &error)) << error;
    return octets;
  };
  EXPECT_EQ(octets_of("< GET / HTTP/1.1"), "GET / HTTP/1.1\r\n");
  EXPECT_EQ(octets_of("<"), "\r\n");
  EXPECT_EQ(octets_of("> a\\"), "a");
  EXPECT_EQ(octets_of("> \\x41\\r\\n\\t\\\\\\{ab*2}#\\"), "A\r\n\t\\abab#");
  std::string octets, error;
  EXPECT_FALSE(read_message_text("< \\q", &octets, &error));
  EXPECT_FALSE(read_message_text("< \\{a*9999999}", &octets, &error));
  EXPECT_FALSE(is_message_text("<a"));
}

TEST(MessageText, IsReadFromFilesOfHttp1) {
  Transcript transcript;
  std::string error;
  ASSERT_TRUE(parse_transcript("< GET /a#b HTTP/1.1\n<\n> x\\\n> y\n= ConnectionClosed\n", "a.h1t",
                               &transcript, &error))
      << error;
  EXPECT_EQ(transcript.options.protocol, ProtocolVersion::kHttp1);
  ASSERT_EQ(transcript.turns.size(), 2u);
  EXPECT_EQ(transcript.turns[1].input, "GET /a#b HTTP/1.1\r\n\r\n");
  ASSERT_EQ(transcript.turns[1].output.size(), 1u);
  EXPECT_EQ(transcript.turns[1].output[0].item.bytes, "xy\r\n");
}

TEST(Time, PassesInUnitsDownToNanoseconds) {
  const auto elapsed = [](const std::string& text) {
    return parse("@ " + text + "\n").turns.back().elapsed.count();
  };
  EXPECT_EQ(elapsed("+7ns"), 7);
  EXPECT_EQ(elapsed("+7us"), 7000);
  EXPECT_EQ(elapsed("+7ms"), 7'000'000);
  EXPECT_EQ(elapsed("+7s"), 7'000'000'000);
  EXPECT_EQ(elapsed("+7m"), 420'000'000'000);
  EXPECT_NE(error_of("@ -7s\n"), "") << "only an exact transcript can go back";
  EXPECT_EQ(parse("exact\n@ -7ns\n").turns.back().elapsed.count(), -7);
  EXPECT_NE(error_of("option limits.idle_timeout 7ns\n"), "") << "limits are in milliseconds";
}

// A line of text, and back.
TEST(MessageText, IsWrittenAsItIsRead) {
  for (const std::string octets : {"", "\r\n", "a\r\n", "a", "a\n", "a\\\r\n", "\\", "EOF\r\n",
                                   "RESET\r\n", "EOF", "\x7f\t\x01\xff \r\n", "a\r", "\r\r\n"}) {
    const std::string line = "< " + write_message_text(octets);
    std::string read;
    std::string error;
    ASSERT_TRUE(read_message_text(line, &read, &error)) << error;
    EXPECT_EQ(read, octets) << line;
    EXPECT_NE(line, "< EOF");
    EXPECT_NE(line, "< RESET");
  }
}

}  // namespace
}  // namespace headrace::transcript
