#ifndef HEADRACE_PROTOCOL_MESSAGE_CONTENT_LENGTH_H_
#define HEADRACE_PROTOCOL_MESSAGE_CONTENT_LENGTH_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/protocol/message/message_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Compares the content of one message with its content-length (RFC 9110 §8.6). Used in both
// directions: a received message that differs is malformed, and we must not send one (RFC 9113
// §8.1.1).
class ContentLength {
 public:
  // kNoContentLength allows any length.
  void announce(int64_t length) { announced_ = length; }
  int64_t announced() const { return announced_; }
  // Octets of content so far.
  uint64_t counted() const { return counted_; }

  // Whether the message may continue with `more` octets of content or, with `end`, end with them.
  bool allows(uint64_t more, bool end) const {
    if (announced_ == kNoContentLength) return true;
    const auto announced = static_cast<uint64_t>(announced_);
    if (counted_ > announced || more > announced - counted_) return false;
    return !end || more == announced - counted_;
  }
  void count(uint64_t more) { counted_ += more; }
  // The most that allows() allows.
  uint64_t left() const {
    if (announced_ == kNoContentLength) return UINT64_MAX;
    const auto announced = static_cast<uint64_t>(announced_);
    return counted_ > announced ? 0 : announced - counted_;
  }

 private:
  int64_t announced_ = kNoContentLength;
  uint64_t counted_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_MESSAGE_CONTENT_LENGTH_H_
