#include "headrace/adapters/loop/loop.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "headrace/adapters/socket/listener.h"
#include "tests/adapters/loop_kinds.h"
#include "tests/adapters/loop_peer.h"
#include "tests/adapters/pattern_service.h"
#include "tests/adapters/stopped_clock.h"

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr uint16_t kInitialWindowSize = 4;  // RFC 9113 §6.5.2
constexpr uint32_t kMaxWindow = 0x7fffffff;

class LoopTest : public testing::TestWithParam<LoopKind> {
 protected:
  void make_loop() {
    auto loop = GetParam().make(options_, &service_);
    ASSERT_TRUE(loop.ok()) << loop.status();
    loop_ = std::move(*loop);
  }
  // A peer whose connection the loop has.
  LoopPeer adopt_peer() {
    auto [ours, theirs] = LoopPeer::make_pair();
    loop_->adopt(std::move(ours));
    return LoopPeer(std::move(theirs));
  }
  // The loop listens; what to connect to stays with the test.
  void make_listening_loop() {
    make_loop();
    auto sockets = listen_on("127.0.0.1", 0, 1);
    ASSERT_TRUE(sockets.ok()) << sockets.status();
    address_ = UniqueFd(dup(sockets->front().get()));
    loop_->listen(std::move(sockets->front()));
  }
  LoopPeer connect_peer(int receive_buffer = 0) {
    return LoopPeer(LoopPeer::connect_to(address_, receive_buffer));
  }

