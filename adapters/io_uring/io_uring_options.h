#ifndef HEADRACE_ADAPTERS_IO_URING_IO_URING_OPTIONS_H_
#define HEADRACE_ADAPTERS_IO_URING_IO_URING_OPTIONS_H_

#include <cstddef>
#include <cstdint>

namespace headrace::adapters {

// The options of an IoUringLoop in addition to LoopOptions.
struct IoUringOptions {
  // The buffers that input is received into, shared by all connections of a loop: their number (a
  // power of two) and their size in octets. They use memory once they have been used. A receive
  // that finds none free is submitted again in the next turn. A few large buffers are best for a
  // few uploads, many small ones for thousands of connections.
  uint32_t input_buffers = 256;
  uint32_t input_buffer_size = 8 * 1024;

  // The most octets of one send, and so the octets of a BodySource that a connection holds if its
  // peer does not read.
  size_t output_size = 64 * 1024;

  // The least octets of a send without a copy (IORING_OP_SENDMSG_ZC); below it, pinning the pages
  // costs more than the copy. Only on connections where a first, short send showed that the kernel
  // makes no copy; over loopback it always does. 0: never.
  size_t zero_copy_threshold = 48 * 1024;
  // If false, all sends of that size are made without a copy, without the first, short one.
  bool zero_copy_asks = true;

  // A thread of the kernel takes the submissions, which saves the system call but occupies a CPU.
  bool kernel_thread = false;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_IO_URING_IO_URING_OPTIONS_H_
