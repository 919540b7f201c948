#ifndef HEADRACE_PROTOCOL_STREAM_SEND_CHUNKS_H_
#define HEADRACE_PROTOCOL_STREAM_SEND_CHUNKS_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <memory>

#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/protocol/stream/body.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The octets of a Body::stream() that were given as owned bodies, between those that were copied
// into its buffer. Each chunk is handed out where it lies, and destroyed when all of it has been
// handed out and the output refers to none of it. Blocks of the pool are all its memory.
class SendChunks {
 public:
  struct Destroy {
    void operator()(SendChunks* chunks) const;
  };
  using Ptr = std::unique_ptr<SendChunks, Destroy>;
  // `held`: the octets of the body that the output refers to already.
  static Ptr make(size_t held, BlockPool* pool);
  ~SendChunks();
  SendChunks(const SendChunks&) = delete;
  SendChunks& operator=(const SendChunks&) = delete;

  // Behind the `buffered` octets that are in the buffer.
  void push(Body&& body, size_t buffered, BlockPool* pool);

  // Whether all have been handed out.
  bool drained() const { return next_ == nullptr; }
  // Whether the next octets are a chunk's, not the buffer's.
  bool is_next() const { return next_ != nullptr && next_->gap == 0; }
  // The octets of the buffer in front of the next chunk, if it is not drained().
  size_t gap() const { return next_->gap; }
  // The rest of the next chunk, if is_next().
  gsl::span<const uint8_t> front() const { return next_->rest; }
  // Octets have been handed out: of the next chunk ...
  void consume(size_t size);
  // ... or of the buffer, of those in front of it.
  void consume_gap(size_t size) {
    next_->gap -= size;
    gaps_ -= size;
  }

  // The output refers to the octets that were handed out last.
  void hold(size_t size) {
    referred_ += size;
    if (consumed_ != nullptr) consumed_->end = referred_;
    consumed_ = nullptr;
  }
  // It refers no more to the next ones, in the order of hold().
  void release(size_t size) {
    released_ += size;
    drop_sent();
  }
  // Drops what was handed out and is not referred to. Invalidates front().
  void drop_sent();
  // Drops what was not handed out, too.
  void cancel();

 private:
  struct Chunk {
    BlockPool::BlockPtr home;  // where it lies itself
    Body body;
    gsl::span<const uint8_t> rest;  // not handed out yet
    size_t gap;        // the octets of the buffer between the chunk before and this one
    uint64_t end = 0;  // the value of referred_ at its last octet that the output refers to
    Chunk* next = nullptr;
  };

  SendChunks(size_t held, BlockPool::BlockPtr home) : home_(std::move(home)), referred_(held) {}
  static void drop(Chunk* chunk);

  BlockPool::BlockPtr home_;
  Chunk* oldest_ = nullptr;
  Chunk* next_ = nullptr;  // those in front of it have been handed out
  Chunk* newest_ = nullptr;
  Chunk* consumed_ = nullptr;  // of which octets were handed out last, until hold() or drop_sent()
  size_t gaps_ = 0;            // the sum of all
  uint64_t referred_;          // octets of the body that the output has ever referred to
  uint64_t released_ = 0;      // those to which it refers no more
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_SEND_CHUNKS_H_
