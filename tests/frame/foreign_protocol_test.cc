#include "headrace/protocol/frame/foreign_protocol.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headrace {
namespace {

// What the first octet that differs from the preface says of a client (RFC 9113 §3.4).
const Rule* first_difference(std::string_view octets) {
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  size_t matched = 0;
  while (matched < octets.size() && octets[matched] == kPreface[matched]) ++matched;
  return foreign_client(matched, static_cast<uint8_t>(octets[matched]));
}

bool says(const Rule* rule, std::string_view words) {
  return rule != nullptr && std::string_view(rule->text).find(words) != std::string_view::npos;
}

TEST(ForeignClient, MethodsAreHttp1) {
  for (const std::string_view line :
       {"GET / HTTP/1.1", "POST / HTTP/1.1", "PUT / HTTP/1.1", "PATCH / HTTP/1.1",
        "PROPFIND / HTTP/1.1", "A", "Z", "PRINT"}) {
    EXPECT_TRUE(says(first_difference(line), "HTTP/1.x")) << line;
  }
}

TEST(ForeignClient, TlsBeginsWithAHandshakeRecord) {  // RFC 8446 §5.1
  EXPECT_TRUE(says(foreign_client(0, 0x16), "TLS"));
  EXPECT_EQ(foreign_client(1, 0x16), nullptr);
}

// A server that takes the preface for a request of HTTP/0.9 answers with a page alone.
TEST(ForeignServer, MayAnswerWithAPage) {
  constexpr uint8_t kPage[] = {'<', '!', 'D', 'O', 'C', 'T', 'Y', 'P', 'E'};
  EXPECT_EQ(foreign_server(gsl::span<const uint8_t>(kPage)), &kServerOfHttp1);
  EXPECT_EQ(foreign_server(gsl::span<const uint8_t>(kPage).first(6)), nullptr);
}

TEST(ForeignClient, OtherOctetsAreNobodys) {
  for (const std::string_view line : {"get /", "@", "[", "PRi", "PRI *A", "PRI /"}) {
    EXPECT_EQ(first_difference(line), nullptr) << line;
  }
}

}  // namespace
}  // namespace headrace
