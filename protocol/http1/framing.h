#ifndef HEADRACE_PROTOCOL_HTTP1_FRAMING_H_
#define HEADRACE_PROTOCOL_HTTP1_FRAMING_H_

#include <cstdint>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/protocol/http1/refusal.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// How the end of a received message's content is found (RFC 9112 §6.3).
struct ContentEnd {
  enum class Kind : uint8_t { kNone, kLength, kChunked, kUntilClose };
  Kind kind = Kind::kNone;
  uint64_t length = 0;  // of kLength, not 0
};

// Collects the fields of a head that say where the message ends, and judges them together. Whatever
// two recipients could read differently is refused.
class FramingFields {
 public:
  void clear() { *this = FramingFields(); }
  // The values of each content-length and transfer-encoding field, in their order.
  void take_length(std::string_view value);
  void take_codings(std::string_view value);
  // The same of a response, in which a list of equal lengths is one (§6.3).
  void take_lengths(std::string_view value);

  // Of a request. `most`: the largest content that is accepted; 0: of any size.
  [[nodiscard]] Refusal of_request(bool is_http10, bool is_connect, uint64_t most,
                                   ContentEnd* end) const;
  // Of a final response that may have content. `accept_both`: a content-length beside
  // transfer-encoding is ignored.
  [[nodiscard]] Refusal of_response(bool is_http10, bool accept_both, ContentEnd* end) const;
  bool has_length() const { return lengths_ > 0; }
  bool has_codings() const { return has_codings_; }

 private:
  enum class Coding : uint8_t { kChunked, kUnknown };

  [[nodiscard]] Refusal judge_codings(bool is_http10) const;

  uint32_t lengths_ = 0;  // how many fields there were
  uint32_t codings_ = 0;
  uint32_t chunked_ = 0;  // how many of the codings are "chunked"
  bool has_codings_ = false;
  bool bad_length_ = false;
  bool lengths_differ_ = false;
  bool large_length_ = false;  // digits, but 2^63 or more
  bool bad_coding_ = false;
  Coding last_ = Coding::kUnknown;
  int64_t length_ = 0;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_FRAMING_H_
