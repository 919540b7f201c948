#ifndef HEADRACE_PROTOCOL_STREAM_SEND_BODY_H_
#define HEADRACE_PROTOCOL_STREAM_SEND_BODY_H_

#include <algorithm>
#include <cstdint>
#include <gsl/span>
#include <optional>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/protocol/stream/body.h"
#include "headrace/protocol/stream/send_chunks.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The rest of a message that a stream sends behind its head: body, then trailers. It hands out the
// body's bytes front to back and counts those that the output still refers to.
class SendBody {
 public:
  SendBody() = default;
  SendBody(const SendBody&) = delete;
  SendBody& operator=(const SendBody&) = delete;

  // Takes the body over. `buffer_size`: the most that append() holds.
  void start(Body&& body, uint32_t buffer_size);

  // --- Body::stream()

  bool accepts_data() const { return open_; }
  // The octets that append() would take.
  size_t room() const { return open_ && buffered_ < buffer_limit_ ? buffer_limit_ - buffered_ : 0; }
  // Copies what fits of `bytes`, and returns how much that was. The buffer is a block of the pool
  // as large as it has to be.
  size_t append(gsl::span<const uint8_t> bytes, BlockPool* pool);
  // Takes an owned body whole if there is any room; otherwise leaves it as it is and returns 0. Few
  // octets are copied, more stay where they are.
  size_t append(Body&& chunk, BlockPool* pool);
  // No append() follows: the buffered octets are the rest of the body.
  void finish() { open_ = false; }
  // Whether append() has taken less than it was given since the last call, and has room again.
  // Never after finish(), because no octets may follow.
  bool take_writable() {
    // Half of the buffer is free again: often enough to keep the stream busy, seldom enough to be
    // cheap.
    if (!wrote_short_ || !open_ || buffered_ > buffer_limit_ / 2) return false;
    wrote_short_ = false;
    return true;
  }
  // Whether append() has taken less than it was given, and take_writable() is still due.
  bool wrote_short() const { return wrote_short_; }

  // --- Body::source()

  BodySource* source() const { return body_.source(); }
  // Asks the source, which must be there, for its next bytes. `room`: not empty.
  BodySource::Filled fill(gsl::span<uint8_t> room);
  void set_source_waiting(bool waiting) { source_waiting_ = waiting; }
  void source_ended();
  // Whether the next octets come from the source, because none are buffered.
  bool at_source() const { return buffered_ == 0 && source() != nullptr; }
  // Reads the octets that the source has at once, at most `size`, into a buffer. Returns the
  // source's last answer.
  BodySource::Filled prefetch(size_t size, BlockPool* pool);

  // --- Sending

  // The octets that can be sent, as far as they are contiguous; of a source, the buffered ones.
  gsl::span<const uint8_t> ready() const { return buffered_ == 0 ? given() : front(); }
  // The octets that are left of the body. Nothing for a source, and for a stream that is open.
  std::optional<size_t> size_left() const;
  void consume(size_t size) {
    if (buffered_ == 0) {
      body_.bytes_.remove_prefix(size);
    } else {
      consume_buffered(size);
    }
  }
  // Gives an empty buffer back to the pool. Invalidates views that ready() has returned.
  void rest() {
    if (chunks_ != nullptr) chunks_->drop_sent();
    if (buffer_.size > 0 || buffer_.block == nullptr) return;
    if (held()) lend_rest();
    buffer_.block.reset();
  }
  // Whether the whole body has been handed out, and it is known whether trailers follow.
  bool drained() const {
    return given().empty() && buffered_ == 0 && !open_ && source() == nullptr &&
           !trailers_expected_;
  }
  // Whether something can be cut into a frame now: octets, the trailers or a bare end.
  bool has_something() const {
    if (!given().empty() || buffered_ > 0) return true;
    return source() != nullptr ? !source_waiting_ : !open_ && !trailers_expected_;
  }
  // Whether the output may refer to the octets of ready(), because they stay until released.
  bool stable() const { return stable_; }
  // Whether the output may refer to the buffer's first `size` octets, because none are appended to
  // it any more: the body is finished, or the buffer is lent whole. One buffer at a time.
  bool can_lend_buffer(size_t size) const {
    return buffer_.size > 0 && lent_ == nullptr && (!open_ || buffer_.size == size);
  }
  void lend_buffer(size_t size) {
    consume_buffered(size);
    if (buffer_.size == 0) lent_ = std::move(buffer_.block);
  }
  // The output refers to the octets that were consumed last.
  void hold(size_t size) {
    held_ += size;
    if (chunks_ != nullptr) chunks_->hold(size);
  }
  // It refers no more to the next ones, in the order of hold(). False once nothing is held any
  // more.
  bool release(size_t size) {
    held_ -= size;
    if (chunks_ != nullptr) chunks_->release(size);
    if (held_ > 0) return true;
    lent_.reset();
    return false;
  }
  bool held() const { return held_ > 0; }

