// Two connections that use every command there is, and their records.

#include "tests/flight_recorder/record.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headrace/headrace.h"
#include "headrace/prepared_head.h"
#include "headrace/protocol/interface/padding_policy.h"
#include "headrace/protocol/stream/scheduler.h"
#include "headrace/recording.h"
#include "tests/flight_recorder/repeat.h"
#include "tests/transcript/runner.h"
#include "tests/transcript/transcript.h"

namespace headrace::recording {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;

// A record of any size, in which so much of a body is kept.
class WholeRecord final : public RecordSink {
 public:
  explicit WholeRecord(size_t octets_of_a_body = SIZE_MAX) : octets_of_a_body_(octets_of_a_body) {}
  void begin(std::span<const uint8_t> preamble) override { append(preamble); }
  void append(std::span<const uint8_t> entry) override {
    octets.append(reinterpret_cast<const char*>(entry.data()), entry.size());
  }
  size_t octets_of_a_body() const override { return octets_of_a_body_; }

  std::string octets;

 private:
  size_t octets_of_a_body_;
};

class ThreeOctets final : public PaddingPolicy {
 public:
  size_t padding(const FrameHeader&, size_t room) override { return std::min<size_t>(room, 3); }
};

// Says a little, "not yet", and the rest.
class HesitantSource final : public BodySource {
 public:
  Filled fill(std::span<uint8_t> room) override {
    constexpr std::string_view kParts[] = {"one ", "", "two ", "three"};
    const std::string_view part = kParts[asked_++];
    std::copy(part.begin(), part.end(), room.begin());
    return {.size = part.size(), .end = asked_ == std::size(kParts)};
  }

 private:
  size_t asked_ = 0;
};

// A client and a server, and the time between them.
class Pair {
 public:
  Pair(const Options& client, const Options& server)
      : client_(Role::kClient, client, now_), server_(Role::kServer, server, now_) {}

  Connection& client() { return client_; }
  Connection& server() { return server_; }

  // What both have to say goes to and fro. The server's application is `answer`.
  template <typename Answer>
  void exchange(Answer answer) {
    for (int i = 0; i < 100; ++i) {
      const bool moved = deliver(&client_, &server_, [&](const Event& event) {
        if (const auto* request = std::get_if<RequestReceived>(&event)) answer(*request);
      });
      if (!deliver(&server_, &client_, [](const Event&) {}) && !moved) return;
    }
    FAIL() << "they never come to rest";
  }
  void exchange() {
    exchange([](const RequestReceived&) {});
  }
  void pass(std::chrono::nanoseconds time) { now_ += time; }
  TimePoint now() const { return now_; }

  template <typename Take>
  void take(EventRange&& range, Take take) {
    for (EventPtr event : range) take(*event);
  }

 private:
  template <typename Take>
  bool deliver(Connection* from, Connection* to, Take take_event) {
    std::string octets;
    for (const ConstBuffer& buffer : from->pending_output()) {
      octets.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
    }
    if (octets.empty()) return false;
    now_ += 1'234'567ns;
    from->sent(octets.size(), now_);
    // In two parts.
    const std::string begin = octets.substr(0, octets.size() / 2);
    take(to->receive(begin, now_), take_event);
    const std::string rest = octets.substr(begin.size());
    take(to->receive(rest, now_), take_event);
    take(from->advance(now_), [](const Event&) {});
    return true;
  }

