// The runner must miss nothing: each of these transcripts is wrong in one way, and is told so.

#include "tests/transcript/runner.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/transcript/transcript.h"

namespace headrace::transcript {
namespace {

constexpr char kHandshake[] =
    "> SETTINGS MAX_CONCURRENT_STREAMS=100\n"
    "< PREFACE\n"
    "< SETTINGS\n"
    "> SETTINGS ACK\n";
constexpr char kRequest[] =
    "< HEADERS 1 END_HEADERS END_STREAM\n"
    "    (request) GET /\n"
    "= RequestReceived 1 END_STREAM\n";

std::optional<Departure> play(const std::string& text, const RunOptions& options = {}) {
  Transcript transcript;
  std::string error;
  EXPECT_TRUE(parse_transcript(text, "a.h2t", &transcript, &error)) << error;
  return run_transcript(transcript, options);
}

std::string departure_of(const std::string& text) {
  const auto departure = play(text);
  return departure ? std::to_string(departure->line) + ": " + departure->message : "none";
}

TEST(Runner, AgreesWithWhatHappens) {
  EXPECT_EQ(departure_of(std::string(kHandshake) + kRequest), "none");
}

TEST(Runner, ReportsOutputThatIsMissing) {
  EXPECT_NE(departure_of("> SETTINGS MAX_CONCURRENT_STREAMS=100\n> PING 1\n")
                .find("2: the connection departs from the transcript\n"
                      "expected  > PING 1\ngot       nothing more"),
            std::string::npos);
}

TEST(Runner, ReportsOutputThatIsNotExpected) {
  const std::string departure =
      departure_of("> SETTINGS MAX_CONCURRENT_STREAMS=100\n< PREFACE\n< SETTINGS\n");
  EXPECT_TRUE(departure.starts_with("2: ")) << departure;
  EXPECT_NE(departure.find("expected  nothing more\ngot       > SETTINGS ACK"), std::string::npos);
}

TEST(Runner, ReportsEventsThatAreMissingOrNotExpected) {
  EXPECT_NE(departure_of(std::string(kHandshake) + kRequest + "= StreamWritable 1\n"), "none");
  EXPECT_NE(departure_of(std::string(kHandshake) + "< PING 1\n> PING ACK 1\n"), "none");
  EXPECT_NE(departure_of(std::string(kHandshake) + "< PING 1\n> PING ACK 1\n= PingReceived 2\n"),
            "none");
}

TEST(Runner, ComparesFields) {
  const std::string right = std::string(kHandshake) + kRequest + "    (request) GET /\n";
  EXPECT_EQ(departure_of(right), "none");
  EXPECT_NE(departure_of(right + "    x-more: 1\n"), "none");
  EXPECT_NE(departure_of(std::string(kHandshake) + kRequest + "    (request) GET /b\n"), "none");
  EXPECT_NE(departure_of(std::string(kHandshake) + kRequest +
                         "! submit_response 1\n    :status: 200\n"
                         "> HEADERS 1 END_HEADERS END_STREAM\n    :status: 404\n"
                         "= StreamClosed 1 NO_ERROR end\n"),
            "none");
}

TEST(Runner, ComparesResultsAndTakesOkForGranted) {
  const std::string start = kHandshake;
  EXPECT_NE(departure_of(start + "! reset_stream 1 CANCEL\n").find("got       ? UnknownStream"),
            std::string::npos);
  EXPECT_EQ(departure_of(start + "! reset_stream 1 CANCEL\n? UnknownStream\n"), "none");
  EXPECT_NE(departure_of(start + "! reset_stream 1 CANCEL\n? StreamGone\n"), "none");
}

TEST(Runner, ReportsCommandsThatAreWrittenWrong) {
  EXPECT_NE(departure_of("> SETTINGS MAX_CONCURRENT_STREAMS=100\n! jump 1\n").find("mistake"),
            std::string::npos);
  EXPECT_NE(departure_of("> SETTINGS MAX_CONCURRENT_STREAMS=100\n! ping 1 2\n> PING 1\n"
                         "? ok\n")
                .find("one number too many"),
            std::string::npos);
}

TEST(Runner, AsksForTheState) {
  const std::string start = kHandshake;
  EXPECT_EQ(departure_of(start + "? should_close false\n? open_streams 0\n"), "none");
  EXPECT_NE(departure_of(start + "? should_close true\n"), "none");
  EXPECT_NE(departure_of(start + "? statistics frames_received=7\n"), "none");
}

TEST(Runner, HoldsOutputBack) {
  EXPECT_EQ(departure_of(std::string(kHandshake) +
                         "! hold output\n! ping 7\n! drain max=5\n! release output\n> PING 7\n"),
            "none");
}

TEST(Runner, TakesEventsOneByOne) {
  EXPECT_EQ(departure_of(std::string(kHandshake) +
                         "! take 1\n< PING 1\n< PING 2\n= PingReceived 1\n> PING ACK 1\n"
                         "! take\n= PingReceived 2\n> PING ACK 2\n"),
            "none");
  EXPECT_EQ(departure_of(std::string(kHandshake) +
                         "! take 1\n< PING 1\n< PING 2\n= PingReceived 1\n> PING ACK 1\n"
                         "! leave\n! take\n= PingReceived 2\n> PING ACK 2\n"),
            "none");
}

// --- The client role.

constexpr char kClient[] =
    "role client\n"
    "handshake\n"
    "! submit_request user_data=7\n"
    "    (request) GET /\n"
    "? ok stream=1\n"
    "> HEADERS 1 END_HEADERS END_STREAM\n"
    "    (request) GET /\n";

TEST(Runner, PlaysAServer) {
  EXPECT_EQ(departure_of(std::string(kClient) +
                         "< HEADERS 1 END_HEADERS\n    :status: 200\n"
                         "= ResponseReceived 1 user_data=7 status=200\n    :status: 200\n"
                         "? open_streams 1\n? is_drained false\n? accepts_requests true\n"),
            "none");
}

TEST(Runner, ExpectsThePrefaceOfAClient) {
  EXPECT_EQ(departure_of("role client\n> PREFACE\n> SETTINGS ENABLE_PUSH=0\n"), "none");
  EXPECT_NE(departure_of("role client\n> SETTINGS ENABLE_PUSH=0\n").find("got       > PREFACE"),
            std::string::npos);
}

TEST(Runner, ComparesWhatARequestCameTo) {
  const std::string start = "role client\nhandshake\n! submit_request\n    (request) GET /\n";
  const std::string sent = "> HEADERS 1 END_HEADERS END_STREAM\n    (request) GET /\n";
  EXPECT_EQ(departure_of(start + sent), "none");
  EXPECT_NE(departure_of(start + "? ok stream=3\n" + sent).find("got       ? ok stream=1"),
            std::string::npos);
  EXPECT_NE(departure_of(start + "? GoingAway\n" + sent), "none");
}

TEST(Runner, ComparesStatusAndUserDataWhenTheyAreNamed) {
  const std::string answered = std::string(kClient) + "< HEADERS 1 END_HEADERS\n    :status: 200\n";
  EXPECT_EQ(departure_of(answered + "= ResponseReceived 1\n"), "none");
  EXPECT_NE(departure_of(answered + "= ResponseReceived 1 status=201\n"), "none");
  EXPECT_NE(departure_of(answered + "= ResponseReceived 1 user_data=8\n"), "none");
  EXPECT_NE(departure_of(answered + "= ResponseReceived 1 END_STREAM\n"), "none");
  EXPECT_NE(departure_of(answered + "= InformationalReceived 1\n"), "none");
}

TEST(Runner, ComparesWhetherToTryAgain) {
  const std::string refused = std::string(kClient) + "< RST_STREAM 1 REFUSED_STREAM\n";
  EXPECT_EQ(departure_of(refused + "= StreamClosed 1 REFUSED_STREAM peer retry_safe\n"), "none");
  EXPECT_NE(departure_of(refused + "= StreamClosed 1 REFUSED_STREAM peer\n"), "none");
  EXPECT_NE(departure_of(std::string(kClient) +
                         "< RST_STREAM 1 CANCEL\n= StreamClosed 1 CANCEL peer retry_safe\n"),
            "none");
}

TEST(Runner, AsksWhatAStreamWaitsFor) {
  const std::string waits =
      "role client\nhandshake\n! submit_request stream\n    (request) POST /\n"
      "> HEADERS 1 END_HEADERS\n    (request) POST /\n";
  EXPECT_EQ(departure_of(waits + "? why_blocked 1 Application\n"), "none");
  EXPECT_NE(departure_of(waits + "? why_blocked 1 StreamWindow\n"), "none");
}

TEST(Runner, AsksForTheReceiveCreditOfAStream) {
  const std::string holds =
      "option automatic_credit false\nhandshake\n< HEADERS 1 END_HEADERS\n    (request) POST /\n"
      "= RequestReceived 1\n< DATA 1 \"hello\"\n= DataReceived 1 \"hello\"\n";
  EXPECT_EQ(departure_of(holds + "? receive_credit 1 window=65530 waiting=0 held=5\n"), "none");
  EXPECT_NE(departure_of(holds + "? receive_credit 1 window=65530 waiting=0 held=4\n"), "none");
}

TEST(Runner, TakesSettingsAndPaddingAsOptions) {
  const std::string start =
      "role client\noption settings 0xabcd=7 ENABLE_PUSH=0\noption padding 3\n> PREFACE\n";
  EXPECT_EQ(
      departure_of(start + "> SETTINGS 0xabcd=7 ENABLE_PUSH=0\n"
                           "! submit_request\n    (request) GET /\n"
                           "> HEADERS 1 END_HEADERS END_STREAM PADDED=2\n    (request) GET /\n"),
      "none");
  EXPECT_NE(departure_of(start + "> SETTINGS 0xabcd=8 ENABLE_PUSH=0\n"), "none");
  Transcript transcript;
  std::string error;
  EXPECT_FALSE(parse_transcript("option padding 257\n", "a.h2t", &transcript, &error));
  EXPECT_FALSE(parse_transcript("option settings PUSH=1\n", "a.h2t", &transcript, &error));
}

TEST(Cuts, SayEveryCutOfEveryInput) {
  Transcript transcript;
  std::string error;
  ASSERT_TRUE(parse_transcript("< PING 1\n< PING 2\n= PingReceived 1\n< PING 3\n", "a.h2t",
                               &transcript, &error));
  const std::vector<Cuts> cuts = two_part_cuts(transcript);
  ASSERT_EQ(cuts.size(), 33u + 16u);
  EXPECT_EQ(cuts[0].parts(0, 34), (std::vector<size_t>{1, 33}));
  EXPECT_EQ(cuts[0].parts(1, 17), (std::vector<size_t>{17}));
  EXPECT_EQ(describe(cuts.back()), "1:16");
  EXPECT_EQ(parse_cuts("1:16")->parts(1, 17), (std::vector<size_t>{16, 1}));
  EXPECT_FALSE(parse_cuts("1:x"));
}

TEST(Cuts, RandomOnesAddUp) {
  Cuts cuts;
  cuts.kind = Cuts::Kind::kRandom;
  for (cuts.seed = 0; cuts.seed < 10; ++cuts.seed) {
    size_t sum = 0;
    for (const size_t part : cuts.parts(0, 1000)) sum += part;
    EXPECT_EQ(sum, 1000u);
  }
}

// Nothing happens by itself.
constexpr char kExact[] =
    "exact\n"
    "option padding asked\n"
    "< PREFACE\n"
    "< SETTINGS\n"
    "< PING 1\n"
    "! take 1\n"
    "= SettingsReceived\n"
    "! take\n"
    "= PingReceived 1\n"
    "! show max=9\n"
    "! show max=100\n"
    "! sent 9\n"
    "! sent 15 untimed\n"
    "> SETTINGS MAX_CONCURRENT_STREAMS=100\n"
    "> SETTINGS ACK\n"
    "@ +5ns\n"
    "! sent 9\n";

TEST(ExactRunner, MakesEveryCallThatIsWritten) {
  EXPECT_EQ(departure_of(std::string(kExact)), "none");
  EXPECT_EQ(departure_of(std::string(kExact) + "! sent 8\n> PING ACK 1\n"
                                               "? output 41 checksum=0xb8ece6f7b42a25a\n"),
            "none");
}

TEST(ExactRunner, MakesNoOther) {
  EXPECT_EQ(departure_of("exact\n< PREFACE\n< SETTINGS\n< PING 1\n? has_events false\n"
                         "? wants_output true\n! leave\n? has_events true\n"),
            "none");
  // Time has passed, and nobody has said so to the connection.
  EXPECT_EQ(departure_of("exact\n@ +1m\n? should_close false\n! advance\n! take\n"
                         "= ConnectionClosed PROTOCOL_ERROR local\n"),
            "none");
}

TEST(ExactRunner, ReportsWhatDoesNotHappen) {
  EXPECT_NE(departure_of("exact\n< PREFACE\n< SETTINGS\n= SettingsReceived\n"), "none");
  EXPECT_NE(departure_of(std::string(kExact) + "! sent 8\n> PING ACK 2\n"), "none");
  EXPECT_NE(departure_of(std::string(kExact) + "? output 33 checksum=0x1\n"), "none");
  EXPECT_NE(departure_of("exact\n! jump\n"), "none");
}

TEST(ExactRunner, AsksASourceAndAPaddingPolicyAsTheyAreToAnswer) {
  EXPECT_EQ(departure_of("exact\n"
                         "option padding asked\n"
                         "< PREFACE\n"
                         "< SETTINGS\n"
                         "< HEADERS 1 END_STREAM END_HEADERS\n"
                         "    (request) GET /\n"
                         "! take\n"
                         "= RequestReceived 1 END_STREAM\n"
                         "! padding 3 0 2\n"
                         "! submit_response 1 source\n"
                         "    :status: 200\n"
                         "! source 1 answer \"ab\"\n"
                         "! source 1 answer\n"
                         "! show max=1000\n"
                         "! sent 37\n"
                         "> SETTINGS MAX_CONCURRENT_STREAMS=100\n"
                         "> SETTINGS ACK\n"
                         "> HEADERS 1 END_HEADERS PADDED=2\n"
                         "    :status: 200\n"
                         "! show max=1000\n"
                         "! sent 11\n"
                         "> DATA 1 \"ab\"\n"
                         "! show max=1000\n"
                         "? why_blocked 1 BodySource\n"
                         "! resume 1\n"
                         "! source 1 answer \"c\" end\n"
                         "! show max=1000\n"
                         "! sent 12\n"
                         "> DATA 1 END_STREAM PADDED=1 \"c\"\n"),
            "none");
}

}  // namespace
}  // namespace headrace::transcript
