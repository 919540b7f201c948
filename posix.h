#ifndef HEADRACE_POSIX_H_
#define HEADRACE_POSIX_H_

#include <limits.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstddef>
#include <span>

#include "headrace/memory/abi.h"
#include "headrace/memory/const_buffer.h"

namespace headrace {

// Output as writev() and sendmsg() take it: the same memory, no copy. No more than IOV_MAX of it,
// above which they fail; the rest follows when this was sent().
//
//   const auto output = to_iovec(connection.pending_output());
//   if (ssize_t n = writev(socket, output.data(), output.size()); n > 0) connection.sent(n);
inline std::span<const iovec> to_iovec(
    std::span<const ConstBuffer> output HEADRACE_LIFETIME_BOUND) {
  static_assert(sizeof(ConstBuffer) == sizeof(iovec) && alignof(ConstBuffer) == alignof(iovec));
  static_assert(offsetof(ConstBuffer, data) == offsetof(iovec, iov_base) &&
                sizeof(ConstBuffer::data) == sizeof(iovec::iov_base));
  static_assert(offsetof(ConstBuffer, size) == offsetof(iovec, iov_len) &&
                sizeof(ConstBuffer::size) == sizeof(iovec::iov_len));
  return {reinterpret_cast<const iovec*>(output.data()), std::min<size_t>(output.size(), IOV_MAX)};
}

}  // namespace headrace

#endif  // HEADRACE_POSIX_H_
