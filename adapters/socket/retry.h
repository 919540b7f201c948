#ifndef HEADRACE_ADAPTERS_SOCKET_RETRY_H_
#define HEADRACE_ADAPTERS_SOCKET_RETRY_H_

#include <cerrno>

namespace headrace::adapters {

// The result of a system call, which is repeated while signals interrupt it (EINTR).
template <typename Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_RETRY_H_
