#include "headrace/adapters/serve/bytes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace headrace::serve {
namespace {

constexpr std::string_view kPattern =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n";
constexpr size_t kBlockSize = 16 * 1024;

// Repetitions of the pattern, so that a block can be copied from any offset of it.
constexpr auto kBlock = [] {
  std::array<char, kBlockSize + kPattern.size()> block{};
  for (size_t i = 0; i < block.size(); ++i) block[i] = kPattern[i % kPattern.size()];
  return block;
}();

}  // namespace

BodySource::Filled PatternBody::fill(std::span<uint8_t> room) {
  const size_t total = static_cast<size_t>(std::min<uint64_t>(room.size(), size_ - position_));
  for (size_t done = 0; done < total;) {
    const size_t start = static_cast<size_t>(position_ % kPattern.size());
    const size_t count = std::min(total - done, kBlockSize);
    std::memcpy(room.data() + done, kBlock.data() + start, count);
    done += count;
    position_ += count;
  }
  return {.size = total, .end = position_ == size_};
}

void answer_bytes(Responder& responder, std::string_view count) {
  if (!responder.require_get_or_head()) return;
  uint64_t size = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), size);
  if (error != std::errc() || end != count.data() + count.size() || size > kMaxBytes) {
    return responder.respond_text(
        400, "400 Bad Request: /bytes/N, with N from 0 to " + std::to_string(kMaxBytes) + "\n");
  }
  auto body = std::make_unique<PatternBody>(size);
  responder.respond(200, {{"content-type", "text/plain; charset=us-ascii"}},
                    size == 0 ? Body::none() : Body::source(body.get()), size);
  if (size > 0 && !responder.is_head()) responder.attach(std::move(body));
}

}  // namespace headrace::serve
