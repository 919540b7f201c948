#include "headrace/adapters/io_uring/buffer_ring.h"

#include <cstring>
#include <new>

namespace headrace::adapters {
namespace {

constexpr std::align_val_t kPage{4096};

}  // namespace

void BufferRing::Free::operator()(void* memory) const { ::operator delete(memory, kPage); }

BufferRing::BufferRing(Ring* ring, uint32_t count, uint32_t buffer_size)
    : ring_(ring),
      count_(count),
      buffer_size_(buffer_size),
      entries_(
          static_cast<io_uring_buf_ring*>(::operator new(count * sizeof(io_uring_buf), kPage))),
      memory_(static_cast<uint8_t*>(::operator new (size_t{count} * buffer_size, kPage))) {
  io_uring_buf_ring_init(entries_.get());
}

StatusOr<std::unique_ptr<BufferRing>> BufferRing::create(Ring* ring, uint32_t count,
                                                         uint32_t buffer_size) {
  std::unique_ptr<BufferRing> buffers(new BufferRing(ring, count, buffer_size));
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<uint64_t>(buffers->entries_.get());
  registration.ring_entries = count;
  registration.bgid = kGroup;
  const int result = io_uring_register_buf_ring(ring->get(), &registration, 0);
  if (result < 0) return io_uring_error(-result);
  for (uint32_t id = 0; id < count; ++id) {
    buffers->add(static_cast<uint16_t>(id), static_cast<int>(id));
  }
  io_uring_buf_ring_advance(buffers->entries_.get(), static_cast<int>(count));
  return buffers;
}

}  // namespace headrace::adapters
