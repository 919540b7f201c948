#ifndef HEADRACE_ADAPTERS_SOCKET_UNIQUE_FD_H_
#define HEADRACE_ADAPTERS_SOCKET_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace headrace::adapters {

// Owns a file descriptor and closes it in its destructor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  // The caller must close the result.
  int release() { return std::exchange(fd_, -1); }
  bool valid() const { return fd_ >= 0; }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_UNIQUE_FD_H_
