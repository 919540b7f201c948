#include "headrace/protocol/stream/send_body.h"

#include <algorithm>
#include <cstring>
#include <gsl/span>
#include <utility>

#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN
void SendBody::start(Body&& body, uint32_t buffer_size) {
  trailers_expected_ = body.trailers_expected();
  body_ = std::move(body);
  buffer_limit_ = buffer_size;
  stable_ = body_.kind() == Body::Kind::kView || body_.kind() == Body::Kind::kOwned;
  owes_release_ = body_.kind() == Body::Kind::kView;
  open_ = body_.kind() == Body::Kind::kStream;
}

size_t SendBody::append(gsl::span<const uint8_t> bytes, BlockPool* pool) {
  const size_t accepted = std::min<size_t>(bytes.size(), buffer_limit_ - buffer_.size);
  if (accepted < bytes.size()) wrote_short_ = true;
  if (accepted == 0) return 0;
  make_room(accepted, pool);
  // Up to two pieces.
  const uint32_t capacity = buffer_.block->capacity;
  uint8_t* const ring = buffer_.block->octets();
  const uint32_t end = (buffer_.begin + buffer_.size) % capacity;
  const size_t first = std::min<size_t>(accepted, capacity - end);
  std::memcpy(ring + end, bytes.data(), first);
  if (accepted > first) std::memcpy(ring, bytes.data() + first, accepted - first);
  buffer_.size += static_cast<uint32_t>(accepted);
  return accepted;
}

// Makes room for `size` octets behind those of the buffer.
void SendBody::make_room(size_t size, BlockPool* pool) {
  const size_t needed = buffer_.size + size;
  if (buffer_.block != nullptr && needed <= buffer_.block->capacity) return;
  Buffer larger{pool->take(needed)};
  while (buffer_.size > 0) {
    const gsl::span<const uint8_t> piece = front();
    std::memcpy(larger.block->octets() + larger.size, piece.data(), piece.size());
    larger.size += static_cast<uint32_t>(piece.size());
    consume(piece.size());
  }
  buffer_ = std::move(larger);
}

BodySource::Filled SendBody::fill(gsl::span<uint8_t> room) {
  const BodySource::Filled filled = source()->fill({room.data(), room.size()});
  HEADRACE_EXPECTS(filled.size <= room.size(), "BodySource::fill()",
                   "no more octets than its room has", {"size", filled.size},
                   {"room", room.size()});
  return filled;
}

void SendBody::source_ended() { body_ = Body::none(); }

BodySource::Filled SendBody::prefetch(size_t size, BlockPool* pool) {
  buffer_.block = pool->take(size);
  BodySource::Filled filled;
  do {
    filled = fill({buffer_.block->octets() + buffer_.size, size - buffer_.size});
    buffer_.size += static_cast<uint32_t>(filled.size);
  } while (filled.size > 0 && !filled.end && !filled.failed && buffer_.size < size);
  if (filled.end) source_ended();
  source_waiting_ = filled.size == 0;
  rest();
  return filled;
}

std::optional<size_t> SendBody::size_left() const {
  if (open_ || source() != nullptr) return std::nullopt;
  return given().size() + buffer_.size;
}

void SendBody::set_trailers(BlockPool::BlockPtr block) {
  trailers_ = std::move(block);
  trailers_expected_ = false;
}

void SendBody::cancel() {
  body_.bytes_ = {};
  if (held()) lend_rest();
  buffer_ = {};
  open_ = false;
  wrote_short_ = false;
  trailers_expected_ = false;
  trailers_.reset();
  // Owned bytes stay until nothing refers to them: the record is destroyed after that.
  if (source() != nullptr) body_ = Body::none();
}

HEADRACE_ABI_END
}  // namespace headrace
