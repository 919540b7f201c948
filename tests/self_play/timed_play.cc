#include "tests/self_play/timed_play.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "tests/self_play/timed_end.h"
#include "tests/self_play/timed_pipe.h"
#include "tests/self_play/timed_world.h"

namespace headrace::self_play {
namespace {

using std::chrono::milliseconds;

constexpr int kEnoughTimes = 50'000;

Options draw_options(Role role, TimedWorld* world) {
  Random& random = world->random;
  constexpr std::array<uint32_t, 4> kWindows = {65535, 65535, 1000, 100};
  Options options;
  options.protocol = world->version;
  options.allocation = random.one_in(2) ? Allocation::kReuse : Allocation::kFresh;
  options.pipelining = !random.one_in(4);
  options.automatic_continue = random.one_in(2);
  options.automatic_credit = random.one_in(2);
  options.reset_after_early_response = random.one_in(2);
  options.initial_window_size = random.pick(kWindows);
  Limits& limits = options.limits;
  const auto draw = [&](std::array<int, 3> of) { return milliseconds(random.pick(of)); };
  limits.preface_timeout = draw({10'000, 5000, 60'000});
  limits.field_block_timeout = draw({10'000, 2000, 60'000});
  limits.settings_ack_timeout = draw({30'000, 5000, 60'000});
  limits.stream_stall_timeout = draw({300'000, 10'000, 5000});
  limits.content_timeout = draw({60'000, 10'000, 300'000});
  limits.idle_timeout = draw({180'000, 20'000, 600'000});
  limits.keepalive_interval = draw({0, 10'000, 60'000});
  limits.keepalive_timeout = draw({20'000, 5000, 1000});
  if (random.one_in(4)) limits.pipelined_requests = 2;
  if (random.one_in(4)) limits.discarded_content = random.up_to(1000);
  if (role == Role::kServer && random.one_in(8)) limits.content_size = 500;
  return options;
}

TimedEnd::Style draw_style(TimedWorld* world) {
  Random& random = world->random;
  TimedEnd::Style style;
  style.leaves_early = random.one_in(2);
  style.is_busy = random.one_in(3);
  style.tells_first = !world->is_http1() || random.one_in(2);
  style.untimed = random.below(5);
  style.early = random.one_in(3);
  style.resets = random.one_in(3);
  return style;
}

// (Who is busy while its transport has little room lets nobody finish a section in time.)
TimedPipe draw_pipe(const TimedEnd::Style& reader, TimedWorld* world) {
  constexpr std::array<size_t, 5> kRooms = {65536, 65536, 4096, 200, 20};
  const size_t room = reader.is_busy ? 65536 : world->random.pick(kRooms);
  if (room < 1000) world->largest_body = 3000;
  return {room, milliseconds(world->random.up_to(room < 1000 ? 5 : 200))};
}

// What it is for the constructors of Pair to begin with.
TimedWorld* begin(TimedWorld* world) {
  constexpr std::array<int, 4> kPauses = {0, 100, 3000, 600'000};
  world->version = world->random.one_in(4) ? ProtocolVersion::kHttp2 : ProtocolVersion::kHttp1;
  world->longest_pause = milliseconds(world->random.pick(kPauses));
  return world;
}

class Pair {
 public:
  Pair(Random* random, bool tracing)
      : world_(random, tracing),
        client_style_(draw_style(begin(&world_))),
        server_style_(draw_style(&world_)),
        to_server_(draw_pipe(server_style_, &world_)),
        to_client_(draw_pipe(client_style_, &world_)),
        client_(Role::kClient, draw_options(Role::kClient, &world_), client_style_, &world_),
        server_(Role::kServer, draw_options(Role::kServer, &world_), server_style_, &world_) {
    client_.connect(&server_, &to_client_, &to_server_);
    server_.connect(&client_, &to_server_, &to_client_);
    plan();
  }

  std::string play() {
    for (int i = 0; !world_.failed() && !(client_.is_over() && server_.is_over()); ++i) {
      world_.require(i < kEnoughTimes, [] { return "the two never come to an end"; });
      move();
      if (!world_.failed()) pass();
    }
    if (!world_.failed()) client_.check_end();
    if (!world_.failed()) server_.check_end();
    return world_.failure;
  }

 private:
  void plan() {
    Random& random = world_.random;
    client_.begin_requests(1 + random.below(8));
    TimedEnd& some = random.one_in(2) ? client_ : server_;
    const uint32_t kind = random.below(12);
    if (kind == 0 || kind == 1) some.plan_shutdown();
    if (kind == 2 || kind == 3) some.plan_terminate();
    if (kind < 4 || kind > 7) return;
    stops_at_ = world_.now + milliseconds(random.up_to(random.one_in(2) ? 1000 : 100'000));
    stops_to_server_ = kind != 5;
    stops_to_client_ = kind != 6;
  }

  void move() {
    for (bool moved = true; moved && !world_.failed();) {
      moved = client_.turn();
      moved = server_.turn() || moved;
    }
    client_.check_turn();
    server_.check_turn();
  }

  // Until something is due.
  void pass() {
    if (client_.is_over() && server_.is_over()) return;
    TimePoint next = std::min(client_.next(), server_.next());
    if (stops_at_ > world_.now) next = std::min(next, stops_at_);
    // (A deadline that finds nothing to do may come again and again.)
    if (next == TimePoint::max() || next - world_.moved_at > std::chrono::hours(24)) {
      const bool gave_up = client_.give_up() || server_.give_up();
      return world_.require(gave_up, [] { return "nothing is due, and a connection is open"; });
    }
    world_.require(next > world_.now, [] { return "what was done is due again"; });
    world_.now = next;
    if (next != stops_at_) return;
    world_.trace([] { return "a path stops"; });
    world_.torn = true;
    if (stops_to_server_) to_server_.stop(world_.now);
    if (stops_to_client_) to_client_.stop(world_.now);
  }

  TimedWorld world_;
  const TimedEnd::Style client_style_;
  const TimedEnd::Style server_style_;
  TimedPipe to_server_;
  TimedPipe to_client_;
  TimedEnd client_;
  TimedEnd server_;
  TimePoint stops_at_ = TimePoint::min();
  bool stops_to_server_ = false;
  bool stops_to_client_ = false;
};

}  // namespace

std::string play_in_time(Random* random, bool tracing) { return Pair(random, tracing).play(); }

std::string play_in_time(uint64_t seed, uint64_t games) {
  for (uint64_t game = 0; game < games; ++game) {
    Random random(seed << 32 | game);
    const std::string failure = play_in_time(&random);
    if (failure.empty()) continue;
    return "seed " + std::to_string(seed) + ", in virtual time, game " + std::to_string(game) +
           ": " + failure + "\n    bazel run //tests/self_play -- --seed=" + std::to_string(seed) +
           " --game=" + std::to_string(game);
  }
  return "";
}

std::string trace_in_time(uint64_t seed, uint64_t game) {
  Random random(seed << 32 | game);
  return play_in_time(&random, /*tracing=*/true);
}

}  // namespace headrace::self_play
