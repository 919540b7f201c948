// The loops' bookkeeping against a kernel that does whatever a kernel may do, in every order: no
// socket, no thread, no real time. A loop may lose nobody who is honest, must touch nothing that is
// gone (AddressSanitizer watches), must neither spin nor wait for ever, and leaves nothing behind.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "headrace/adapters/loop/loop.h"
#include "tests/adapters/kernel/choices.h"
#include "tests/adapters/kernel/kernel.h"
#include "tests/adapters/loop_kinds.h"
#include "tests/adapters/patient_client.h"
#include "tests/adapters/pattern_service.h"

namespace headrace::adapters {
namespace {

using simulation::Choices;
using simulation::Deviations;
using simulation::Kernel;
using simulation::Network;
using simulation::RandomChoices;
using simulation::Step;

// Answers like PatternService; and does, where a path or the test's choices ask for it, whatever a
// handler may do to its own connection, to others and to the loop.
class RestlessService : public Service {
 public:
  explicit RestlessService(Kernel& kernel) : kernel_(kernel) {}

  std::unique_ptr<Handler> open(Connection& connection, Driver& driver) override {
    ++opened;
    return std::make_unique<RestlessHandler>(*this, connection, driver);
  }
  void connect_failed(int error) override {
    EXPECT_NE(error, 0);
    --connecting;
  }

  TimePoint next_deadline() const override {
    TimePoint next = TimePoint::max();
    for (const PatientClient& client : clients) next = std::min(next, client.break_ends());
    return next;
  }
  void expire(TimePoint now) override {
    for (PatientClient& client : clients) {
      if (client.break_ends() <= now) client.go_on();
    }
  }

  std::deque<PatientClient> clients;
  Loop* loop = nullptr;
  int opened = 0;
  int destroyed = 0;
  int connecting = 0;

 private:
  class RestlessHandler : public Handler {
   public:
    RestlessHandler(RestlessService& service, Connection& connection, Driver& driver)
        : service_(service), connection_(connection), driver_(driver) {
      service_.drivers_.insert(&driver);
    }
    ~RestlessHandler() override {
      ++service_.destroyed;
      driver_.attend();  // too late, and harmless
      service_.connect_out();
      service_.drivers_.erase(&driver_);
    }

    void handle(EventPtr event) override {
      if (const auto* request = std::get_if<RequestReceived>(event.get())) answer(*request);
    }

   private:
    void answer(const RequestReceived& request) {
      const std::string path(request.fields.get(":path"));
      if (path == "/end") {
        (void)connection_.terminate(ErrorCode::kNoError);
        return;
      }
      if (path == "/all") {
        for (Driver* driver : service_.drivers_) driver->attend();
      }
      if (path == "/connect") service_.connect_out();
      source_ = std::make_unique<PatternSource>(static_cast<size_t>(std::atoll(path.c_str() + 1)));
      (void)connection_.submit_response(request.stream_id, {{":status", "200"}},
                                        Body::source(source_.get()));
    }

    RestlessService& service_;
    Connection& connection_;
    Driver& driver_;
    std::unique_ptr<PatternSource> source_;
  };

  void connect_out() {
    if (connects_left_ == 0) return;
    --connects_left_;
    loop->connect(UniqueFd(kernel_.open_outgoing()), Options{}, this);
  }

