#ifndef HEADRACE_PROTOCOL_INTERFACE_FIELD_BLOCKS_H_
#define HEADRACE_PROTOCOL_INTERFACE_FIELD_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "headrace/hpack/late_decoder.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/frame/frame_type.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Decodes the field blocks of one direction, of which an observer sees every frame.
class FieldBlocks {
 public:
  // The fields of the block that this frame ends; nothing if it ends none. They are the peer's text
  // as it was sent, and not judged.
  std::optional<hpack::LateDecoder::Result> take(const FrameHeader& header,
                                                 std::span<const uint8_t> payload) {
    std::span<const uint8_t> fragment = payload;
    if (header.type == FrameType::kHeaders || header.type == FrameType::kPushPromise) {
      block_.clear();
      fragment = without_prefix(header, payload);
    } else if (header.type != FrameType::kContinuation) {
      return std::nullopt;
    }
    block_.append(reinterpret_cast<const char*>(fragment.data()), fragment.size());
    if (!header.has(flags::kEndHeaders)) return std::nullopt;
    hpack::LateDecoder::Result result = decoder_.decode(block_);
    block_.clear();
    return result;
  }

 private:
  // RFC 9113 §6.2, §6.6: padding, priority, the promised stream.
  static std::span<const uint8_t> without_prefix(const FrameHeader& header,
                                                 std::span<const uint8_t> payload) {
    if (header.has(flags::kPadded)) {
      if (payload.empty() || payload[0] >= payload.size()) return {};
      payload = payload.subspan(1, payload.size() - 1 - payload[0]);
    }
    size_t prefix = 0;
    if (header.type == FrameType::kPushPromise) prefix = 4;
    if (header.type == FrameType::kHeaders && header.has(flags::kPriority)) prefix = 5;
    return prefix <= payload.size() ? payload.subspan(prefix) : std::span<const uint8_t>();
  }

  hpack::LateDecoder decoder_{/*from_beginning=*/true};
  std::string block_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_FIELD_BLOCKS_H_
