#include <chrono>
#include <gsl/span>
#include <string>
#include <vector>

#include "tests/attacks/honest_traffic.h"
#include "tests/attacks/wire.h"

// DATA and its windows (RFC 9113 §5.2, §6.1, §6.9).

namespace headrace::attacks {
namespace {

using namespace std::chrono_literals;

// So many at once, the most that are let in. Their ids.
std::vector<uint32_t> ask(Conversation& c, std::string_view path, uint32_t streams = 100) {
  std::vector<uint32_t> ids;
  std::string all;
  for (uint32_t i = 0; i < streams; ++i) {
    ids.push_back(c.next_stream());
    all += headers(ids.back(), get(path), true);
  }
  c.send(all);
  return ids;
}

// It asks for a lot and lets nothing of it through, time and again.
void slow_read(Conversation& c, uint32_t n) {
  c.send(settings({{kInitialWindowSize, 0}}));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    ask(c, "/large");
    c.pass(301s);
  }
}
// The windows of HTTP/2 are open, its socket is not read.
void unread_responses(Conversation& c, uint32_t n) {
  c.send(settings({{kInitialWindowSize, 1 << 30}}));
  c.read(false);
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(headers(c.next_stream(), get(i % 100 == 0 ? "/large" : "/"), true));
  }
  c.read(true);
}

// An octet at a time, of a hundred streams.
void dribble(Conversation& c, uint32_t n) {
  c.send(settings({{kInitialWindowSize, 0}}));
  const std::vector<uint32_t> ids = ask(c, "/large");
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(window_update(ids[i % ids.size()], 1));
  for (const uint32_t id : ids) c.send(rst_stream(id));
}
// The same, of all of them with each frame.
void dribble_by_settings(Conversation& c, uint32_t n) {
  c.send(settings({{kInitialWindowSize, 0}}));
  const std::vector<uint32_t> ids = ask(c, "/large");
  for (uint32_t i = 1; i <= n && c.goes_on(); ++i) c.send(settings({{kInitialWindowSize, i}}));
  for (const uint32_t id : ids) c.send(rst_stream(id));
}
// To and fro, so that nothing goes, but all have to be looked at.
void move_windows(Conversation& c, uint32_t n) {
  ask(c, "/large");
  for (uint32_t i = 1; i <= n && c.goes_on(); ++i) {
    c.send(settings({{kInitialWindowSize, 65535 * (i % 2)}}));
  }
}

// Streams whose ids are all looked for in one place (StreamTable::bucket_of).
void colliding_streams(Conversation& c, uint32_t n) {
  std::vector<uint32_t> ids;
  std::string all;
  for (uint32_t id = 1; ids.size() < 100; id += 2) {
    if ((id * uint64_t{0x9e3779b97f4a7c15}) >> 56 != 0) continue;
    ids.push_back(id);
    all += headers(id, get("/wait"), true);
  }
  c.send(all);
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(window_update(ids[i % ids.size()], 1));
  for (const uint32_t id : ids) c.send(rst_stream(id));
  while (c.next_stream() < ids.back()) {
  }
}

// Octets one by one, for an application that gives no credit.
void small_data(Conversation& c, uint32_t n) {
  const uint32_t id = c.next_stream();
  c.send(headers(id, post("/kept"), false));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(data(id, "1", false));
  c.send(data(id, "", true));
}
void empty_data(Conversation& c, uint32_t n) {
  const uint32_t id = c.next_stream();
  c.send(headers(id, post("/"), false));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(data(id, "", false));
}
// As much padding as there can be, on a stream whose credit is kept, on one that was reset and on
// one that is there: what is left of the window in the end must do for another body.
void padding(Conversation& c, uint32_t n) {
  const uint32_t kept = c.next_stream();
  const uint32_t open = c.next_stream();
  const uint32_t reset = c.next_stream();
  c.send(headers(kept, post("/kept"), false) + headers(open, post("/"), false));
  c.send(headers(reset, post("/"), false) + padded_data(reset, "1", 255) + rst_stream(reset));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    const uint32_t id = i % 10 == 0 ? kept : open;
    c.send(padded_data(id, "1", 255));
  }
  c.send(data(kept, "", true) + data(open, "", true));
  const uint32_t last = c.next_stream();
  c.send(headers(last, post("/"), false));
  for (int i = 0; i < 4; ++i) c.send(data(last, std::string(16000, '1'), i == 3));
}

}  // namespace

gsl::span<const Attack> flow_attacks() {
  constexpr Role kServer = Role::kServer;
  constexpr ErrorCode kCalm = ErrorCode::kEnhanceYourCalm;
  static const Attack kAttacks[] = {
      {.name = "slow read",
       .role = kServer,
       .play = slow_read,
       .honest_traffic = kPausedVideo,
       .repetitions = 10,
       .few_repetitions = 2,
       .instructions = 500},  // most of them for the responses' heads
      {.name = "data dribble, unread",
       .role = kServer,
       .play = unread_responses,
       .honest_traffic = kPausedVideo,
       .repetitions = 20'000,
       .heap = 512 << 10},
      {.name = "data dribble", .role = kServer, .play = dribble, .honest_traffic = kTinyMessages},
      {.name = "data dribble by SETTINGS",
       .role = kServer,
       .play = dribble_by_settings,
       .honest_traffic = kProbes,
       .error = kCalm,
       .limit = Limit::kUselessBurst,
       .output = 80,
       .few_repetitions = 20,
       .instructions = 5000},
      {.name = "windows that move to and fro",
       .role = kServer,
       .play = move_windows,
       .honest_traffic = kProbes,
       .error = kCalm,
       .limit = Limit::kUselessBurst,
       .few_repetitions = 50,
       .instructions = 300},
      {.name = "colliding stream identifiers",
       .role = kServer,
       .play = colliding_streams,
       .honest_traffic = kPages,
       .few_repetitions = 400},
      {.name = "small DATA",
       .role = kServer,
       .play = small_data,
       .honest_traffic = kTinyMessages,
       .repetitions = 20'000,
       .instructions = 250},
      {.name = "empty DATA",
       .role = kServer,
       .play = empty_data,
       .honest_traffic = kTinyMessages,
       .error = kCalm,
       .limit = Limit::kUselessBurst},
      {.name = "padding and credit",
       .role = kServer,
       .play = padding,
       .honest_traffic = kPaddedUploads},
  };
  return kAttacks;
}

}  // namespace headrace::attacks
