#ifndef HEADRACE_ADAPTERS_IO_URING_BUFFER_RING_H_
#define HEADRACE_ADAPTERS_IO_URING_BUFFER_RING_H_

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "headrace/adapters/io_uring/ring.h"
#include "headrace/adapters/socket/status.h"

namespace headrace::adapters {

// The buffers that the kernel receives into. It takes one when bytes have arrived, so idle
// connections use none. A buffer is given back when it has been read.
class BufferRing {
 public:
  // For IOSQE_BUFFER_SELECT.
  static constexpr uint16_t kGroup = 0;

  // `count` must be a power of two. The ring must outlive the buffers.
  static StatusOr<std::unique_ptr<BufferRing>> create(Ring* ring, uint32_t count,
                                                      uint32_t buffer_size);
  ~BufferRing() { io_uring_unregister_buf_ring(ring_->get(), kGroup); }
  BufferRing(const BufferRing&) = delete;
  BufferRing& operator=(const BufferRing&) = delete;

  // The input of a completion with buffer `id`.
  std::span<const uint8_t> received(uint16_t id, size_t size) const {
    return {memory_.get() + size_t{id} * buffer_size_, size};
  }
  void give_back(uint16_t id) {
    add(id, 0);
    io_uring_buf_ring_advance(entries_.get(), 1);
  }

 private:
  struct Free {
    void operator()(void* memory) const;
  };

  BufferRing(Ring* ring, uint32_t count, uint32_t buffer_size);
  void add(uint16_t id, int offset) {
    io_uring_buf_ring_add(entries_.get(), memory_.get() + size_t{id} * buffer_size_, buffer_size_,
                          id, io_uring_buf_ring_mask(count_), offset);
  }

  Ring* const ring_;
  const uint32_t count_;
  const uint32_t buffer_size_;
  std::unique_ptr<io_uring_buf_ring, Free> entries_;
  std::unique_ptr<uint8_t, Free> memory_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_BUFFER_RING_H_
