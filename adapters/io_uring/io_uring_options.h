#ifndef HEADRACE_ADAPTERS_IO_URING_IO_URING_OPTIONS_H_
#define HEADRACE_ADAPTERS_IO_URING_IO_URING_OPTIONS_H_

#include <cstddef>
#include <cstdint>

namespace headrace::adapters {

// What an IoUringLoop takes beside LoopOptions.
struct IoUringOptions {
  // The buffers that input is received into, shared by all connections: how many (a power of two),
  // and their size in octets. They cost this much memory a loop, once they have been used. Who
  // finds none free is asked again in the next turn, at the price of a submission: few large ones
  // are best for a few uploads, many small ones for thousands of connections.
  uint32_t input_buffers = 256;
  uint32_t input_buffer_size = 8 * 1024;

  // One send at most: what a connection that nobody reads from can hold in a BodySource's bytes.
  size_t output_size = 64 * 1024;

  // Sends of so many octets or more are made without a copy (IORING_OP_SENDMSG_ZC), on connections
  // where the kernel says of a first, short one that it made none; over loopback it always does.
  // Below this, pinning the pages costs more than the copy. 0: never.
  size_t zero_copy_threshold = 48 * 1024;
  // Off: nothing is asked, and all sends of that size go without a copy.
  bool zero_copy_asks = true;

  // Submissions are taken by a thread of the kernel: no system call to send, a CPU that spins.
  bool kernel_thread = false;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_IO_URING_OPTIONS_H_
