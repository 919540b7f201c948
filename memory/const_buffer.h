#ifndef HEADRACE_MEMORY_CONST_BUFFER_H_
#define HEADRACE_MEMORY_CONST_BUFFER_H_

#include <cstddef>
#include <cstdint>

namespace headrace {

// A run of bytes to send; its members and their order are those of POSIX's iovec.
struct ConstBuffer {
  const uint8_t* data;
  size_t size;
};

}  // namespace headrace

#endif  // HEADRACE_MEMORY_CONST_BUFFER_H_
