#ifndef HEADRACE_ADAPTERS_SERVE_BYTES_H_
#define HEADRACE_ADAPTERS_SERVE_BYTES_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "headrace/adapters/serve/exchange.h"
#include "headrace/adapters/serve/responder.h"
#include "headrace/protocol/stream/body.h"

namespace headrace::serve {

// A body of any length that is generated while it is sent: the 64 characters 0-9, a-z, A-Z, "-" and
// a line break, repeated.
class PatternBody : public Exchange, public BodySource {
 public:
  explicit PatternBody(uint64_t size) : size_(size) {}
  Filled fill(std::span<uint8_t> room) override;
  uint64_t body_size() const override { return position_; }

 private:
  const uint64_t size_;
  uint64_t position_ = 0;
};

// GET /bytes/N: N octets, at most kMaxBytes. `count`: the part of the path behind "/bytes/".
inline constexpr uint64_t kMaxBytes = uint64_t{4} << 30;
void answer_bytes(Responder& responder, std::string_view count);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_BYTES_H_