  // Turns the loop, and lets the peers read, until `done`; false when it hangs.
  bool turn_until(const std::function<bool()>& done, std::vector<LoopPeer*> peers = {},
                  size_t read_limit = 1 << 20) {
    using RealTime = std::chrono::system_clock;  // which a StoppedClock does not stop
    const auto give_up = RealTime::now() + std::chrono::seconds(60);
    while (!done()) {
      if (RealTime::now() > give_up) return false;
      running_ = loop_->turn(milliseconds(1));
      for (LoopPeer* peer : peers) peer->read(read_limit);
    }
    return true;
  }
  void turn_for(milliseconds time) {
    const auto end = Clock::now() + time;
    do {
      loop_->turn(milliseconds(1));
    } while (Clock::now() < end);
  }
  // Reads slowly until `done`: five milliseconds have passed whenever a thousand octets have come.
  bool read_slowly(LoopPeer& peer, StoppedClock& clock, const std::function<bool()>& done) {
    return turn_until([&] {
      const size_t before = peer.received().size();
      peer.read(1'000);
      if (peer.received().size() > before) clock.advance(milliseconds(5));
      return done() || peer.saw_eof() || peer.saw_reset();
    });
  }
  // Of all connections, open or not.
  uint64_t counter(std::string_view name) const {
    for (size_t i = 0; i < kConnectionCounters.size(); ++i) {
      if (kConnectionCounters[i].name == name) {
        return loop_->statistics().connection_counters[i].value();
      }
    }
    return 0;
  }
  // How many turns are not waited in, although nothing is to be done.
  int busy_turns(milliseconds time) {
    int turns = 0;
    for (const auto end = Clock::now() + time; Clock::now() < end; ++turns) loop_->turn(time);
    return turns;
  }

  // Sooner or later it waits.
  bool comes_to_rest() {
    for (int i = 0; i < 20; ++i) {
      if (busy_turns(milliseconds(50)) <= 5) return true;
    }
    return false;
  }

  LoopOptions options_;
  PatternService service_;
  std::unique_ptr<Loop> loop_;
  UniqueFd address_;
  bool running_ = true;
};

TEST_P(LoopTest, AnswersARequest) {
  make_loop();
  LoopPeer peer = adopt_peer();
  peer.send_preface();
  peer.send_get(1, "/5");
  ASSERT_TRUE(turn_until([&] { return peer.ended(1); }, {&peer}));
  EXPECT_EQ(peer.frames().front().type, reference::SETTINGS);  // RFC 9113 §3.4
  EXPECT_TRUE(peer.data_of(1) == pattern(5));
}

TEST_P(LoopTest, AnswersOverTcpOnManyConnections) {
  constexpr int kPeers = 100;
  // (Where all ask for few buffers, a sanitizer's build on a busy machine takes longer.)
  options_.connection.limits.preface_timeout = milliseconds(0);
  make_listening_loop();
  std::deque<LoopPeer> peers;
  std::vector<LoopPeer*> all;
  for (int i = 0; i < kPeers; ++i) {
    peers.push_back(connect_peer());
    all.push_back(&peers.back());
    peers.back().send_preface();
    peers.back().send_get(1, "/" + std::to_string(i));
  }
  ASSERT_TRUE(turn_until(
      [&] { return std::ranges::all_of(peers, [](auto& peer) { return peer.ended(1); }); }, all));
  EXPECT_EQ(loop_->open_connections(), size_t{kPeers});
  for (size_t i = 0; i < peers.size(); ++i) EXPECT_EQ(peers[i].data_of(1), pattern(i));
  peers.clear();
  EXPECT_TRUE(turn_until([&] { return service_.destroyed == kPeers; }));
  EXPECT_EQ(loop_->open_connections(), 0u);
}

// A peer that reads slowly: the socket takes part of what it is given, and then nothing.
TEST_P(LoopTest, GoesOnAfterPartialWrites) {
  make_loop();
  LoopPeer peer = adopt_peer();
  peer.send_preface({{kInitialWindowSize, kMaxWindow}});
  peer.send(reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(kMaxWindow - 65535)));
  peer.send_get(1, "/5000000");
  EXPECT_TRUE(comes_to_rest()) << "it does not wait while the socket is full";
  ASSERT_TRUE(turn_until([&] { return peer.ended(1); }, {&peer}, 10'007));
  EXPECT_TRUE(peer.data_of(1) == pattern(5'000'000));
}

// The loop is one of many things that somebody waits for with poll(2), and wakes them.
TEST_P(LoopTest, TurnsInsideAnotherLoop) {
  make_loop();
  LoopPeer peer = adopt_peer();
  peer.send_preface();
  for (size_t i = 0; i < 5; ++i) {
    std::thread later([&] {
      std::this_thread::sleep_for(milliseconds(10));
      peer.send(reference::encode(reference::PING, 0, 0, "are you?"));
    });
    bool woken = true;
    while (woken && peer.frames_of(reference::PING).size() <= i) {
      const auto now = Clock::now();
      const bool at_once = loop_->next_deadline(now) <= now;
      pollfd loop = {loop_->descriptor(), POLLIN, 0};
      // (A descriptor that wakes nobody is found to be readable when the time is up.)
      woken = at_once || (poll(&loop, 1, 60'000) == 1 && Clock::now() < now + milliseconds(50'000));
      loop_->turn(milliseconds(0));
      peer.read();
    }
    later.join();
    ASSERT_TRUE(woken);
  }
}

// One connection's long download does not keep another from being answered.
TEST_P(LoopTest, SharesItsTurns) {
  make_loop();
  LoopPeer greedy = adopt_peer();
  greedy.send_preface({{kInitialWindowSize, kMaxWindow}});
  greedy.send(
      reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(kMaxWindow - 65535)));
  greedy.send_get(1, "/50000000");
  LoopPeer modest = adopt_peer();
  modest.send_preface();
  modest.send_get(1, "/10");
  ASSERT_TRUE(turn_until([&] { return modest.ended(1); }, {&greedy, &modest}));
  EXPECT_LT(greedy.received().size(), 10'000'000u);
}

TEST_P(LoopTest, SurvivesAPeersReset) {
  make_listening_loop();
  LoopPeer peer = connect_peer(4096);
  peer.send_preface({{kInitialWindowSize, kMaxWindow}});
  peer.send_get(1, "/50000000");
  ASSERT_TRUE(turn_until([&] { return service_.requests == 1; }));
  turn_for(milliseconds(10));
  peer.send_rst();
  ASSERT_TRUE(turn_until([&] { return loop_->open_connections() == 0; }));
  EXPECT_EQ(service_.streams_closed, std::vector{ClosedBy::kTransport});
  EXPECT_EQ(service_.connections_closed.size(), 1u);
  // (A send that is under way outlives the connection.)
  EXPECT_TRUE(turn_until([&] { return service_.destroyed == 1; }));
  EXPECT_EQ(loop_->statistics().connections_failed.value(), 1u);
}

// A client that is done with sending may still read (as `nc` does with a file).
// In the middle of a download, with as much under way as the system takes.
TEST_P(LoopTest, AResetCostsOneConnection) {
  make_listening_loop();
  LoopPeer lost = connect_peer();
  LoopPeer other = connect_peer();
  for (LoopPeer* peer : {&lost, &other}) {
    peer->send_preface({{kInitialWindowSize, kMaxWindow}});
    peer->send(
        reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(kMaxWindow - 65535)));
  }
  lost.send_get(1, "/50000000");
  other.send_get(1, "/200000");
  ASSERT_TRUE(turn_until([&] { return service_.requests == 2; }));
  turn_for(milliseconds(10));
  lost.send_rst();
  ASSERT_TRUE(turn_until([&] { return other.ended(1); }, {&other}));
  EXPECT_TRUE(other.data_of(1) == pattern(200'000));
  EXPECT_TRUE(turn_until([&] { return service_.destroyed == 1; }));
  EXPECT_EQ(loop_->statistics().connections_failed.value(), 1u);
}

TEST_P(LoopTest, AnswersAfterThePeersFin) {
  make_listening_loop();
  LoopPeer peer = connect_peer();
  peer.send_preface({{kInitialWindowSize, 1'000'000}});
  peer.send_get(1, "/50000");
  peer.send_fin();
  ASSERT_TRUE(turn_until([&] { return peer.saw_eof() || peer.saw_reset(); }, {&peer}));
  EXPECT_FALSE(peer.saw_reset());
  EXPECT_TRUE(peer.data_of(1) == pattern(50'000));
  EXPECT_TRUE(peer.ended(1));
  EXPECT_TRUE(turn_until([&] { return loop_->open_connections() == 0; }));
}

TEST_P(LoopTest, ClosesWhenThePeerCloses) {
  make_loop();
  LoopPeer peer = adopt_peer();
  peer.send_preface();
  ASSERT_TRUE(turn_until([&] { return peer.frames_of(reference::SETTINGS).size() == 2; }, {&peer}));
  peer.close();
  EXPECT_TRUE(turn_until([&] { return loop_->open_connections() == 0; }));
  EXPECT_EQ(loop_->statistics().connections_failed.value(), 0u);
}

// Closing with bytes unread would make TCP send RST, which throws away what the peer has not read
// yet: our GOAWAY. So the rest of its bytes is read and dropped first.
TEST_P(LoopTest, LingersSoThatGoawayArrives) {
  options_.linger_timeout = std::chrono::minutes(1);
  make_listening_loop();
  LoopPeer peer = connect_peer();
  peer.send_preface();
  // RFC 9113 §6.7: a PING on a stream is a connection error; and much more follows it.
  std::string bytes = reference::encode(reference::PING, 0, 1, std::string(8, 'x'));
  bytes += std::string(500'000, 'y');
  size_t sent = peer.send(bytes);
  ASSERT_TRUE(turn_until([&] {
    sent += peer.send(std::string_view(bytes).substr(sent));
    return sent == bytes.size() && service_.connections_closed.size() == 1;
  }));
  turn_for(milliseconds(20));
  ASSERT_TRUE(turn_until([&] { return peer.saw_eof() || peer.saw_reset(); }, {&peer}));
  EXPECT_FALSE(peer.saw_reset());
  const auto goaways = peer.frames_of(reference::GOAWAY);
  ASSERT_EQ(goaways.size(), 1u);
  EXPECT_EQ(reference::parse_goaway(goaways[0].payload).error_code, 1u);  // PROTOCOL_ERROR
  EXPECT_EQ(loop_->open_connections(), 1u) << "it closed before the peer did";
  peer.close();
  EXPECT_TRUE(turn_until([&] { return loop_->open_connections() == 0; }));
}

TEST_P(LoopTest, LingersOnlySoLong) {
  options_.linger_timeout = milliseconds(50);
  make_listening_loop();
  LoopPeer peer = connect_peer();
  peer.send("GET / HTTP/1.1\r\n\r\n");
  const auto start = Clock::now();
  ASSERT_TRUE(turn_until([&] { return service_.destroyed == 1; }, {&peer}));
  EXPECT_TRUE(peer.saw_eof());
  EXPECT_GE(Clock::now() - start, milliseconds(50));
}

// All is written, but most of it is still on its way to a slow reader, who talks meanwhile: closing
// now would make TCP answer with RST and drop the rest.
TEST_P(LoopTest, LingersWhileASlowPeerTakesTheRest) {
  options_.linger_timeout = milliseconds(300);
  options_.connection.limits.shutdown_ping_timeout = milliseconds(10);
  make_listening_loop();
  LoopPeer peer = connect_peer(4096);
  peer.send_preface({{kInitialWindowSize, kMaxWindow}});
  peer.send(reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(kMaxWindow - 65535)));
  peer.send_get(1, "/150000");
  ASSERT_TRUE(turn_until([&] { return service_.requests == 1; }));
  StoppedClock clock;
  loop_->stop();
  loop_->turn(milliseconds(1));
  clock.advance(milliseconds(40));
  ASSERT_TRUE(read_slowly(peer, clock, [&] {
    peer.send(reference::encode(reference::PING, 0, 0, "and yet?"));
    return false;
  }));
  EXPECT_TRUE(peer.saw_eof());
  EXPECT_TRUE(peer.ended(1));
  EXPECT_TRUE(peer.data_of(1) == pattern(150'000));
}

// RFC 9113 §10.5: who sends PINGs and never reads the answers is not read from either.
TEST_P(LoopTest, StopsReadingFromAPeerThatDoesNotRead) {
  make_loop();
  LoopPeer peer = adopt_peer();
  peer.send_preface();
  const std::string ping = reference::encode(reference::PING, 0, 0, "01234567");
  std::string pings;
  for (int i = 0; i < 1000; ++i) pings += ping;
  size_t sent = 0;
  size_t refused = 0;
  // (A thread of the kernel takes its time, and more so on a busy machine.)
  for (int i = 0; i < 20'000 && refused <= 100; ++i) {
    const size_t n = peer.send(std::string_view(pings).substr(sent % ping.size()));
    sent += n;
    refused = n == 0 ? refused + 1 : 0;
    loop_->turn(milliseconds(0));
  }
  EXPECT_GT(refused, 100u) << "it goes on reading";
  EXPECT_TRUE(comes_to_rest()) << "it does not wait for the reader";
  // Once it reads, everything is answered.
  const size_t whole = sent / ping.size();
  ASSERT_TRUE(turn_until([&] { return peer.frames().size() >= 2 + whole; }, {&peer}));
  EXPECT_EQ(peer.frames_of(reference::PING).size(), whole);
}

TEST_P(LoopTest, DropsAPeerThatTakesNothing) {
  options_.write_timeout = milliseconds(80);
  // A TCP socket is full before it says so: the last write that it takes all of may be the last.
  for (const bool tcp : {false, true}) {
    SCOPED_TRACE(tcp);
    tcp ? make_listening_loop() : make_loop();
    LoopPeer peer = tcp ? connect_peer(4096) : adopt_peer();
    peer.send_preface({{kInitialWindowSize, kMaxWindow}});
    peer.send(
        reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(kMaxWindow - 65535)));
    peer.send_get(1, "/50000000");
    const auto start = Clock::now();
    ASSERT_TRUE(turn_until([&] { return loop_->statistics().connections_closed.value() == 1; }));
    EXPECT_GE(Clock::now() - start, milliseconds(80));
    EXPECT_EQ(loop_->statistics().connections_failed.value(), 1u);
  }
}

TEST_P(LoopTest, KeepsAPeerThatCancelsWhatItDoesNotTake) {
  options_.write_timeout = milliseconds(300);
  make_listening_loop();
  LoopPeer peer = connect_peer();
  peer.send_preface({{kInitialWindowSize, kMaxWindow}});
  peer.send(reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(kMaxWindow - 65535)));
  peer.send_get(1, "/50000000");
  ASSERT_TRUE(turn_until([&] { return peer.received().size() > 1'000'000; }, {&peer}));
  StoppedClock clock;
  peer.send(reference::encode(reference::RST_STREAM, 0, 1, reference::u32(8)));
  ASSERT_TRUE(turn_until(
      [&] {
        return !service_.streams_closed.empty() && peer.received().size() == counter("bytes_sent");
      },
      {&peer}));
  clock.advance(milliseconds(500));
  for (int i = 0; i < 5; ++i) loop_->turn(milliseconds(1));
  EXPECT_EQ(loop_->open_connections(), 1u);
}

TEST_P(LoopTest, KeepsTheConnectionsDeadlines) {
  options_.connection.limits.idle_timeout = milliseconds(60);
  make_loop();
  LoopPeer peer = adopt_peer();
  peer.send_preface();
  ASSERT_TRUE(turn_until([&] { return !peer.received().empty(); }, {&peer}));
  ASSERT_TRUE(turn_until([&] { return !peer.frames_of(reference::GOAWAY).empty(); }, {&peer}));
  EXPECT_EQ(reference::parse_goaway(peer.frames_of(reference::GOAWAY)[0].payload).error_code, 0u);
}

TEST_P(LoopTest, NewcomersWaitAboveTheLimit) {
  options_.max_connections = 1;
  options_.yield_idle = std::chrono::minutes(1);
  make_listening_loop();
  LoopPeer first = connect_peer();
  first.send_preface();
  ASSERT_TRUE(turn_until([&] { return !first.received().empty(); }, {&first}));
  LoopPeer second = connect_peer();
  second.send_preface();
  second.send_get(1, "/3");
  turn_for(milliseconds(30));
  second.read();
  EXPECT_EQ(second.received(), "");
  EXPECT_FALSE(second.saw_eof());
  EXPECT_EQ(loop_->open_connections(), 1u);
  EXPECT_TRUE(comes_to_rest()) << "it spins on the listening socket";
  first.close();
  ASSERT_TRUE(turn_until([&] { return second.ended(1); }, {&second}));
}

// Who has asked for nothing goes, with a farewell; who has not even begun goes before.
TEST_P(LoopTest, TheIdleGiveWayToNewcomers) {
  options_.max_connections = 2;
  options_.yield_idle = milliseconds(60);
  make_listening_loop();
  LoopPeer idle = connect_peer();
  idle.send_preface();
  ASSERT_TRUE(turn_until([&] { return !idle.received().empty(); }, {&idle}));
  LoopPeer silent = connect_peer();
  ASSERT_TRUE(turn_until([&] { return loop_->open_connections() == 2; }));
  turn_for(milliseconds(80));  // both might go, and nobody waits
  std::deque<LoopPeer> newcomers;
  for (LoopPeer* leaving : {&silent, &idle}) {
    EXPECT_FALSE(leaving->saw_eof());
    LoopPeer& newcomer = newcomers.emplace_back(connect_peer());
    newcomer.send_preface({{kInitialWindowSize, 0}});
    newcomer.send_get(1, "/3");
    ASSERT_TRUE(turn_until([&] { return leaving->saw_eof() && !newcomer.received().empty(); },
                           {&idle, &silent, &newcomer}));
    EXPECT_EQ(loop_->open_connections(), 2u);
  }
  EXPECT_FALSE(idle.saw_reset());
  const auto goaways = idle.frames_of(reference::GOAWAY);
  ASSERT_EQ(goaways.size(), 1u);
  EXPECT_EQ(reference::parse_goaway(goaways[0].payload).error_code, 0u);
  EXPECT_EQ(loop_->statistics().connections_yielded.value(), 2u);
  EXPECT_TRUE(comes_to_rest()) << "it spins, and nobody waits";
}

TEST_P(LoopTest, TheStalledGiveWayToNewcomers) {
  options_.max_connections = 1;
  options_.yield_stalled = milliseconds(60);
  make_listening_loop();
  LoopPeer stalled = connect_peer();
  stalled.send_preface({{kInitialWindowSize, 0}});
  stalled.send_get(1, "/1000");
  ASSERT_TRUE(turn_until([&] { return service_.requests == 1; }));
  LoopPeer newcomer = connect_peer();
  newcomer.send_preface();
  newcomer.send_get(1, "/3");
  ASSERT_TRUE(turn_until([&] { return newcomer.ended(1); }, {&newcomer}));
  EXPECT_EQ(loop_->open_connections(), 1u);
  EXPECT_EQ(service_.streams_closed.front(), ClosedBy::kLocal);
}

// All that it asked for is on its way, in the system, and it takes its time.
TEST_P(LoopTest, ASlowReaderKeepsItsPlace) {
  options_.max_connections = 1;
  options_.yield_idle = options_.yield_stalled = milliseconds(200);
  make_listening_loop();
  LoopPeer slow = connect_peer(4096);
  slow.send_preface({{kInitialWindowSize, kMaxWindow}});
  slow.send(reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(kMaxWindow - 65535)));
  slow.send_get(1, "/150000");
  ASSERT_TRUE(turn_until([&] { return service_.requests == 1; }));
  LoopPeer newcomer = connect_peer();
  newcomer.send_preface();
  newcomer.send_get(1, "/3");
  {
    StoppedClock clock;
    ASSERT_TRUE(read_slowly(slow, clock, [&] {
      newcomer.read();
      return slow.ended(1);
    }));
  }
  EXPECT_TRUE(slow.data_of(1) == pattern(150'000));
  EXPECT_TRUE(turn_until([&] { return newcomer.ended(1); }, {&newcomer, &slow}));
}

TEST_P(LoopTest, NobodyGivesWayWhereThatIsOff) {
  options_.max_connections = 1;
  options_.yield_idle = milliseconds(0);
  make_listening_loop();
  LoopPeer silent = connect_peer();
  ASSERT_TRUE(turn_until([&] { return loop_->open_connections() == 1; }));
  LoopPeer newcomer = connect_peer();
  newcomer.send_preface();
  turn_for(milliseconds(1'200));
  newcomer.read();
  EXPECT_EQ(newcomer.received(), "");
}

TEST_P(LoopTest, WaitsForDescriptorsWithoutSpinning) {
  make_listening_loop();
  LoopPeer peer = connect_peer();
  peer.send_preface();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const UniqueFd next(dup(0));  // the lowest free number: no other may be had
  const rlimit none{static_cast<rlim_t>(next.get()), before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  // (A thread of the kernel comes to it when it is given a processor.)
  const bool paused = turn_until([&] { return loop_->statistics().accept_pauses.value() >= 1; });
  const bool rests = comes_to_rest();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(paused);
  EXPECT_TRUE(rests) << "it spins on the listening socket";
  EXPECT_EQ(loop_->open_connections(), 0u);
  EXPECT_TRUE(turn_until([&] { return !peer.received().empty(); }, {&peer}));
}

// RFC 9113 §6.8, with a download under way.
TEST_P(LoopTest, StopsGracefully) {
  make_listening_loop();
  LoopPeer peer = connect_peer();
  peer.send_preface();
  peer.send_get(1, "/100000");  // more than the window of 65,535
  ASSERT_TRUE(turn_until([&] { return peer.data_of(1).size() == 65'535; }, {&peer}));
  loop_->stop();
  ASSERT_TRUE(turn_until([&] { return !peer.frames_of(reference::GOAWAY).empty(); }, {&peer}));
  EXPECT_TRUE(running_);

  for (const reference::Frame& ping : peer.frames_of(reference::PING)) {
    peer.send(reference::encode(reference::PING, reference::ACK, 0, ping.payload));
  }
  peer.send(reference::encode(reference::WINDOW_UPDATE, 0, 0, reference::u32(100'000)));
  peer.send(reference::encode(reference::WINDOW_UPDATE, 0, 1, reference::u32(100'000)));
  ASSERT_TRUE(turn_until([&] { return peer.saw_eof(); }, {&peer}));
  EXPECT_TRUE(peer.data_of(1) == pattern(100'000));
  EXPECT_TRUE(peer.ended(1));
  const auto goaways = peer.frames_of(reference::GOAWAY);
  ASSERT_EQ(goaways.size(), 2u);
  EXPECT_EQ(reference::parse_goaway(goaways[0].payload).last_stream_id, kMaxWindow);
  EXPECT_EQ(reference::parse_goaway(goaways[1].payload).last_stream_id, 1u);
  peer.close();
  EXPECT_TRUE(turn_until([&] { return !running_; }));
  EXPECT_EQ(loop_->open_connections(), 0u);
}

TEST_P(LoopTest, StopsAtOnceWhenToldTwice) {
  options_.shutdown_grace = {};  // so that nothing but the second call can end it
  make_loop();
  LoopPeer peer = adopt_peer();
  peer.send_preface({{kInitialWindowSize, 0}});
  peer.send_get(1, "/10");
  ASSERT_TRUE(turn_until([&] { return service_.requests == 1; }, {&peer}));
  loop_->stop();
  turn_for(milliseconds(20));
  EXPECT_EQ(loop_->open_connections(), 1u);
  EXPECT_TRUE(comes_to_rest()) << "it spins while it waits for the stream";
  loop_->stop();
  EXPECT_TRUE(turn_until([&] { return !running_; }));
  EXPECT_EQ(service_.destroyed, 1);
  EXPECT_EQ(service_.streams_closed.size(), 1u);
}

TEST_P(LoopTest, StopsWhenTheGracePeriodIsOver) {
  options_.shutdown_grace = milliseconds(60);
  make_loop();
  LoopPeer peer = adopt_peer();
  peer.send_preface({{kInitialWindowSize, 0}});
  peer.send_get(1, "/10");
  ASSERT_TRUE(turn_until([&] { return service_.requests == 1; }, {&peer}));
  const auto start = Clock::now();
  loop_->stop();
  loop_->run();
  EXPECT_GE(Clock::now() - start, milliseconds(60));
  EXPECT_LT(Clock::now() - start, milliseconds(30'000)) << "the default's";
}

TEST_P(LoopTest, StopsWithoutConnections) {
  make_listening_loop();
  loop_->stop();
  loop_->run();
  EXPECT_EQ(service_.opened, 0);
}

TEST_P(LoopTest, AddsUpTheConnectionsCounters) {
  make_loop();
  LoopPeer peer = adopt_peer();
  peer.send_preface();
  peer.send_get(1, "/1000");
  ASSERT_TRUE(turn_until([&] { return peer.ended(1); }, {&peer}));
  peer.close();
  ASSERT_TRUE(turn_until([&] { return loop_->open_connections() == 0; }));
  EXPECT_EQ(counter("requests_received"), 1u);
  EXPECT_EQ(counter("data_sent"), 1000u);
  EXPECT_EQ(counter("bytes_sent"), peer.received().size());
  EXPECT_EQ(loop_->statistics().connections_accepted.value(), 1u);
  EXPECT_EQ(loop_->statistics().connections_closed.value(), 1u);
  EXPECT_EQ(loop_->statistics().connection_memory.value(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Loops, LoopTest, testing::ValuesIn(kLoopKinds), loop_kind_name);

}  // namespace
}  // namespace headrace::adapters
