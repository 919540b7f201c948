// The server's endpoints and files over a real loop, as a client sees them.

#include "headrace/adapters/serve/site.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "headrace/adapters/serve/site_service.h"
#include "tests/adapters/loop_kinds.h"
#include "tests/adapters/loop_peer.h"

namespace headrace::serve {
namespace {

using adapters::Loop;
using adapters::LoopKind;
using adapters::LoopPeer;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr uint16_t kInitialWindowSize = 4;  // RFC 9113 §6.5.2

class SiteTest : public testing::Test {
 protected:
  // Starts serving, with one client whose windows are as large as may be.
  void start(const reference::Settings& settings = {{kInitialWindowSize, 0x7fffffff}}) {
    service_ = std::make_unique<SiteService>(&site_);
    auto loop = loop_kind().make(options_, service_.get());
    ASSERT_TRUE(loop.ok()) << loop.status();
    loop_ = std::move(*loop);
    site_.loops = {&loop_->statistics()};
    auto [ours, theirs] = LoopPeer::make_pair();
    loop_->adopt(std::move(ours));
    peer_.emplace(std::move(theirs));
    peer_->send_preface(settings);
  }
  virtual LoopKind loop_kind() const { return adapters::kLoopKinds[0]; }
  bool turn_until(const std::function<bool()>& done) {
    const auto give_up = Clock::now() + std::chrono::seconds(60);  // it hangs
    while (!done()) {
      if (Clock::now() > give_up) return false;
      loop_->turn(milliseconds(1));
      peer_->read();
    }
    return true;
  }
  void turn_for(milliseconds time) {
    const auto end = Clock::now() + time;
    do {
      loop_->turn(milliseconds(1));
      peer_->read();
    } while (Clock::now() < end);
  }
  // Sends a request without a body and waits for its answer; the stream it was.
  uint32_t ask(const std::string& method, const std::string& path,
               const std::vector<reference::HeaderField>& fields = {}) {
    const uint32_t stream = next_stream_;
    next_stream_ += 2;
    peer_->send_request(stream, method, path, true, fields);
    EXPECT_TRUE(turn_until([&] { return peer_->ended(stream); })) << method << " " << path;
    return stream;
  }
  std::string status(uint32_t stream) { return peer_->field_of(stream, ":status"); }
  std::string status_of(const std::string& method, const std::string& path,
                        const std::vector<reference::HeaderField>& fields = {}) {
    return status(ask(method, path, fields));
  }

