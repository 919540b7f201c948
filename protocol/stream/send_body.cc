#include "headrace/protocol/stream/send_body.h"

#include <algorithm>
#include <cstring>
#include <gsl/span>
#include <utility>

#include "headrace/memory/contract.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Chunks up to this size are copied into the buffer: they would be copied when they are sent, too.
constexpr size_t kCopiedChunk = 512;

}  // namespace

void SendBody::start(Body&& body, uint32_t buffer_size) {
  trailers_expected_ = body.trailers_expected();
  body_ = std::move(body);
  buffer_limit_ = buffer_size;
  stable_ = body_.kind() == Body::Kind::kView || body_.kind() == Body::Kind::kOwned;
  owes_release_ = body_.kind() == Body::Kind::kView;
  open_ = body_.kind() == Body::Kind::kStream;
}

size_t SendBody::append(gsl::span<const uint8_t> bytes, BlockPool* pool) {
  const size_t accepted = std::min(bytes.size(), room());
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
  buffered_ += accepted;
  return accepted;
}

size_t SendBody::append(Body&& chunk, BlockPool* pool) {
  const size_t size = chunk.bytes().size();
  if (size > 0 && room() == 0) {
    wrote_short_ = true;
    return 0;
  }
  Body taken = std::move(chunk);
  if (size <= kCopiedChunk && size <= room()) return append(taken.bytes_, pool);
  if (chunks_ == nullptr) chunks_ = SendChunks::make(held_, pool);
  chunks_->push(std::move(taken), buffer_.size, pool);
  stable_ = chunks_->is_next();
  buffered_ += size;
  return size;
}

// Makes room for `size` octets behind those of the buffer.
void SendBody::make_room(size_t size, BlockPool* pool) {
  const size_t needed = buffer_.size + size;
  if (buffer_.block != nullptr && needed <= buffer_.block->capacity) return;
  Buffer larger{pool->take(needed)};
  while (buffer_.size > 0) {
    const gsl::span<const uint8_t> piece = ring();
    std::memcpy(larger.block->octets() + larger.size, piece.data(), piece.size());
    larger.size += static_cast<uint32_t>(piece.size());
    consume_ring(static_cast<uint32_t>(piece.size()));
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
    buffered_ += filled.size;
  } while (filled.size > 0 && !filled.end && !filled.failed && buffer_.size < size);
  if (filled.end) source_ended();
  source_waiting_ = filled.size == 0;
  rest();
  return filled;
}

std::optional<size_t> SendBody::size_left() const {
  if (open_ || source() != nullptr) return std::nullopt;
  return given().size() + buffered_;
}

void SendBody::set_trailers(BlockPool::BlockPtr block) {
  trailers_ = std::move(block);
  trailers_expected_ = false;
}

void SendBody::cancel() {
  body_.bytes_ = {};
  if (held()) lend_rest();
  buffer_ = {};
  buffered_ = 0;
  if (chunks_ != nullptr) chunks_->cancel();
  open_ = false;
  wrote_short_ = false;
  trailers_expected_ = false;
  trailers_.reset();
  // Owned bytes stay until nothing refers to them: the record is destroyed after that.
  if (source() != nullptr) body_ = Body::none();
}

HEADRACE_ABI_END
}  // namespace headrace
