// What a peer sends, in every transcript and cut at random: the lines that InputText writes stand
// for the same octets.

#include "tests/flight_recorder/input_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>

#include "tests/transcript/transcript.h"

namespace headrace::recording {
namespace {

using transcript::Transcript;

std::string octets_of(const std::string& lines, bool is_text) {
  Transcript read;
  std::string error;
  const char* const path = is_text ? "a.h1t" : "a.h2t";
  EXPECT_TRUE(transcript::parse_transcript(lines, path, &read, &error)) << error << lines;
  EXPECT_EQ(read.turns.size(), 2u) << lines;
  return read.turns.back().input;
}

void expect_same_octets(const Transcript& transcript, std::mt19937* random) {
  InputText text(transcript.is_text, transcript.role == Role::kServer);
  for (const transcript::Turn& turn : transcript.turns) {
    std::string_view rest = turn.input;
    while (!rest.empty()) {
      const bool whole = (*random)() % 4 != 0;
      const size_t size = whole ? rest.size() : 1 + (*random)() % rest.size();
      const std::string lines = text.write(rest.substr(0, size));
      ASSERT_EQ(octets_of(lines, transcript.is_text), rest.substr(0, size)) << lines;
      rest.remove_prefix(size);
    }
  }
}

TEST(InputText, StandsForTheSameOctetsInEveryTranscript) {
  std::mt19937 random(1);
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/transcripts")) {
    if (!entry.is_regular_file()) continue;
    Transcript read;
    std::string error;
    ASSERT_TRUE(transcript::load_transcript(entry.path().string(), &read, &error)) << error;
    expect_same_octets(read, &random);
    if (HasFatalFailure()) FAIL() << entry.path();
    ++files;
  }
  EXPECT_GT(files, 800);
}

std::string lines_of(const std::string& transcript) {
  InputText text(/*is_text=*/false, /*preface=*/false);
  Transcript read;
  std::string error;
  EXPECT_TRUE(transcript::parse_transcript(transcript, "a.h2t", &read, &error)) << error;
  std::string lines;
  for (const transcript::Turn& turn : read.turns) {
    if (!turn.input.empty()) lines += text.write(turn.input);
  }
  return lines;
}

// RFC 7541 §6: what a line cannot say by name is said in octets, and what they decode to beside it.
TEST(InputText, WritesFieldsByTheirRepresentation) {
  const std::string sent =
      "< HEADERS 1 END_STREAM END_HEADERS\n"
      "    (size 100)\n"
      "    (indexed 2)\n"
      "    (index huffman named 1) :authority: example.org\n"
      "    (never) x-secret: 1\n"
      "    (indexed 62)\n"
      "    (raw 000161811f)\n";  // the value in Huffman's code, the name not
  EXPECT_EQ(lines_of(sent),
            "< HEADERS 1 END_STREAM END_HEADERS\n"
            "    (size 100)\n"
            "    (indexed 2)    # :method: GET\n"
            "    (index huffman named 1) :authority: example.org\n"
            "    (never) x-secret: 1\n"
            "    (indexed 62)    # :authority: example.org\n"
            "    (raw 000161811f)    # a: a\n");
}

TEST(InputText, WritesWholeFramesByNameAndPartsInOctets) {
  InputText text(/*is_text=*/false, /*preface=*/true);
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const std::string ping("\0\0\x08\x06\0\0\0\0\0\0\0\0\0\0\0\0\x07", 17);
  EXPECT_EQ(text.write(preface.substr(0, 10)), "< raw \"PRI * HTTP\"\n");
  EXPECT_EQ(text.write(preface.substr(10) + ping + ping.substr(0, 3)),
            "< raw \"/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n\"\n< PING 7\n< raw \"\\x00\\x00\\x08\"\n");
  EXPECT_EQ(text.write(ping.substr(3) + ping),
            "< raw \"\\x06\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x07\"\n"
            "< PING 7\n");
}

}  // namespace
}  // namespace headrace::recording
