#ifndef HEADRACE_FUZZ_DIFFERENTIAL_SETUP_H_
#define HEADRACE_FUZZ_DIFFERENTIAL_SETUP_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "headrace/protocol/interface/options.h"
#include "tests/reference/frames.h"

namespace headrace::fuzz {

using FieldList = std::vector<std::pair<std::string, std::string>>;

// What both libraries are told to do, so that what they do differently is their own doing. Drawn
// from the first octet of a case.
struct Setup {
  Setup(Role of, uint8_t octet)
      : role(of),
        answers((octet & 1) != 0),
        resets((octet & 2) != 0),
        push((octet & 4) != 0),
        small_window((octet & 8) != 0),
        small_table((octet & 16) != 0) {}

  const Role role;
  const bool answers;  // server: requests that are there whole, with a body
  // The third of four streams is reset (CANCEL) when its peer's head is there.
  const bool resets;
  const bool push;  // client: ENABLE_PUSH=1
  const bool small_window;
  const bool small_table;

  // The first SETTINGS.
  reference::Settings settings() const {
    reference::Settings entries;
    if (role == Role::kServer) entries.push_back({3, 10});
    if (role == Role::kClient) entries.push_back({2, push ? 1 : 0});
    if (small_window) entries.push_back({4, 100});
    if (small_table) entries.push_back({1, 60});
    return entries;
  }

  static bool is_reset(uint32_t stream_id) { return stream_id / 2 % 4 == 2; }
};

// The bodies that are sent: large enough for the windows to matter.
inline constexpr size_t kBodySize = 90'000;

// Client: the requests that wait for answers.
struct Request {
  FieldList fields;
  bool has_body;
};
inline const std::array<Request, 4>& requests() {
  static const auto* const kRequests = new std::array<Request, 4>{{
      {{{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}}, false},
      {{{":method", "POST"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}}, true},
      {{{":method", "HEAD"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}}, false},
      {{{":method", "CONNECT"}, {":authority", "a:1"}}, true},
  }};
  return *kRequests;
}
inline const FieldList& response() {
  static const auto* const kResponse = new FieldList{{":status", "200"}};
  return *kResponse;
}

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_DIFFERENTIAL_SETUP_H_