  Kernel& kernel_;
  std::set<Driver*> drivers_;
  int connects_left_ = 4;
};

// Who comes, and in what circumstances.
constexpr size_t kPlenty = size_t{512} << 20;  // more than honest peers make a loop hold

struct Scenario {
  size_t max_connections = 10'000;
  size_t memory = 0;
  bool queued = false;  // everybody has come, spoken and perhaps gone before the loop's first turn
  bool stops_early = false;  // stop() comes at some time, and again
  unsigned ring_entries = 4;
  bool fails = true;
  size_t storm = 0;      // connections that come and go, at least
  bool clients = false;  // of every kind of PatientClient
  size_t events_per_turn = 1024;
};

void populate(Network& network, const Scenario& scenario, Choices& choices) {
  const std::string opening = Network::preface();
  const std::deque<Step> kRude[] = {
      {{Step::kConnect}, {Step::kSend, opening}, {Step::kReset}},
      {{Step::kConnect}, {Step::kSend, opening.substr(0, 8)}, {Step::kFin}},
      {{Step::kConnect}, {Step::kReset}},
      {{Step::kConnect}, {Step::kSend, opening + Network::get("/1000")}, {Step::kReset}},
      {{Step::kConnect}, {Step::kStopReading}, {Step::kSend, opening + Network::get("/1000")}},
      {{Step::kConnect}, {Step::kSend, std::string(64, 'x')}, {Step::kFin}},
      {{Step::kConnect}, {Step::kSend, opening + Network::get("/end")}},
      {{Step::kConnect}, {Step::kSend, opening + Network::get("/all")}, {Step::kFin}},
      {{Step::kConnect}, {Step::kSend, opening}, {Step::kSend, Network::get("/connect")}},
      {{Step::kConnect}},
  };
  network.add_honest(10);
  for (size_t i = 0; i < scenario.storm; ++i) network.add(kRude[choices.pick(std::size(kRude))]);
  network.add_honest(700);
  // So much that the socket's memory is measured.
  if (scenario.memory == kPlenty) network.add_honest(20'000);
}

class LoopModelTest : public testing::TestWithParam<LoopKind> {
 protected:
  static constexpr std::chrono::milliseconds kTurn{20'000};
  static constexpr int kMostTurns = 5'000;
  static constexpr int kMostIdleTurns = 100;
  static constexpr int kQuietTurns = 10;
  static constexpr int64_t kQuiet = int64_t{10} * 1'000'000'000;  // nanoseconds
  static constexpr uint64_t kSeeds = 500;

  // Turns until nothing has moved for some minutes, or it has ended.
  void turn(Kernel& kernel, Loop& loop, const Scenario& scenario) {
    int idle = 0;
    int64_t moved_at = kernel.now();
    for (int turns = 0, quiet = 0; quiet < kQuietTurns || kernel.now() < moved_at + kQuiet;
         ++turns) {
      const uint64_t progress = kernel.progress();
      const int64_t now = kernel.now();
      if (scenario.stops_early && kernel.choices().seldom(2) == 1) loop.stop();
      if (!loop.turn(kTurn)) return;
      const bool moved = kernel.progress() != progress;
      idle = moved || kernel.now() != now ? 0 : idle + 1;
      if (moved) moved_at = kernel.now();
      quiet = moved ? 0 : quiet + (kernel.now() != now ? 1 : 0);
      if (idle > kMostIdleTurns) return kernel.complain("the loop spins");
      if (turns > kMostTurns) return kernel.complain("the loop comes to no end");
    }
  }

  void run(const Scenario& scenario, Choices& choices) {
    Kernel kernel(choices);
    kernel.ring_entries = scenario.ring_entries;
    kernel.failing = scenario.fails;
    populate(kernel.network(), scenario, choices);
    RestlessService service(kernel);
    LoopOptions options;
    options.max_connections = scenario.max_connections;
    options.memory = scenario.memory;
    options.events_per_turn = scenario.events_per_turn;
    {
      LoopKind::Made made = GetParam().make(options, &service);
      if (made.ok()) {
        Loop& loop = **made;
        service.loop = &loop;
        loop.listen(UniqueFd(kernel.open_listener()));
        if (scenario.clients) connect_clients(kernel, service);
        if (scenario.queued) kernel.network().run();
        turn(kernel, loop, scenario);
        const bool complete = loop.failure().ok() && !scenario.stops_early &&
                              (scenario.memory == 0 || scenario.memory == kPlenty);
        loop.stop();
        turn(kernel, loop, scenario);
        loop.stop();
        turn(kernel, loop, scenario);
        if (loop.failure().ok() && loop.open_connections() != 0) {
          kernel.complain("connections are left after the end");
        }
        if (complete) expect_answers(kernel, service);
      }
    }
    if (kernel.open_descriptors() != 0) kernel.complain("descriptors are left open");
    EXPECT_EQ(service.opened, service.destroyed);
    for (const std::string& complaint : kernel.complaints()) ADD_FAILURE() << complaint;
  }

  static void connect_clients(Kernel& kernel, RestlessService& service) {
    for (const PatientClient::Kind& kind : PatientClient::kKinds) {
      service.clients.emplace_back(kind, kernel).connect(*service.loop);
    }
  }

  void expect_answers(Kernel& kernel, const RestlessService& service) {
    for (const simulation::Peer& peer : kernel.network().peers()) {
      if (peer.is_honest() && !peer.answered) kernel.complain("an honest peer was not answered");
    }
    for (const PatientClient& client : service.clients) {
      if (const std::string said = client.complaint(); !said.empty()) kernel.complain(said);
    }
  }
};

TEST_P(LoopModelTest, EverySingleDeviationFromTheOrdinary) {
  for (const bool queued : {false, true}) {
    const Scenario scenario{.queued = queued, .storm = 2};
    const size_t runs = Deviations::search(1, 1, [&](Choices& choices) {
      if (!HasFailure()) run(scenario, choices);
    });
    RecordProperty(queued ? "runs_queued" : "runs", static_cast<int>(runs));
    EXPECT_GT(runs, 100u);
  }
}

TEST_P(LoopModelTest, EverySingleDeviationWithClients) {
  const size_t runs = Deviations::search(1, 29, [&](Choices& choices) {
    if (!HasFailure()) run({.storm = 0, .clients = true}, choices);
  });
  RecordProperty("runs", static_cast<int>(runs));
}

TEST_P(LoopModelTest, SomePairsOfDeviations) {
  const size_t runs = Deviations::search(2, 4999, [&](Choices& choices) {
    if (!HasFailure()) run({.ring_entries = 2, .storm = 0}, choices);
  });
  RecordProperty("runs", static_cast<int>(runs));
}

TEST_P(LoopModelTest, AnyRun) {
  // HEADRACE_SEED repeats a single run.
  const char* only = std::getenv("HEADRACE_SEED");
  const uint64_t first = only == nullptr ? 0 : std::strtoull(only, nullptr, 10);
  const uint64_t end = only == nullptr ? kSeeds : first + 1;
  for (uint64_t seed = first; seed < end && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomChoices choices(seed);
    const Scenario scenario{.max_connections = choices.pick(2) == 1 ? 2u : 10'000u,
                            .memory = choices.pick(8) == 1   ? 4096u
                                      : choices.pick(8) == 1 ? kPlenty
                                                             : 0u,
                            .queued = choices.pick(2) == 1,
                            .stops_early = choices.pick(4) == 1,
                            .ring_entries = 1u << choices.pick(4),
                            .fails = choices.pick(2) == 1,
                            .storm = choices.pick(12),
                            .clients = choices.pick(4) == 1,
                            .events_per_turn = choices.pick(2) == 1 ? 1u : 1024u};
    run(scenario, choices);
  }
}

INSTANTIATE_TEST_SUITE_P(Loops, LoopModelTest, testing::ValuesIn(kLoopKinds), loop_kind_name);

}  // namespace
}  // namespace headrace::adapters