  // --- Trailers: a field block that does not depend on the HPACK table.

  void set_trailers(BlockPool::BlockPtr block);
  BlockPool::BlockPtr take_trailers() { return std::move(trailers_); }
  // There are none, though they were expected.
  void drop_trailers() { trailers_expected_ = false; }
  bool has_trailers() const { return trailers_ != nullptr; }

  // The body is a view of the application's, and BodyReleased is owed.
  bool owes_release() const { return owes_release_; }
  void release_told() { owes_release_ = false; }

  // Drops all that was not handed out. Bytes that the output refers to stay.
  void cancel();

 private:
  // A ring of octets.
  struct Buffer {
    BlockPool::BlockPtr block;
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  // The rest of a view or of owned bytes.
  gsl::span<const uint8_t> given() const { return body_.bytes_; }
  // The buffer's octets, up to the end of the ring.
  gsl::span<const uint8_t> ring() const {
    return {buffer_.block->octets() + buffer_.begin,
            std::min(buffer_.size, buffer_.block->capacity - buffer_.begin)};
  }
  // What comes first of the buffer and the chunks.
  gsl::span<const uint8_t> front() const {
    if (chunks_ == nullptr || chunks_->drained()) return ring();
    if (chunks_->is_next()) return chunks_->front();
    return ring().first(std::min(ring().size(), chunks_->gap()));
  }
  // Keeps the buffer's block, because the output may refer to a part of it.
  void lend_rest() {
    if (lent_ == nullptr) lent_ = std::move(buffer_.block);
  }
  void consume_buffered(size_t size) {
    buffered_ -= size;
    if (chunks_ != nullptr && !chunks_->drained()) {
      const bool of_chunk = chunks_->is_next();
      of_chunk ? chunks_->consume(size) : chunks_->consume_gap(size);
      stable_ = chunks_->is_next();
      if (of_chunk) return;
    }
    consume_ring(static_cast<uint32_t>(size));
  }
  void consume_ring(uint32_t size) {
    buffer_.size -= size;
    buffer_.begin = buffer_.size == 0 ? 0 : (buffer_.begin + size) % buffer_.block->capacity;
  }
  void make_room(size_t size, BlockPool* pool);

  Body body_ = Body::none();
  BlockPool::BlockPtr trailers_;
  Buffer buffer_;
  BlockPool::BlockPtr lent_;  // of a buffer that was given up, for the output
  SendChunks::Ptr chunks_;    // null: there have been none
  size_t buffered_ = 0;       // octets of the buffer and the chunks
  uint32_t buffer_limit_ = 0;
  size_t held_ = 0;
  bool open_ = false;
  bool trailers_expected_ = false;  // and not given yet
  bool stable_ = false;
  bool owes_release_ = false;
  bool source_waiting_ = false;
  bool wrote_short_ = false;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_SEND_BODY_H_
