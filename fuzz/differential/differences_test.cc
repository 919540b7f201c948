#include <gtest/gtest.h>

#include <map>
#include <string>

#include "fuzz/differential/comparison.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

// An example of every difference. What none of them can show any more is to be removed from the
// table; what a fuzzer finds beside them stops it.

namespace headrace::fuzz {
namespace {

using namespace reference;  // the RFC's names: NOLINT

struct Example {
  Role role;
  std::string frames;
  uint8_t setup = 0;
};

const std::string kSettings = encode(SETTINGS, 0, 0);

std::string head(uint32_t stream_id, uint8_t flags, const std::vector<HeaderField>& fields,
                 const std::string& before = "") {
  return encode(HEADERS, flags | END_HEADERS, stream_id, before + HpackEncoder().encode(fields));
}
std::string request(uint32_t stream_id, uint8_t flags = 0, const std::string& before = "",
                    const std::string& authority = "a", const std::string& value = "x",
                    const std::string& length = "7") {
  return head(stream_id, flags,
              {{":method", "POST"},
               {":scheme", "https"},
               {":authority", authority},
               {":path", "/"},
               {"content-length", (flags & END_STREAM) != 0 ? "0" : length},
               {"x", value}},
              before);
}

std::map<std::string, Example> examples() {
  const std::string begin = kSettings + request(1);
  const std::string reset = encode(RST_STREAM, 0, 1, u32(8));
  return {
      {"a frame that is not all there",
       {Role::kServer, kSettings + request(1, 0, "", "a", "x", "3") +
                           encode(DATA, 0, 1, "content").substr(0, 10)}},
      {"a field block that is not all there",
       {Role::kServer, kSettings + encode(HEADERS, 0, 1, "\xff\xff\xff\xff\xff\xff\xff")}},
      {"an increment of zero on a stream",
       {Role::kServer, begin + encode(WINDOW_UPDATE, 0, 1, u32(0))}},
      {"DATA or HEADERS behind the peer's end or reset",
       {Role::kServer, kSettings + request(1, END_STREAM) + encode(DATA, 0, 1, "late")}},
      {"DATA or HEADERS on a closed stream",
       {Role::kClient,
        kSettings + head(1, END_STREAM, {{":status", "200"}}) + encode(DATA, 0, 1, "late")}},
      {"DATA or HEADERS behind the peer's end and our reset",
       {Role::kServer, kSettings + head(1, END_STREAM, {{":path", "/"}}) + request(3, END_STREAM) +
                           request(1, END_STREAM)}},
      {"DATA before a response's head", {Role::kClient, kSettings + encode(DATA, 0, 1, "early")}},
      {"PRIORITY of another size", {Role::kServer, begin + encode(PRIORITY, 0, 1, "1234")}},
      {"PRIORITY that makes a stream depend on itself",
       {Role::kServer, begin + encode(PRIORITY, 0, 1, priority(false, 1, 15))}},
      {"HEADERS that make their stream depend on itself",
       {Role::kServer, kSettings + request(1, HAS_PRIORITY, priority(false, 1, 15))}},
      {"padded DATA without room for Pad Length", {Role::kServer, begin + encode(DATA, PADDED, 1)}},
      {"too much padding in DATA that is discarded",
       {Role::kClient,
        kSettings + head(1, 0, {{":status", "x"}}) + encode(DATA, PADDED, 1, "\x09")}},
      {"a last stream that is not one of ours",
       {Role::kServer, begin + encode(GOAWAY, 0, 0, goaway(0x7fffffff, 0))}},
      {"INITIAL_WINDOW_SIZE that overflows a window",
       {Role::kServer, begin + encode(WINDOW_UPDATE, 0, 1, u32(1)) +
                           encode(SETTINGS, 0, 0, settings({{INITIAL_WINDOW_SIZE, 0x7fffffff}}))}},
      {"an interim response with a length",
       {Role::kClient, kSettings + head(1, 0, {{":status", "103"}, {"content-length", "7"}})}},
      {"control characters in a value",
       {Role::kServer, kSettings + request(1, 0, "", "a", "\x0c")}},
      {"the target of another scheme than http and https",
       {Role::kServer,
        kSettings +
            head(
                1, 0,
                {{":method", "GET"}, {":scheme", "coap"}, {":authority", "a<b"}, {":path", "/"}})}},
      {"a content-length of more than 32 digits",
       {Role::kServer, kSettings + request(1, 0, "", "a", "x", std::string(32, '0') + "7")}},
      {"a promise of a request that may not be promised",
       {Role::kClient,
        kSettings + encode(PUSH_PROMISE, END_HEADERS, 1,
                           u32(2) + HpackEncoder().encode({{":method", "POST"},
                                                           {":scheme", "https"},
                                                           {":authority", "a"},
                                                           {":path", "/"}})),
        4}},
      {"the same content-length twice",
       {Role::kClient,
        kSettings + head(1, END_STREAM,
                         {{":status", "200"}, {"content-length", "0"}, {"content-length", "0"}})}},
      {"a status below 100", {Role::kClient, kSettings + head(1, 0, {{":status", "099"}})}},
      {"an authority that is none", {Role::kServer, kSettings + request(1, 0, "", "me@a")}},
      {"a path with a fragment",
       {Role::kServer,
        kSettings +
            head(
                1, END_STREAM,
                {{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/#"}})}},
      {"trailers of a 204 or 304 response",
       {Role::kClient,
        kSettings + head(1, 0, {{":status", "204"}}) + head(1, END_STREAM, {{"x-sum", "1"}})}},
      {"PRIORITY_UPDATE", {Role::kClient, kSettings + encode(PRIORITY_UPDATE, 0, 0, u32(1))}},
      {"a wrong size where the frame may not be",
       {Role::kServer, kSettings + encode(PING, 0, 1, "short")}},
      {"a field block that does not decode where none may be",
       {Role::kServer,
        kSettings + request(1, END_STREAM) + encode(HEADERS, END_HEADERS, 1, "\x80")}},
      {"a field block without room for its padding or priority",
       {Role::kServer, kSettings + encode(HEADERS, PADDED | END_HEADERS, 1)}},
      {"a field block that is interrupted",
       {Role::kServer, kSettings + encode(HEADERS, 0, 1, "\x80") + encode(PING, 0, 0, u64(0))}},
      {"an invalid setting, and a valid one behind it",
       {Role::kServer,
        kSettings + encode(SETTINGS, 0, 0, settings({{ENABLE_PUSH, 2}, {ENABLE_PUSH, 0}}))}},
      {"a frame on a stream that was skipped",
       {Role::kServer, kSettings + request(5) + request(3)}},
  };
}

TEST(Differences, EachHasAnExampleThatShowsIt) {
  const std::map<std::string, Example> all = examples();
  for (const Difference& difference : differences()) {
    ASSERT_EQ(all.count(difference.name), 1u) << difference.name;
    const Example& example = all.at(difference.name);
    const Difference* found =
        compare(example.role, std::string(1, static_cast<char>(example.setup)) + example.frames);
    EXPECT_STREQ(found == nullptr ? "none" : found->name, difference.name);
  }
  EXPECT_EQ(all.size(), differences().size()) << "an example of no difference";
}

TEST(Differences, AnHonestConversationShowsNone) {
  const std::string server = kSettings + request(1) + encode(DATA, END_STREAM, 1, "content") +
                             encode(WINDOW_UPDATE, 0, 0, u32(1000)) + encode(PING, 0, 0, u64(7)) +
                             encode(SETTINGS, ACK, 0);
  const std::string client = kSettings + head(1, 0, {{":status", "200"}}) +
                             encode(DATA, END_STREAM, 1, "content") +
                             encode(WINDOW_UPDATE, 0, 3, u32(1000)) + encode(SETTINGS, ACK, 0);
  for (int setup = 0; setup < 32; ++setup) {
    const std::string octet(1, static_cast<char>(setup));
    EXPECT_EQ(compare(Role::kServer, octet + server), nullptr) << setup;
    EXPECT_EQ(compare(Role::kClient, octet + client), nullptr) << setup;
  }
}

}  // namespace
}  // namespace headrace::fuzz
