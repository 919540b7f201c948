#include <array>
#include <gsl/span>
#include <string>

#include "tests/attacks/honest_traffic.h"
#include "tests/attacks/wire.h"

// Streams that are opened and given up (RFC 9113 §5.4.2, §10.5).

namespace headrace::attacks {
namespace {

void rapid_reset(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    const uint32_t id = c.next_stream();
    c.send(headers(id, get("/wait"), true) + rst_stream(id));
  }
}
// All in one write, so that the application has not seen the first when the last is there.
void reset_before_accept(Conversation& c, uint32_t n) {
  std::string all;
  for (uint32_t i = 0; i < n; ++i) {
    const uint32_t id = c.next_stream();
    all += headers(id, get("/wait"), false) + rst_stream(id);
  }
  c.send(all);
}

// What makes us reset the stream, of requests that are in order.
void made_you_reset(Conversation& c, uint32_t n) {
  using namespace reference;
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    const uint32_t id = c.next_stream();
    const std::array<std::string, 6> triggers = {
        window_update(id, 0),
        window_update(id, 0x7fffffff),
        data(id, "late", false),
        headers(id, get("/"), true),
        encode(PRIORITY, 0, id, priority(false, id, 1)),
        encode(PRIORITY, 0, id, "four"),
    };
    c.send(headers(id, get("/wait"), true) + triggers[i % triggers.size()]);
  }
}
// What makes us reset the stream, of requests that are not.
void reset_flood(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(headers(c.next_stream(), "\x82", true));  // no :scheme, no :path
  }
}
void refused_streams(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(headers(c.next_stream(), get("/wait"), true));
  }
}
// Without an end, on a stream that it has reset itself.
void frames_behind_resets(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    const uint32_t id = c.next_stream();
    c.send(headers(id, get("/"), true) + rst_stream(id) + data(id, "late", true));
  }
}

// As if it had not seen yet that we reset it: they may come for as long as they like.
void late_frames(Conversation& c, uint32_t n) {
  const uint32_t id = c.next_stream();
  if (c.role() == Role::kServer) c.send(headers(id, get("/wait"), false));
  const std::string frames = headers(id, c.head("/"), false) + data(id, "late", false) +
                             window_update(id, 1) + rst_stream(id);
  c.send(window_update(id, 0));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(frames);
}

// All that there are come to an end at once.
void end_many(Conversation& c, uint32_t n) {
  std::string all;
  for (uint32_t i = 0; i < n; ++i) all += headers(c.next_stream(), get("/wait"), true);
  c.send(all);
  c.send(encode(reference::GOAWAY, 0, 0, reference::goaway(0, 0)));
  c.send(ping(1) + encode(reference::DATA, 0, 0, "ends it"));
}
void many_streams(Options* options) {
  options->limits.concurrent_streams = 10'000;
  options->limits.connection_memory = 16 << 20;
}

}  // namespace

gsl::span<const Attack> reset_attacks() {
  constexpr Role kServer = Role::kServer;
  constexpr ErrorCode kCalm = ErrorCode::kEnhanceYourCalm;
  static const Attack kAttacks[] = {
      {.name = "Rapid Reset",
       .role = kServer,
       .play = rapid_reset,
       .honest_traffic = kHedges,
       .error = kCalm,
       .limit = Limit::kResetBurst,
       .max_messages = 1001},
      {.name = "resets before accept",
       .role = kServer,
       .play = reset_before_accept,
       .honest_traffic = kHedges,
       .error = kCalm,
       .limit = Limit::kResetBurst,
       .max_messages = 1001},
      {.name = "MadeYouReset",
       .role = kServer,
       .play = made_you_reset,
       .honest_traffic = kSeeks,
       .error = kCalm,
       .limit = Limit::kResetBurst,
       .max_messages = 1001},
      {.name = "reset flood",
       .role = kServer,
       .play = reset_flood,
       .honest_traffic = kHedges,
       .error = kCalm,
       .limit = Limit::kResetBurst,
       .max_messages = 0,
       .output = 1.3,
       .instructions = 350},
      {.name = "refused streams",
       .role = kServer,
       .play = refused_streams,
       .honest_traffic = kPages,
       .error = kCalm,
       .limit = Limit::kResetBurst,
       .max_messages = 100},
      {.name = "frames behind resets",
       .role = kServer,
       .play = frames_behind_resets,
       .honest_traffic = kSeeks,
       .error = kCalm,
       .limit = Limit::kResetBurst},
      {.name = "late frames",
       .role = kServer,
       .play = late_frames,
       .honest_traffic = kSeeks,
       .client_honest_traffic = &kEarlyHints,
       .max_messages = 1},
      {.name = "quadratic ends",
       .role = kServer,
       .play = end_many,
       .honest_traffic = kPages,
       .repetitions = 10'000,
       .error = ErrorCode::kProtocolError,
       .heap = 6 << 20,
       .few_repetitions = 250,
       .options = many_streams},
  };
  return kAttacks;
}

}  // namespace headrace::attacks