  adapters::LoopOptions options_;
  Site site_;
  std::unique_ptr<SiteService> service_;
  std::unique_ptr<Loop> loop_;
  std::optional<LoopPeer> peer_;
  uint32_t next_stream_ = 1;
};

// --- Endpoints

// RFC 9110 §9.3.2: the same fields as for GET, without the body.
TEST_F(SiteTest, HeadIsGetWithoutTheBody) {
  start();
  for (const char* path : {"/", "/style.css", "/bytes/100", "/bytes/0", "/status/404", "/nothing",
                           "/status/abc", "/bytes/x"}) {
    const uint32_t get = ask("GET", path);
    const uint32_t head = ask("HEAD", path);
    EXPECT_EQ(status(head), status(get)) << path;
    EXPECT_EQ(peer_->data_of(head), "") << path;
    EXPECT_EQ(peer_->field_of(head, "content-length"), peer_->field_of(get, "content-length"))
        << path;
    EXPECT_EQ(std::to_string(peer_->data_of(get).size()), peer_->field_of(get, "content-length"))
        << path;
  }
  for (const char* path : {"/echo", "/headers", "/stats"}) {
    const uint32_t head = ask("HEAD", path);
    EXPECT_EQ(status(head), "200") << path;
    EXPECT_EQ(peer_->data_of(head), "") << path;
  }
}

TEST_F(SiteTest, BytesAreAsManyAsAskedFor) {
  start();
  EXPECT_EQ(peer_->data_of(ask("GET", "/bytes/5")), "01234");
  EXPECT_EQ(peer_->data_of(ask("GET", "/bytes/5?a=b")), "01234");
  EXPECT_EQ(peer_->field_of(ask("HEAD", "/bytes/4294967296"), "content-length"), "4294967296");
  for (const char* count :
       {"", "-1", "+1", "1e3", "0x10", "4294967297", "99999999999999999999", "5/"}) {
    EXPECT_EQ(status_of("GET", std::string("/bytes/") + count), "400") << count;
  }
}

// WHATWG HTML §9.2: an event ends with an empty line; 204 tells a client not to come again.
TEST_F(SiteTest, EventsGoOnBehindTheLastOneThatTheClientHas) {
  start();
  const uint32_t all = ask("GET", "/events/3");
  EXPECT_EQ(peer_->field_of(all, "content-type"), "text/event-stream");
  EXPECT_EQ(peer_->data_of(all), "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n");
  EXPECT_EQ(peer_->data_of(ask("GET", "/events/3", {{"last-event-id", "2"}})),
            "id: 3\ndata: 3\n\n");
  EXPECT_EQ(status(ask("GET", "/events/3", {{"last-event-id", "3"}})), "204");
  EXPECT_EQ(status_of("GET", "/events/0"), "204");
  for (const char* strange : {"", "4", "-1", "a"}) {
    EXPECT_EQ(peer_->data_of(ask("GET", "/events/1", {{"last-event-id", strange}})),
              "id: 1\ndata: 1\n\n")
        << strange;
  }
  EXPECT_EQ(peer_->data_of(ask("HEAD", "/events/3")), "");
  EXPECT_EQ(status_of("POST", "/events/3"), "405");
  for (const char* count : {"", "-1", "1000001", "1e3", "1/"}) {
    EXPECT_EQ(status_of("GET", std::string("/events/") + count), "400") << count;
  }
}

TEST_F(SiteTest, StatusesAreThoseOfAFinalAnswer) {
  start();
  for (const char* number : {"200", "404", "418", "599"}) {
    const uint32_t stream = ask("GET", std::string("/status/") + number);
    EXPECT_EQ(status(stream), number);
    EXPECT_NE(peer_->data_of(stream), "");
  }
  // RFC 9110 §15.3.5, §15.4.5: no content.
  for (const char* number : {"204", "304"}) {
    const uint32_t stream = ask("GET", std::string("/status/") + number);
    EXPECT_EQ(status(stream), number);
    EXPECT_EQ(peer_->data_of(stream), "");
    EXPECT_EQ(peer_->field_of(stream, "content-length"), "");
  }
  for (const char* number : {"", "100", "199", "600", "20", "2000", "abc", "-200"}) {
    EXPECT_EQ(status_of("GET", std::string("/status/") + number), "400") << number;
  }
}

TEST_F(SiteTest, HeadersAreTheRequestsOwn) {
  start();
  const uint32_t stream = ask("GET", "/headers", {{"x-quote", "a\"b"}, {"x-quote", "c"}});
  EXPECT_EQ(peer_->field_of(stream, "content-type"), "application/json");
  EXPECT_EQ(peer_->data_of(stream),
            "{\n"
            "  \":method\": \"GET\",\n"
            "  \":scheme\": \"http\",\n"
            "  \":path\": \"/headers\",\n"
            "  \":authority\": \"test\",\n"
            "  \"x-quote\": [\n    \"a\\\"b\",\n    \"c\"\n  ]\n"
            "}\n");
}

TEST_F(SiteTest, HeadersHaveABound) {
  start();
  const auto status_with = [&](size_t count) {
    // An entry of 4,000 octets with 32 more in the HPACK table, and references to it (RFC 7541
    // §6.1).
    std::string block =
        "\x82\x86\x44\x08/headers\x40\x01"
        "a";
    block += std::string("\x7f\xa1\x1e") + std::string(4000, 'a') + std::string(count - 1, '\xbe');
    const uint32_t stream = std::exchange(next_stream_, next_stream_ + 2);
    peer_->send(reference::encode(reference::HEADERS, 5, stream, block));
    EXPECT_TRUE(turn_until([&] { return peer_->ended(stream); }));
    return status(stream);
  };
  EXPECT_EQ(status_with(12), "200");
  EXPECT_EQ(status_with(13), "431");
}

// What waits for a client that takes nothing is bounded, and what it takes makes room again.
TEST_F(SiteTest, RefusesAboveWhatItHoldsForAConnection) {
  start({{kInitialWindowSize, 0}});
  const std::string large(15'000, 'a');  // its head is one frame, and so its answer is
  constexpr uint32_t kRequests = 75;     // of which a MiB is less
  for (uint32_t stream = 1; stream < 2 * kRequests; stream += 2) {
    peer_->send_request(stream, "GET", "/headers", true, {{"a", large}});
    ASSERT_TRUE(turn_until([&] { return !status(stream).empty(); }));
  }
  EXPECT_EQ(status(1), "200");
  EXPECT_EQ(status(2 * kRequests - 1), "503");
  next_stream_ = 2 * kRequests + 1;
  for (uint32_t stream = 1; stream < 2 * kRequests; stream += 2) {
    peer_->send(reference::encode(reference::WINDOW_UPDATE, 0, stream, reference::u32(20'000)));
    peer_->send(reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(20'000)));
    ASSERT_TRUE(turn_until([&] { return peer_->ended(stream); }));
  }
  peer_->send_request(next_stream_, "GET", "/headers", true, {});
  ASSERT_TRUE(turn_until([&] { return !status(next_stream_).empty(); }));
  EXPECT_EQ(status(next_stream_), "200");
}

TEST_F(SiteTest, OtherMethodsAreNotAllowed) {
  start();
  for (const char* path : {"/", "/bytes/1", "/stats"}) {
    const uint32_t stream = ask("DELETE", path);
    EXPECT_EQ(status(stream), "405") << path;
    EXPECT_EQ(peer_->field_of(stream, "allow"), "GET, HEAD") << path;
  }
  const uint32_t options = ask("OPTIONS", "*");
  EXPECT_EQ(status(options), "204");
  EXPECT_EQ(peer_->field_of(options, "allow"), "GET, HEAD, OPTIONS");
}

// RFC 9113 §8.1: an answer that is complete before its request is followed by RST_STREAM, which
// clients that are still sending take for a failure.
TEST_F(SiteTest, AnswersWhenABodyThatNobodyReadsHasEnded) {
  start();
  peer_->send_request(1, "POST", "/", false);
  peer_->send(reference::encode(reference::DATA, 0, 1, "some"));
  turn_for(milliseconds(20));
  EXPECT_TRUE(peer_->sections_of(1).empty());
  peer_->send(reference::encode(reference::DATA, reference::END_STREAM, 1, "thing"));
  ASSERT_TRUE(turn_until([&] { return peer_->ended(1); }));
  EXPECT_EQ(status(1), "405");
  EXPECT_TRUE(peer_->frames_of(reference::RST_STREAM).empty());

  peer_->send_request(3, "POST", "/headers", false);
  peer_->send_request(3, "", "", true);  // no valid trailers: a stream error, and no answer
  ASSERT_TRUE(turn_until([&] { return !peer_->frames_of(reference::RST_STREAM).empty(); }));
  EXPECT_TRUE(peer_->sections_of(3).empty());
}

// RFC 9110 §6.5.1: content-length is never sent as a trailer, and is read past where it comes as
// one.
TEST_F(SiteTest, AnEchoEndsWithoutTrailersThatMayNotBeSent) {
  start();
  peer_->send_request(1, "POST", "/echo", false);
  peer_->send(reference::encode(reference::DATA, 0, 1, "thing") +
              reference::encode(reference::HEADERS, reference::END_HEADERS | reference::END_STREAM,
                                1, std::string("\x0f\x0d\x01") + "5"));
  ASSERT_TRUE(turn_until([&] { return peer_->ended(1); }));
  EXPECT_EQ(peer_->data_of(1), "thing");
  EXPECT_TRUE(peer_->frames_of(reference::RST_STREAM).empty());
}

// RFC 9110 §10.1.1
TEST_F(SiteTest, InvitesABodyThatWaitsForIt) {
  start();
  uint32_t stream = 1;
  for (const char* path : {"/echo", "/status/200"}) {
    peer_->send_request(stream, "POST", path, false, {{"expect", "100-Continue"}});
    ASSERT_TRUE(turn_until([&] { return !peer_->sections_of(stream).empty(); })) << path;
    EXPECT_EQ(status(stream), "100") << path;
    peer_->send(reference::encode(reference::DATA, reference::END_STREAM, stream, "x"));
    ASSERT_TRUE(turn_until([&] { return peer_->ended(stream); })) << path;
    EXPECT_EQ(peer_->sections_of(stream)[1][0].value, "200") << path;
    stream += 2;
  }
}

// --- /echo

TEST_F(SiteTest, EchoComesWhileTheRequestGoesOn) {
  start();
  peer_->send_request(1, "POST", "/echo", false, {{"content-type", "text/x-mine"}});
  ASSERT_TRUE(turn_until([&] { return status(1) == "200"; }));
  EXPECT_EQ(peer_->field_of(1, "content-type"), "text/x-mine");
  peer_->send(reference::encode(reference::DATA, 0, 1, "first "));
  ASSERT_TRUE(turn_until([&] { return peer_->data_of(1) == "first "; }));
  peer_->send(reference::encode(reference::DATA, reference::END_STREAM, 1, "second"));
  ASSERT_TRUE(turn_until([&] { return peer_->ended(1); }));
  EXPECT_EQ(peer_->data_of(1), "first second");
}

// Octets of receive window that the server gave back for a stream.
uint64_t credit_of(const LoopPeer& peer, uint32_t stream_id) {
  uint64_t sum = 0;
  for (const reference::Frame& frame : peer.frames_of(reference::WINDOW_UPDATE)) {
    if (frame.stream_id == stream_id) sum += reference::number(frame.payload);
  }
  return sum;
}

// A client that sends and does not read is held up by its window: what waits in the server is
// bounded. When it reads, all comes back, and the trailers after it.
TEST_F(SiteTest, EchoHoldsASenderUpThatDoesNotRead) {
  options_.connection.initial_window_size = 200'000;
  options_.connection.connection_window_size = 1'000'000;
  options_.connection.send_buffer_size = 20'000;
  start({{kInitialWindowSize, 0}});
  turn_for(milliseconds(5));
  peer_->acknowledge_settings();
  std::string body;
  for (int i = 0; body.size() < 200'000; ++i) body += std::to_string(i) + " ";
  body.resize(200'000);
  peer_->send_request(1, "POST", "/echo", false);
  for (size_t at = 0; at < body.size(); at += 10'000) {
    peer_->send(reference::encode(reference::DATA, 0, 1, body.substr(at, 10'000)));
    turn_for(milliseconds(2));
  }
  EXPECT_EQ(peer_->data_of(1), "");
  EXPECT_LE(credit_of(*peer_, 1), 20'000u);

  std::string block;
  reference::HpackEncoder().write_literal(reference::LiteralKind::kWithoutIndexing, 0,
                                          {"x-sum", "7"}, reference::StringCoding::kPlain,
                                          reference::StringCoding::kPlain, &block);
  peer_->send(reference::encode(reference::HEADERS, reference::END_HEADERS | reference::END_STREAM,
                                1, block));
  turn_for(milliseconds(5));
  peer_->send(reference::encode(reference::WINDOW_UPDATE, 0, 1, reference::u32(1'000'000)) +
              reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(1'000'000)));
  ASSERT_TRUE(turn_until([&] { return peer_->ended(1); }));
  EXPECT_EQ(peer_->data_of(1), body);
  ASSERT_EQ(peer_->sections_of(1).size(), 2u);
  EXPECT_EQ(peer_->sections_of(1)[1], (std::vector<reference::HeaderField>{{"x-sum", "7"}}));
}

TEST_F(SiteTest, EchoOfNothing) {
  start();
  const uint32_t none = ask("POST", "/echo");
  EXPECT_EQ(status(none), "200");
  EXPECT_EQ(peer_->field_of(none, "content-length"), "0");
  peer_->send_request(3, "POST", "/echo", false);
  peer_->send(reference::encode(reference::DATA, reference::END_STREAM, 3, ""));
  ASSERT_TRUE(turn_until([&] { return peer_->ended(3); }));
  EXPECT_EQ(peer_->data_of(3), "");
}

// --- Who may try it

TEST_F(SiteTest, WithoutDiagnosticsOnlyPagesAreThere) {
  site_.diagnostics = false;
  start();
  for (const char* path : {"/echo", "/headers", "/stats", "/bytes/5", "/status/200", "/ws"}) {
    EXPECT_EQ(status_of("GET", path), "404") << path;
  }
  EXPECT_EQ(status_of("GET", "/"), "200");

  // Nobody looks at a body, so the answer comes behind it.
  peer_->send_request(next_stream_, "POST", "/echo", false);
  turn_for(milliseconds(5));
  EXPECT_EQ(status(next_stream_), "");
  peer_->send(reference::encode(reference::DATA, reference::END_STREAM, next_stream_, "x"));
  ASSERT_TRUE(turn_until([&] { return peer_->ended(next_stream_); }));
  EXPECT_EQ(status(next_stream_), "404");
}

// --- Files

class FilesTest : public SiteTest, public testing::WithParamInterface<LoopKind> {
 protected:
  FilesTest() {
    std::string pattern = testing::TempDir() + "/files_XXXXXX";
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::create_directories(root_ / "dir");
    write("index.html", "<p>top</p>");
    write("dir/index.html", "<p>below</p>");
    write("digits.txt", "0123456789");
    write(".secret", "secret");
    write("empty", "");
    auto root = DocumentRoot::open(root_);
    EXPECT_TRUE(root.ok()) << root.status();
    if (root.ok()) site_.root.emplace(std::move(*root));
    look_every(milliseconds(0));
  }
  ~FilesTest() override { fs::remove_all(root_); }

  LoopKind loop_kind() const override { return GetParam(); }
  // How old a look at a file may be.
  void look_every(std::chrono::nanoseconds interval) {
    site_.file_cache = {.memory = kMemory, .recheck = interval, .settled = milliseconds(0)};
  }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(root_ / name, std::ios::binary) << content;
  }
  void replace(const std::string& name, const std::string& content) {
    write("new", content);
    fs::rename(root_ / "new", root_ / name);
  }

  static constexpr size_t kMemory = 1 << 20;
  fs::path root_;
};

INSTANTIATE_TEST_SUITE_P(Loops, FilesTest, testing::ValuesIn(adapters::kLoopKinds),
                         adapters::loop_kind_name);

TEST_P(FilesTest, AreWhatTheyAre) {
  start();
  const uint32_t file = ask("GET", "/digits.txt");
  EXPECT_EQ(peer_->data_of(file), "0123456789");
  EXPECT_EQ(peer_->field_of(file, "content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(peer_->field_of(file, "accept-ranges"), "bytes");
  EXPECT_NE(peer_->field_of(file, "last-modified"), "");
  EXPECT_NE(peer_->field_of(file, "date"), "");
  EXPECT_EQ(peer_->data_of(ask("GET", "/")), "<p>top</p>");
  EXPECT_EQ(peer_->data_of(ask("GET", "/dir/")), "<p>below</p>");
  EXPECT_EQ(peer_->data_of(ask("GET", "/%64igits%2etxt?query")), "0123456789");
  EXPECT_EQ(peer_->field_of(ask("GET", "/empty"), "content-length"), "0");
  // Looked at anew each time.
  write("digits.txt", "changed");
  EXPECT_EQ(peer_->data_of(ask("GET", "/digits.txt")), "changed");
}

TEST_P(FilesTest, AreNotWhatIsNoFile) {
  start();
  ASSERT_EQ(mkfifo((root_ / "fifo").c_str(), 0600), 0);
  fs::create_directory(root_ / "bare");
  for (const char* path : {"/missing", "/.secret", "/dir/../digits.txt", "/%2e%2e/x", "/fifo",
                           "/bare/", "/digits.txt/", "/digits.txt/x"}) {
    EXPECT_EQ(status_of("GET", path), "404") << path;
  }
  for (const char* path : {"/a%00b", "/%", "/%zz"})
    EXPECT_EQ(status_of("GET", path), "400") << path;
  EXPECT_EQ(status_of("PUT", "/digits.txt"), "405");
}

// A relative link on a directory's page needs the slash; two in front would name another host.
TEST_P(FilesTest, DirectoriesEndWithASlash) {
  start();
  const uint32_t plain = ask("GET", "/dir?a=b");
  EXPECT_EQ(status(plain), "301");
  EXPECT_EQ(peer_->field_of(plain, "location"), "/dir/?a=b");
  EXPECT_EQ(peer_->field_of(ask("GET", "///dir"), "location"), "/dir/");
}

TEST_P(FilesTest, Conditions) {
  start();
  const uint32_t file = ask("GET", "/digits.txt");
  const std::string modified = peer_->field_of(file, "last-modified");
  const std::string etag = peer_->field_of(file, "etag");
  const uint32_t same = ask("GET", "/digits.txt", {{"if-modified-since", modified}});
  EXPECT_EQ(status(same), "304");
  EXPECT_EQ(peer_->data_of(same), "");
  EXPECT_EQ(peer_->field_of(same, "etag"), etag);
  EXPECT_EQ(status_of("HEAD", "/digits.txt", {{"if-none-match", etag}}), "304");
  EXPECT_EQ(status_of("GET", "/digits.txt", {{"if-match", "\"other\""}}), "412");
  write("digits.txt", "9876543210!");
  EXPECT_EQ(status_of("GET", "/digits.txt", {{"if-none-match", etag}}), "200");
}

// RFC 9110 §8.8.2.1: a time of modification may be set to any other.
TEST_P(FilesTest, AreNotModifiedInTheFuture) {
  start();
  const auto future = fs::file_time_type::clock::now() + std::chrono::hours(1000);
  fs::last_write_time(root_ / "digits.txt", future);
  const uint32_t file = ask("GET", "/digits.txt");
  const std::string modified = peer_->field_of(file, "last-modified");
  const auto seconds = [](std::string_view date) {
    return parse_http_date(date, std::time(nullptr));
  };
  EXPECT_LE(seconds(modified), seconds(peer_->field_of(file, "date")));
  EXPECT_EQ(status_of("GET", "/digits.txt", {{"if-modified-since", modified}}), "304");
}

TEST_P(FilesTest, Ranges) {
  start();
  const uint32_t part = ask("GET", "/digits.txt", {{"range", "bytes=2-4"}});
  EXPECT_EQ(status(part), "206");
  EXPECT_EQ(peer_->data_of(part), "234");
  EXPECT_EQ(peer_->field_of(part, "content-range"), "bytes 2-4/10");
  EXPECT_EQ(peer_->field_of(part, "content-length"), "3");
  const uint32_t beyond = ask("GET", "/digits.txt", {{"range", "bytes=10-"}});
  EXPECT_EQ(status(beyond), "416");
  EXPECT_EQ(peer_->field_of(beyond, "content-range"), "bytes */10");
  EXPECT_EQ(status_of("GET", "/digits.txt", {{"range", "bytes=0-1,3-4"}}), "200");
  EXPECT_EQ(status_of("GET", "/empty", {{"range", "bytes=0-"}}), "200");
  // RFC 9110 §14.2: only GET has ranges. §13.1.5: and only of the state that was meant.
  EXPECT_EQ(status_of("HEAD", "/digits.txt", {{"range", "bytes=2-4"}}), "200");
  EXPECT_EQ(status_of("GET", "/digits.txt", {{"range", "bytes=2-4"}, {"if-range", "\"x\""}}),
            "200");
}

// What was found out about a file answers every kind of request for it, for as long as it may.
TEST_P(FilesTest, AreLookedAtOnceAnInterval) {
  look_every(std::chrono::hours(1));
  start();
  const uint32_t first = ask("GET", "/digits.txt");
  const std::string etag = peer_->field_of(first, "etag");
  const std::string modified = peer_->field_of(first, "last-modified");
  fs::remove(root_ / "digits.txt");
  const uint32_t second = ask("GET", "/digits.txt?again");
  EXPECT_EQ(peer_->sections_of(second), peer_->sections_of(first));
  EXPECT_EQ(peer_->data_of(second), "0123456789");
  const uint32_t head = ask("HEAD", "/digits.txt");
  EXPECT_EQ(peer_->sections_of(head), peer_->sections_of(first));
  EXPECT_EQ(peer_->data_of(head), "");
  EXPECT_EQ(peer_->data_of(ask("GET", "/%64igits.txt")), "0123456789");

  const uint32_t same = ask("GET", "/digits.txt", {{"if-none-match", "\"x\", " + etag}});
  EXPECT_EQ(status(same), "304");
  EXPECT_EQ(peer_->data_of(same), "");
  EXPECT_EQ(peer_->field_of(same, "etag"), etag);
  EXPECT_EQ(peer_->field_of(same, "content-length"), "");
  EXPECT_EQ(status_of("GET", "/digits.txt", {{"if-modified-since", modified}}), "304");
  EXPECT_EQ(status_of("GET", "/digits.txt", {{"if-match", "\"x\""}}), "412");
  for (const std::string& validator : {etag, modified}) {
    const uint32_t part =
        ask("GET", "/digits.txt", {{"range", "bytes=-3"}, {"if-range", validator}});
    EXPECT_EQ(status(part), "206");
    EXPECT_EQ(peer_->data_of(part), "789");
    EXPECT_EQ(peer_->field_of(part, "content-length"), "3");
    EXPECT_EQ(peer_->field_of(part, "content-range"), "bytes 7-9/10");
    EXPECT_EQ(peer_->field_of(part, "etag"), etag);
    EXPECT_NE(peer_->field_of(part, "date"), "");
  }
  EXPECT_EQ(status_of("GET", "/digits.txt", {{"range", "bytes=10-"}}), "416");
  EXPECT_EQ(status_of("PUT", "/digits.txt"), "405");
}

// Each change, at the next look, of the answer and of what describes it.
TEST_P(FilesTest, AreWhatTheyHaveBecome) {
  start();
  std::vector<std::string> etags;
  const auto see = [&](const std::string& path, const std::string& content) {
    const uint32_t stream = ask("GET", path);
    EXPECT_EQ(status(stream), "200");
    EXPECT_TRUE(peer_->data_of(stream) == content);
    EXPECT_EQ(peer_->field_of(stream, "content-length"), std::to_string(content.size()));
    const std::string etag = peer_->field_of(stream, "etag");
    EXPECT_EQ(std::ranges::count(etags, etag), 0) << etag;
    etags.push_back(etag);
  };
  see("/digits.txt", "0123456789");
  replace("digits.txt", "9876543210");
  see("/digits.txt", "9876543210");
  fs::resize_file(root_ / "digits.txt", 3);
  see("/digits.txt", "987");
  fs::remove(root_ / "digits.txt");
  EXPECT_EQ(status_of("GET", "/digits.txt"), "404");
  write("digits.txt", std::string(20'000, 'x'));
  see("/digits.txt", std::string(20'000, 'x'));
  write("digits.txt", "now");
  see("/digits.txt", "now");
  fs::remove(root_ / "digits.txt");
  fs::create_directory(root_ / "digits.txt");
  EXPECT_EQ(status_of("GET", "/digits.txt"), "301");
  fs::remove(root_ / "digits.txt");
  fs::create_symlink("dir/index.html", root_ / "digits.txt");
  see("/digits.txt", "<p>below</p>");
  fs::remove(root_ / "digits.txt");
  fs::create_symlink("/etc/passwd", root_ / "digits.txt");
  EXPECT_EQ(status_of("GET", "/digits.txt"), "404");

  see("/", "<p>top</p>");
  fs::remove(root_ / "index.html");
  EXPECT_EQ(status_of("GET", "/"), "404");
  EXPECT_EQ(peer_->data_of(ask("GET", "/dir/")), "<p>below</p>");
  fs::rename(root_ / "dir", root_ / "away");
  EXPECT_EQ(status_of("GET", "/dir/"), "404");
}

// The octets that a head announces are those that follow it, whatever becomes of the file.
TEST_P(FilesTest, AnAnswerIsOfOneVersion) {
  const std::string old(10'000, 'o');
  write("file", old);
  start({{kInitialWindowSize, 1'000}});
  peer_->send_get(1, "/file");
  ASSERT_TRUE(turn_until([&] { return peer_->data_of(1).size() == 1'000; }));
  replace("file", std::string(5'000, 'n'));
  peer_->send_get(3, "/file");
  ASSERT_TRUE(turn_until([&] { return peer_->data_of(3).size() == 1'000; }));
  for (const uint32_t stream : {1u, 3u}) {
    peer_->send(reference::encode(reference::WINDOW_UPDATE, 0, stream, reference::u32(10'000)));
  }
  ASSERT_TRUE(turn_until([&] { return peer_->ended(1) && peer_->ended(3); }));
  EXPECT_EQ(peer_->field_of(1, "content-length"), "10000");
  EXPECT_TRUE(peer_->data_of(1) == old);
  EXPECT_EQ(peer_->field_of(3, "content-length"), "5000");
  EXPECT_TRUE(peer_->data_of(3) == std::string(5'000, 'n'));
}

// A large file is not in memory: when octets were written into it meanwhile, the response that the
// head has announced does not come whole.
TEST_P(FilesTest, ALargeFileThatIsWrittenToResetsTheStream) {
  write("large", std::string(1'000'000, 'x'));
  start({{kInitialWindowSize, 60'000}});
  peer_->send_get(1, "/large");
  ASSERT_TRUE(turn_until([&] { return peer_->data_of(1).size() == 60'000; }));
  std::fstream(root_ / "large", std::ios::in | std::ios::out) << "y";
  for (const uint32_t stream : {0, 1}) {
    peer_->send(reference::encode(reference::WINDOW_UPDATE, 0, stream, reference::u32(1'000'000)));
  }
  ASSERT_TRUE(turn_until([&] { return !peer_->frames_of(reference::RST_STREAM).empty(); }));
  EXPECT_EQ(reference::number(peer_->frames_of(reference::RST_STREAM)[0].payload), 2u);
  EXPECT_LT(peer_->data_of(1).size(), 1'000'000u);
  EXPECT_FALSE(peer_->ended(1));
}

// A response whose file had to be closed waits until it can be opened again.
TEST_P(FilesTest, ALargeFileWaitsForADescriptor) {
  std::string content;
  for (int i = 0; content.size() < 60'000; ++i) content += std::to_string(i) + "\n";
  write("large", content);
  start({{kInitialWindowSize, 1'000}});
  peer_->send_get(1, "/large");
  ASSERT_TRUE(turn_until([&] { return peer_->data_of(1).size() == 1'000; }));
  ASSERT_TRUE(service_->give_back_descriptor());
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none_left{.rlim_cur = 0, .rlim_max = limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none_left), 0);
  peer_->send(reference::encode(reference::WINDOW_UPDATE, 0, 1, reference::u32(100'000)));
  const bool waited =
      turn_until([&] { return service_->files().next_deadline() != Clock::time_point::max(); });
  // What nothing was sent of yet is refused.
  peer_->send_get(3, "/digits.txt");
  const bool refused = turn_until([&] { return !status(3).empty(); });
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(waited);
  EXPECT_TRUE(refused);
  EXPECT_EQ(status(3), "503");
  EXPECT_EQ(peer_->data_of(1).size(), 1'000u);
  ASSERT_TRUE(turn_until([&] { return peer_->ended(1); }));
  EXPECT_TRUE(peer_->data_of(1) == content);
  EXPECT_TRUE(peer_->frames_of(reference::RST_STREAM).empty());
}

// Of a file that many wait for there is one copy, so nobody is refused for its sake.
TEST_P(FilesTest, ManyAnswersHaveTheSameOctets) {
  write("file", std::string(16'000, 'x'));
  start({{kInitialWindowSize, 0}});
  constexpr uint32_t kRequests = 100;
  for (uint32_t stream = 1; stream < 2 * kRequests; stream += 2) peer_->send_get(stream, "/file");
  ASSERT_TRUE(turn_until([&] { return !status(2 * kRequests - 1).empty(); }));
  for (uint32_t stream = 1; stream < 2 * kRequests; stream += 2) EXPECT_EQ(status(stream), "200");
  EXPECT_LE(service_->cache().memory(), 20'000u);
}

TEST_P(FilesTest, LargeOnesAreReadAsTheyAreSent) {
  std::string content;
  for (int i = 0; content.size() < 3'000'000; ++i) content += std::to_string(i) + "\n";
  write("large", content);
  start();
  peer_->send(reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(0x7fff0000)));
  EXPECT_TRUE(peer_->data_of(ask("GET", "/large")) == content);
  const uint32_t part = ask("GET", "/large", {{"range", "bytes=1000000-"}});
  EXPECT_TRUE(peer_->data_of(part) == content.substr(1'000'000));
}

// RFC 9113 §8.1.1: better no end than a wrong one.
TEST_P(FilesTest, AFileThatShrinksWhileItIsSentResetsTheStream) {
  write("large", std::string(1'000'000, 'x'));
  start({{kInitialWindowSize, 100'000}});
  peer_->send_get(1, "/large");
  ASSERT_TRUE(turn_until([&] { return peer_->data_of(1).size() >= 65'535; }));
  fs::resize_file(root_ / "large", 50'000);
  peer_->send(reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(1'000'000)) +
              reference::encode(reference::WINDOW_UPDATE, 0, 1, reference::u32(1'000'000)));
  ASSERT_TRUE(turn_until([&] { return !peer_->frames_of(reference::RST_STREAM).empty(); }));
  EXPECT_EQ(reference::number(peer_->frames_of(reference::RST_STREAM)[0].payload), 2u);
}

// --- What the connection answers by itself

// RFC 9110 §6.6.1: a server with a clock sends a date, before any request and long behind the
// last.
TEST_F(SiteTest, EveryAnswerHasItsDate) {
  options_.connection.protocol = ProtocolVersion::kDetect;
  options_.connection.limits.field_block_timeout = milliseconds(10);
  options_.connection.limits.preface_timeout = milliseconds(10);
  for (const auto& [octets, status] : {std::pair{"GET\r\n\r\n", "400"},
                                       {"GET / HTTP/1.1\r\n", "408"},
                                       {"GET / HTTP/3.0\r\n\r\n", "505"},
                                       {"P", "408"}}) {
    start();
    auto [ours, theirs] = LoopPeer::make_pair();
    loop_->adopt(std::move(ours));
    LoopPeer peer(std::move(theirs));
    peer.send(octets);
    EXPECT_TRUE(turn_until([&] {
      peer.read();
      return peer.saw_eof();
    }));
    const std::string& answer = peer.received();
    EXPECT_TRUE(answer.starts_with(std::string("HTTP/1.1 ") + status)) << octets << answer;
    EXPECT_NE(answer.find("\r\ndate: "), std::string::npos) << octets << answer;
  }
}

// --- --log

TEST_P(FilesTest, EveryRequestIsLoggedOnce) {
  auto log = AccessLog::open(root_ / "log");
  ASSERT_TRUE(log.ok()) << log.status();
  site_.log = std::move(*log);
  start();
  ask("GET", "/digits.txt");
  ask("HEAD", "/digits.txt");
  peer_->send_request(5, "POST", "/echo", false);
  peer_->send(reference::encode(reference::DATA, 0, 5, "abc") +
              reference::encode(reference::RST_STREAM, 0, 5, reference::u32(8)));
  turn_for(milliseconds(20));
  peer_->close();
  while (loop_->open_connections() > 0) loop_->turn(milliseconds(1));

  std::ifstream stream(root_ / "log");
  std::stringstream text;
  text << stream.rdbuf();
  const std::string lines = text.str();
  EXPECT_NE(lines.find(" GET /digits.txt 200 10 "), std::string::npos) << lines;
  EXPECT_NE(lines.find(" HEAD /digits.txt 200 0 "), std::string::npos) << lines;
  EXPECT_NE(lines.find(" POST /echo 200 3 "), std::string::npos) << lines;
  EXPECT_NE(lines.find(" CANCEL\n"), std::string::npos) << lines;
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3) << lines;
}

}  // namespace
}  // namespace headrace::serve
