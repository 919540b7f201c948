#include <array>
#include <gsl/span>
#include <string>

#include "tests/attacks/honest_traffic.h"
#include "tests/attacks/wire.h"

// Frames about the connection (RFC 9113 §6.3, §6.5, §6.7, §6.8, RFC 9218 §7).

namespace headrace::attacks {
namespace {

void repeat(Conversation& c, uint32_t n, std::string_view frames) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(frames);
}

void ping_flood(Conversation& c, uint32_t n) { repeat(c, n, ping(7)); }
// It reads nothing of what comes back.
void unread_pings(Conversation& c, uint32_t n) {
  c.read(false);
  repeat(c, n, ping(7));
  c.read(true);
}
void stray_acknowledgements(Conversation& c, uint32_t n) {
  repeat(c, n, encode(reference::PING, reference::ACK, 0, reference::u64(7)));
}

void settings_flood(Conversation& c, uint32_t n) { repeat(c, n, settings()); }
void unread_settings(Conversation& c, uint32_t n) {
  c.read(false);
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(settings({{kHeaderTableSize, i}}));
  c.read(true);
}
void big_settings(Conversation& c, uint32_t n) {
  const std::string frame = settings(reference::Settings(2400, {0xabcd, 1}));
  for (uint32_t i = 0; i < n; ++i) {
    c.send(frame);
    c.reconnect();
  }
}
void no_frame_size(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    c.send(settings({{kMaxFrameSize, 0}}));
    c.reconnect();
  }
}

void shuffle_tree(Conversation& c, uint32_t n) {
  c.next_stream();
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(encode(reference::PRIORITY, 0, 1 + 2 * (i % 50),
                  reference::priority(true, 1 + 2 * ((i + 1) % 50), 255)));
  }
}
void shuffle_urgencies(Conversation& c, uint32_t n) {
  for (uint32_t id = 1; id < 100; id += 2) c.send(headers(c.next_stream(), get("/large"), true));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    const std::string value = "u=" + std::to_string(i % 8);
    c.send(encode(reference::PRIORITY_UPDATE, 0, 0,
                  reference::priority_update(1 + 2 * (i % 50), value)));
  }
}
// Of streams that are still to come, in an order that makes for the most to do.
void prioritize_idle(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(encode(reference::PRIORITY_UPDATE, 0, 0,
                  reference::priority_update(199 - 2 * (i % 100), "u=1")));
  }
}

void unknown_frames(Conversation& c, uint32_t n) { repeat(c, n, encode(0xf0, 0, 0, "?")); }
void goaways(Conversation& c, uint32_t n) {
  for (int i = 0; i < 100; ++i) {
    const uint32_t id = c.next_stream();
    if (c.role() == Role::kServer) c.send(headers(id, get("/wait"), true));
  }
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(encode(reference::GOAWAY, 0, 0, reference::goaway(0x7fffffff - i, 0)));
  }
}

void talk_on(Conversation& c, uint32_t n) {
  const uint32_t open = c.next_stream();
  c.send(headers(open, c.head("/echo"), false));
  c.read(false);
  c.be_careless();
  c.terminate();
  const std::array<std::string, 6> frames = {ping(7),
                                             settings({{kInitialWindowSize, 0x7fffffff}}),
                                             window_update(0, 0x7fffffff),
                                             data(open, "more", false),
                                             rst_stream(open),
                                             headers(open + 2, c.head("/"), true)};
  for (uint32_t i = 0; i < n; ++i) c.send(frames[i % frames.size()]);
  c.read(true);
}

// The loop around the connection goes on to read although it should not.
void unwanted_input(Conversation& c, uint32_t n) {
  c.be_careless();
  c.read(false);
  repeat(c, n, times(60, ping(7)));
}

}  // namespace

gsl::span<const Attack> control_attacks() {
  constexpr Role kServer = Role::kServer;
  constexpr ErrorCode kCalm = ErrorCode::kEnhanceYourCalm;
  static const Attack kAttacks[] = {
      {.name = "ping flood",
       .role = kServer,
       .play = ping_flood,
       .honest_traffic = kLongLived,
       .client_honest_traffic = &kEarlyHints},
      {.name = "ping flood, unread",
       .role = kServer,
       .play = unread_pings,
       .honest_traffic = kLongLived,
       .client_honest_traffic = &kEarlyHints,
       .few_repetitions = 30},
      {.name = "stray PING acknowledgements",
       .role = kServer,
       .play = stray_acknowledgements,
       .honest_traffic = kLongLived,
       .client_honest_traffic = &kEarlyHints,
       .error = kCalm,
       .limit = Limit::kUselessBurst},
      {.name = "settings flood",
       .role = kServer,
       .play = settings_flood,
       .honest_traffic = kProbes,
       .client_honest_traffic = &kEarlyHints,
       .error = kCalm,
       .limit = Limit::kUselessBurst,
       .instructions = 250},
      {.name = "settings flood, unread",
       .role = kServer,
       .play = unread_settings,
       .honest_traffic = kProbes,
       .client_honest_traffic = &kEarlyHints,
       .few_repetitions = 30},
      {.name = "big SETTINGS",
       .role = kServer,
       .play = big_settings,
       .honest_traffic = kProbes,
       .client_honest_traffic = &kEarlyHints,
       .repetitions = 100,
       .error = kCalm,
       .limit = Limit::kSettingsPerFrame,
       .few_repetitions = 5},
      {.name = "SETTINGS_MAX_FRAME_SIZE of 0",
       .role = kServer,
       .play = no_frame_size,
       .honest_traffic = kProbes,
       .client_honest_traffic = &kEarlyHints,
       .repetitions = 100,
       .error = ErrorCode::kProtocolError,
       .output = 4,
       .few_repetitions = 10,
       .instructions = 250},
      {.name = "resource loop",
       .role = kServer,
       .play = shuffle_tree,
       .honest_traffic = kPages,
       .client_honest_traffic = &kEarlyHints,
       .error = kCalm,
       .limit = Limit::kUselessBurst},
      {.name = "resource loop, PRIORITY_UPDATE",
       .role = kServer,
       .play = shuffle_urgencies,
       .honest_traffic = kPages,
       .error = kCalm,
       .limit = Limit::kUselessBurst},
      {.name = "priorities of idle streams",
       .role = kServer,
       .play = prioritize_idle,
       .honest_traffic = kPages,
       .error = kCalm,
       .limit = Limit::kUselessBurst},
      {.name = "unknown frames",
       .role = kServer,
       .play = unknown_frames,
       .honest_traffic = kPages,
       .client_honest_traffic = &kEarlyHints,
       .error = kCalm,
       .limit = Limit::kUselessBurst},
      {.name = "GOAWAY flood",
       .role = kServer,
       .play = goaways,
       .honest_traffic = kPages,
       .client_honest_traffic = &kFarewell,
       .error = kCalm,
       .limit = Limit::kUselessBurst,
       .instructions = 250},
      {.name = "state after terminate",
       .role = kServer,
       .play = talk_on,
       .honest_traffic = kPages,
       .client_honest_traffic = &kFarewell,
       .error = ErrorCode::kInternalError},
      {.name = "input that is not wanted",
       .role = kServer,
       .play = unwanted_input,
       .honest_traffic = kLongLived,
       .client_honest_traffic = &kEarlyHints,
       .error = kCalm,
       .limit = Limit::kConnectionMemory,
       .heap = 2100 << 10},
  };
  return kAttacks;
}

}  // namespace headrace::attacks
