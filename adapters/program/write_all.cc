#include "headrace/adapters/program/write_all.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "headrace/adapters/socket/retry.h"

namespace headrace::program {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n =
        adapters::retry_interrupted([&] { return ::write(descriptor, text.data(), text.size()); });
    if (n >= 0) {
      text.remove_prefix(static_cast<size_t>(n));
      continue;
    }
    if (errno != EAGAIN) return false;
    pollfd writable{descriptor, POLLOUT, 0};
    constexpr int kPatience = 1000;  // milliseconds
    poll(&writable, 1, kPatience);
  }
  return true;
}

}  // namespace headrace::program
