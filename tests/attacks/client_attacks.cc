#include <gsl/span>
#include <string>

#include "tests/attacks/honest_traffic.h"
#include "tests/attacks/wire.h"

// What only a server can do to a client of ours.

namespace headrace::attacks {
namespace {

std::string promise(uint32_t on, uint32_t promised) {
  return encode(reference::PUSH_PROMISE, reference::END_HEADERS, on,
                reference::u32(promised) + get("/pushed"));
}

void push_flood(Conversation& c, uint32_t n) {
  const uint32_t id = c.next_stream();
  for (uint32_t i = 1; i <= n && c.goes_on(); ++i) c.send(promise(id, 2 * i));
  for (uint32_t i = 1; i <= n && c.goes_on(); ++i) c.send(rst_stream(2 * i));
  c.send(headers(id, kOk, true));
}
void push_uninvited(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    c.send(promise(c.next_stream(), 2));
    c.reconnect();
  }
}

void interim_flood(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    const uint32_t id = c.next_stream();
    for (int k = 0; k < 200; ++k) c.send(headers(id, literal(":status", "103"), false));
  }
}

// RFC 7838, RFC 8336
void advertise(Conversation& c, uint32_t n) {
  const std::string value = reference::altsvc("https://a.example", "h3=\":443\"; ma=1");
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(i % 2 == 0 ? encode(reference::ALTSVC, 0, 0, value)
                      : encode(reference::ORIGIN, 0, 0, reference::origins({"https://a.example"})));
  }
}

// Requests that are open and that wait, reset and sent away together.
void leave_them(Conversation& c, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    std::string resets;
    for (int k = 0; k < 150; ++k) {
      const uint32_t id = c.next_stream();
      if (k < 50) resets += rst_stream(id, 7 /* REFUSED_STREAM */);
    }
    c.send(resets + encode(reference::GOAWAY, 0, 0, reference::goaway(101, 0)));
    c.send(headers(1, kOk, false) + headers(101, kOk, true));
    c.reconnect();
  }
}

// A response that goes on and on, in octets, and one that does not come.
void small_responses(Conversation& c, uint32_t n) {
  const uint32_t id = c.next_stream();
  c.send(headers(id, kOk, false));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) c.send(data(id, "1", false));
  c.send(data(id, "", true));
}

void many_fields(Conversation& c, uint32_t n) {
  c.send(headers(c.next_stream(), kOk + inserted("set-cookie", ""), true));
  for (uint32_t i = 0; i < n && c.goes_on(); ++i) {
    c.send(headers(c.next_stream(), kOk + times(1000, indexed(62)), true));
  }
}

void take_push(Options* options) { options->enable_push = true; }
void take_advertisements(Options* options) {
  options->receive_altsvc = true;
  options->receive_origin = true;
  options->secure_transport = true;
}

}  // namespace

gsl::span<const Attack> client_attacks() {
  constexpr Role kClient = Role::kClient;
  constexpr ErrorCode kCalm = ErrorCode::kEnhanceYourCalm;
  static const Attack kAttacks[] = {
      {.name = "push flood",
       .role = kClient,
       .play = push_flood,
       .honest_traffic = kEarlyHints,
       .options = take_push},
      {.name = "push that was not asked for",
       .role = kClient,
       .play = push_uninvited,
       .honest_traffic = kEarlyHints,
       .repetitions = 100,
       .error = ErrorCode::kProtocolError,
       .output = 4,
       .few_repetitions = 10,
       .instructions = 250},
      {.name = "interim responses",
       .role = kClient,
       .play = interim_flood,
       .honest_traffic = kEarlyHints,
       .repetitions = 50,
       .few_repetitions = 2},
      {.name = "ALTSVC and ORIGIN",
       .role = kClient,
       .play = advertise,
       .honest_traffic = kEarlyHints,
       .error = kCalm,
       .limit = Limit::kUselessBurst,
       .options = take_advertisements},
      {.name = "GOAWAY leak",
       .role = kClient,
       .play = leave_them,
       .honest_traffic = kFarewell,
       .repetitions = 30,
       .heap = 256 << 10,
       .output = 4,
       .few_repetitions = 2,
       .instructions = 1200},
      {.name = "small DATA of a response",
       .role = kClient,
       .play = small_responses,
       .honest_traffic = kEarlyHints,
       .repetitions = 20'000,
       .instructions = 250},
      {.name = "header count of responses",
       .role = kClient,
       .play = many_fields,
       .honest_traffic = kCookieJar,
       .repetitions = 500,
       .max_messages = 1,
       .few_repetitions = 5},
  };
  return kAttacks;
}

}  // namespace headrace::attacks