  TimePoint now_{std::chrono::hours(7)};
  Connection client_;
  Connection server_;
};

Record read(std::string_view octets) {
  Record record;
  std::string error;
  EXPECT_TRUE(read_record(octets, &record, &error)) << error;
  return record;
}

// The transcript that comes of a record, which has to hold.
std::string repeat_and_play(std::string_view octets) {
  const Repeated repeated = repeat(read(octets));
  EXPECT_EQ(repeated.departure, "");
  transcript::Transcript transcript;
  std::string error;
  const char* const path = repeated.is_text ? "repeated.h1t" : "repeated.h2t";
  EXPECT_TRUE(transcript::parse_transcript(repeated.transcript, path, &transcript, &error))
      << error;
  const auto departure = transcript::run_transcript(transcript, {});
  EXPECT_FALSE(departure) << transcript::describe(transcript, {}, *departure)
                          << repeated.transcript;
  return repeated.transcript;
}

// All commands of both roles.
void play(const Options& client_options, const Options& server_options) {
  Pair pair(client_options, server_options);
  Connection& client = pair.client();
  Connection& server = pair.server();
  const std::string page = "a page of which a view is sent";
  HesitantSource hesitant;
  StreamId last = 0;
  const auto answer = [&](const RequestReceived& request) {
    last = request.stream_id;
    const std::string_view path = request.fields.get(":path");
    if (path == "/view") {
      EXPECT_TRUE(server.submit_informational(last, 103, {{"link", "</style.css>"}}).ok());
      const RequestResult push = server.submit_push(
          last, {{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/p"}},
          9);
      EXPECT_TRUE(push.ok());
      EXPECT_TRUE(
          server.submit_response(push.stream_id, 200, {}, Body::owned(std::string("p"))).ok());
      EXPECT_TRUE(server.submit_response(last, 200, {{"x-a", "1"}}, Body::view(page)).ok());
    } else if (path == "/source") {
      EXPECT_TRUE(server.submit_response(last, 200, {}, Body::source(&hesitant)).ok());
    } else if (path == "/prepared") {
      const auto head = PreparedHead::of({{":status", "200"}, {"content-type", "text/plain"}});
      EXPECT_TRUE(
          server.submit_response(last, head, {{"x-b", "2"}}, Body::stream().expect_trailers())
              .ok());
      EXPECT_TRUE(server.send_data(last, page, false).ok());
      EXPECT_TRUE(server.send_data(last, Body::owned(std::string(600, 'o')), false).ok());
      EXPECT_TRUE(server.send_trailers(last, {{"x-sum", "7"}}).ok());
    } else {
      EXPECT_TRUE(server.set_user_data(last, 5).ok());
      EXPECT_TRUE(server.set_automatic_credit(last, false).ok());
      EXPECT_TRUE(server.set_receive_window(last, 100'000).ok());
    }
  };
  const auto request = [&](std::string_view path, Body body = Body::none()) {
    return client.submit_request({{":method", body.kind() == Body::Kind::kNone ? "GET" : "POST"},
                                  {":scheme", "https"},
                                  {":authority", "a"},
                                  {":path", path},
                                  {"secret", "s", true}},
                                 std::move(body), 77);
  };
  server.set_time_of_day(std::chrono::system_clock::time_point(std::chrono::seconds(784111777)));
  EXPECT_TRUE(request("/view").ok());
  pair.exchange(answer);
  EXPECT_TRUE(request("/source").ok());
  pair.exchange(answer);
  EXPECT_TRUE(server.resume(last).ok());
  pair.exchange(answer);
  EXPECT_TRUE(request("/prepared").ok());
  pair.exchange(answer);
  const RequestResult upload = request("/upload", Body::stream());
  EXPECT_TRUE(
      client
          .send_data(upload.stream_id, std::string_view("an upload of which a part is kept"), false)
          .ok());
  pair.exchange(answer);
  EXPECT_TRUE(server.credit(last, 10).ok());
  EXPECT_TRUE(client.update_priority(upload.stream_id, {.urgency = 1, .incremental = true}).ok());
  EXPECT_TRUE(client.ping(0x0102030405060708).ok());
  EXPECT_EQ(client.submit_response(1, 200).error, SubmitError::kWrongRole);
  const Setting setting{SettingId::kMaxConcurrentStreams, 7};
  EXPECT_TRUE(server.submit_settings({&setting, 1}).ok());
  const uint8_t payload[] = {1, 2, 0xff};
  EXPECT_TRUE(server.submit_frame(0xf0, 3, 0, payload).ok());
  pair.exchange(answer);
  EXPECT_TRUE(client.reset_stream(upload.stream_id, ErrorCode::kCancel).ok());
  server.set_memory_pressure(true);
  server.trim();
  pair.exchange(answer);
  EXPECT_TRUE(request("/left").ok());
  // Output that is sent without a time, and input of which the events are left.
  std::string octets;
  for (const ConstBuffer& buffer : client.pending_output(1 << 20)) {
    octets.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  client.sent(octets.size());
  if (server_options.explicit_release) server.released(1);
  { const EventRange left = server.receive(octets, pair.now()); }
  pair.pass(1ms);
  pair.take(server.advance(pair.now()), [](const Event&) {});
  EXPECT_TRUE(server.shutdown("maintenance").ok());
  pair.exchange();
  EXPECT_TRUE(client.terminate(ErrorCode::kNoError, "bye").ok());
  pair.exchange();
  pair.take(server.end_of_input(pair.now()), [](const Event&) {});
  pair.take(client.end_of_input(pair.now(), /*in_order=*/false), [](const Event&) {});
}

Options with_push() {
  Options options;
  options.enable_push = true;
  return options;
}

TEST(Records, HaveEveryCallAndRepeatIt) {
  ThreeOctets padding;
  WholeRecord of_client;
  WholeRecord of_server;
  Options client = with_push();
  client.record = &of_client;
  Options server;
  server.record = &of_server;
  server.padding = &padding;
  server.explicit_release = true;
  play(client, server);

  std::set<RecordEntry> types;
  for (const std::string* octets : {&of_client.octets, &of_server.octets}) {
    for (const Entry& entry : read(*octets).entries) types.insert(entry.type);
  }
  for (auto type = RecordEntry::kReceive; type <= RecordEntry::kEnd;
       type = static_cast<RecordEntry>(static_cast<int>(type) + 1)) {
    EXPECT_TRUE(types.contains(type)) << static_cast<int>(type);
  }
  EXPECT_NE(repeat_and_play(of_client.octets).find("= ConnectionClosed"), std::string::npos);
  const std::string server_transcript = repeat_and_play(of_server.octets);
  EXPECT_NE(server_transcript.find("! source 3 answer \"one \"\n"), std::string::npos);
  EXPECT_NE(server_transcript.find("option padding asked\n"), std::string::npos);
  EXPECT_NE(server_transcript.find("\n! leave\n"), std::string::npos);
}

TEST(Records, OfHttp1AreText) {
  for (const bool detect : {false, true}) {
    WholeRecord of_client;
    WholeRecord of_server;
    Options client;
    client.protocol = ProtocolVersion::kHttp1;
    Options server = client;
    if (detect) server.protocol = ProtocolVersion::kDetect;
    client.record = &of_client;
    server.record = &of_server;
    {
      Pair pair(client, server);
      EXPECT_TRUE(
          pair.client()
              .submit_request(
                  {{":method", "POST"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}},
                  Body::owned(std::string("EOF\r\nb\\\x01")))
              .ok());
      pair.exchange([&](const RequestReceived& request) {
        EXPECT_TRUE(pair.server()
                        .submit_response(request.stream_id, 200, {},
                                         Body::owned(std::string("RESET\r\n\0", 8)))
                        .ok());
      });
    }
    EXPECT_NE(repeat_and_play(of_client.octets).find("> POST / HTTP/1.1\n"), std::string::npos);
    const std::string transcript = repeat_and_play(of_server.octets);
    EXPECT_NE(transcript.find(".h1t file"), std::string::npos);
    EXPECT_EQ(transcript.find("option protocol detect\n") != transcript.npos, detect);
  }
}

// Octets that are not recorded are replaced; what depends on their number alone stays.
TEST(Records, OfPartsOfBodiesSaySo) {
  WholeRecord record(10);
  Options server;
  server.record = &record;
  play(with_push(), server);
  EXPECT_EQ(record.octets.find("of which a view is sent"), std::string::npos);
  const Repeated repeated = repeat(read(record.octets));
  EXPECT_NE(repeated.departure.find("checksum of the output"), std::string::npos)
      << repeated.departure;
  EXPECT_NE(repeated.transcript.find("# the last 20 octets are not in the record"),
            std::string::npos);
  EXPECT_NE(repeated.transcript.find("\"a page of xxxxxxxxxxxxxxxxxxxx\""), std::string::npos);
}

TEST(Records, ThatAreNotOfThisRunAreFound) {
  WholeRecord record;
  Options server;
  server.record = &record;
  play(with_push(), server);
  const Record right = read(record.octets);
  const auto departure_of = [&](RecordEntry type, auto change) {
    Record wrong = right;
    for (Entry& entry : wrong.entries) {
      if (entry.type != type) continue;
      change(&entry);
      break;
    }
    return repeat(wrong).departure;
  };
  EXPECT_NE(departure_of(RecordEntry::kStep, [](Entry* e) { e->numbers[0] = 3; })
                .find("events in the record:  InformationalReceived"),
            std::string::npos);
  EXPECT_NE(departure_of(RecordEntry::kShown, [](Entry* e) { ++e->numbers[0]; })
                .find("octets of output in the record"),
            std::string::npos);
  EXPECT_NE(departure_of(RecordEntry::kSent, [](Entry* e) { ++e->checksum; }).find("checksum"),
            std::string::npos);
  EXPECT_NE(departure_of(RecordEntry::kResult, [](Entry* e) { ++e->stream; }).find("stream"),
            std::string::npos);
}

TEST(Records, ThatEndAtOnceCanBeRepeated) {
  WholeRecord record;
  Options server;
  server.record = &record;
  play(with_push(), server);
  // Where the program stopped: at any octet.
  for (size_t size = record.octets.find("\n\n") + 2; size < record.octets.size(); size += 7) {
    const Record begin = read(record.octets.substr(0, size));
    ASSERT_EQ(repeat(begin).departure, "") << size;
  }
  Record none;
  std::string error;
  EXPECT_FALSE(read_record("PRI * HTTP/2.0\r\n", &none, &error));
  EXPECT_FALSE(read_record(record.octets.substr(0, 30), &none, &error));
}

TEST(Records, OfAnApplicationsOwnSchedulerAreNotRepeated) {
  Record record;
  record.has_scheduler = true;
  std::string reason;
  EXPECT_FALSE(can_be_repeated(record, &reason));
}

TEST(RecordRing, IsARecordWhileItIsLargeEnough) {
  WholeRecord whole;
  RecordRing ring(1 << 20);
  Options server;
  server.record = &whole;
  play(with_push(), server);
  server.record = &ring;
  play(with_push(), server);
  const std::vector<uint8_t> copy = ring.copy();
  EXPECT_EQ(std::string(copy.begin(), copy.end()), whole.octets);
  EXPECT_EQ(ring.lost(), 0u);
}

TEST(RecordRing, SaysWhatItHasLost) {
  WholeRecord whole;
  Options server;
  server.record = &whole;
  play(with_push(), server);
  const std::vector<Entry> all = read(whole.octets).entries;
  for (size_t capacity = 0; capacity < 1200; capacity += 13) {
    RecordRing ring(capacity);
    server.record = &ring;
    play(with_push(), server);
    const std::vector<uint8_t> copy = ring.copy();
    EXPECT_LE(copy.size(), capacity + 400);
    const Record record = read({reinterpret_cast<const char*>(copy.data()), copy.size()});
    ASSERT_FALSE(record.entries.empty());
    EXPECT_EQ(record.entries[0].type, RecordEntry::kLost);
    EXPECT_EQ(record.entries[0].numbers[0], ring.lost());
    // The newest of all.
    ASSERT_EQ(ring.lost() + record.entries.size() - 1, all.size());
    for (size_t i = 1; i < record.entries.size(); ++i) {
      ASSERT_EQ(record.entries[i].type, all[i - 1 + ring.lost()].type);
    }
    std::string reason;
    EXPECT_FALSE(can_be_repeated(record, &reason));
    EXPECT_NE(reason.find("has lost its beginning: " + std::to_string(ring.lost())),
              std::string::npos);
    EXPECT_NE(list_calls(record).find("# LOST"), std::string::npos);
  }
}

// However the octets are cut.
TEST(RecordChecksum, DependsOnTheOctetsAlone) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>(i * 37);
  const auto sum = [&](size_t cut, size_t size) {
    RecordChecksum checksum;
    const auto* octets = reinterpret_cast<const uint8_t*>(text.data());
    checksum.add({octets, cut});
    checksum.add({octets + cut, size - cut});
    return checksum.value();
  };
  std::set<uint64_t> values;
  for (size_t size = 0; size <= text.size(); ++size) {
    values.insert(sum(0, size));
    for (size_t cut = 0; cut <= size; ++cut) ASSERT_EQ(sum(cut, size), sum(0, size));
  }
  EXPECT_EQ(values.size(), text.size() + 1);
}

}  // namespace
}  // namespace headrace::recording
