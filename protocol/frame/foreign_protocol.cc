#include "headrace/protocol/frame/foreign_protocol.h"

#include <algorithm>
#include <gsl/span>
#include <string_view>

namespace headrace {
namespace {

constexpr uint8_t kTlsAlert = 21;  // record types of RFC 8446 §5.1
constexpr uint8_t kTlsHandshake = 22;
constexpr uint8_t kTlsMajorVersion = 3;

}  // namespace

const Rule* foreign_server(gsl::span<const uint8_t> octets) {
  static constexpr Rule kTls = {"RFC 9113 §3.4",
                                "the peer's first frame is SETTINGS; this one speaks TLS"};
  constexpr std::string_view kHttpName = "HTTP/1.";
  if (octets.size() >= 2 && (octets[0] == kTlsAlert || octets[0] == kTlsHandshake) &&
      octets[1] == kTlsMajorVersion) {
    return &kTls;
  }
  // A server that takes our preface for HTTP/0.9 answers with a page alone.
  constexpr std::string_view kPage = "<!DOCTY";
  const bool http1 = octets.size() >= kHttpName.size() &&
                     (std::equal(kHttpName.begin(), kHttpName.end(), octets.begin()) ||
                      std::equal(kPage.begin(), kPage.end(), octets.begin()));
  return http1 ? &kServerOfHttp1 : nullptr;
}

const Rule* foreign_server(const FrameHeader& first) {
  const uint8_t octets[] = {
      static_cast<uint8_t>(first.length >> 16),
      static_cast<uint8_t>(first.length >> 8),
      static_cast<uint8_t>(first.length),
      static_cast<uint8_t>(first.type),
      first.flags,
      static_cast<uint8_t>(first.stream_id >> 24),
      static_cast<uint8_t>(first.stream_id >> 16),
  };
  return foreign_server(gsl::span<const uint8_t>(octets));
}

// Practically all methods (RFC 9110 §9.1) are in upper case and differ from "PRI " early.
const Rule* foreign_client(size_t matched, uint8_t octet) {
  static constexpr Rule kHttp1 = {"RFC 9113 §3.4",
                                  "a client begins with the 24 octets of the connection preface; "
                                  "this one begins as HTTP/1.x does"};
  static constexpr Rule kTls = {"RFC 9113 §3.4",
                                "a client begins with the 24 octets of the connection preface; "
                                "this one speaks TLS"};
  if (matched == 0 && octet == kTlsHandshake) return &kTls;
  return matched < 4 && octet >= 'A' && octet <= 'Z' ? &kHttp1 : nullptr;
}

}  // namespace headrace
