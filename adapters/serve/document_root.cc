#include "headrace/adapters/serve/document_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "headrace/adapters/socket/retry.h"

namespace headrace::serve {
namespace {

using adapters::retry_interrupted;
using adapters::UniqueFd;

// O_NONBLOCK: opening a FIFO must not wait for its writer.
constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

int hex_digit(char c) {
  if ('0' <= c && c <= '9') return c - '0';
  if ('a' <= c && c <= 'f') return c - 'a' + 10;
  if ('A' <= c && c <= 'F') return c - 'A' + 10;
  return -1;
}

// openat2() may fail with EAGAIN if any file is renamed meanwhile.
constexpr int kAttempts = 10;

// glibc has no wrapper for openat2(2).
UniqueFd open_beneath(int directory, const char* name) {
  open_how how{};
  how.flags = kOpenFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 1;; ++attempt) {
    const long fd =
        retry_interrupted([&] { return syscall(SYS_openat2, directory, name, &how, sizeof(how)); });
    if (fd >= 0 || errno != EAGAIN || attempt == kAttempts) return UniqueFd(static_cast<int>(fd));
  }
}

UniqueFd open_at(int directory, const char* name, int flags) {
  return UniqueFd(retry_interrupted([&] { return openat(directory, name, flags); }));
}

// Whether openat2() is available: old kernels do not have it, and some sandboxes refuse it. Other
// failures do not count.
DocumentRoot::Resolution resolution_for(int directory) {
  if (open_beneath(directory, ".").valid()) return DocumentRoot::Resolution::kKernel;
  return errno == ENOSYS || errno == EPERM ? DocumentRoot::Resolution::kWalk
                                           : DocumentRoot::Resolution::kKernel;
}

UniqueFd open_by_walking(int directory, std::string_view name) {
  UniqueFd current = open_at(directory, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  while (current.valid()) {
    const size_t slash = name.find('/');
    const std::string segment(name.substr(0, slash));
    if (segment == "..") {
      errno = EXDEV;
      return UniqueFd();
    }
    if (slash == std::string_view::npos) {
      return open_at(current.get(), segment.empty() ? "." : segment.c_str(),
                     kOpenFlags | O_NOFOLLOW);
    }
    name.remove_prefix(slash + 1);
    if (segment.empty()) continue;
    current =
        open_at(current.get(), segment.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }
  return current;
}

}  // namespace

std::optional<std::string> decode_path(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return ".";
  std::string name;
  name.reserve(path.size());
  for (size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      if (path.size() - i < 3) return std::nullopt;
      const int high = hex_digit(path[i + 1]);
      const int low = hex_digit(path[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    name.push_back(c);
  }
  return name;
}

std::string_view plain_name(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return ".";
  for (const char c : path) {
    if (c == '%' || c == '\0') return {};
  }
  return path;
}

bool is_hidden(std::string_view name) {
  if (name == ".") return false;
  size_t start = 0;
  while (start < name.size()) {
    size_t end = name.find('/', start);
    if (end == std::string_view::npos) end = name.size();
    const std::string_view segment = name.substr(start, end - start);
    if (segment.starts_with('.') && segment != ".well-known") return true;
    start = end + 1;
  }
  return false;
}

absl::StatusOr<DocumentRoot> DocumentRoot::open(const std::string& directory) {
  UniqueFd fd = open_at(AT_FDCWD, directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!fd.valid()) return absl::ErrnoToStatus(errno, directory);
  return DocumentRoot(std::move(fd));
}

DocumentRoot::DocumentRoot(UniqueFd directory)
    : directory_(std::move(directory)), resolution_(resolution_for(directory_.get())) {}

UniqueFd DocumentRoot::open_file(const std::string& name) const {
  return open_file(name, resolution_);
}

UniqueFd DocumentRoot::open_file(const std::string& name, Resolution resolution) const {
  if (resolution == Resolution::kWalk) return open_by_walking(directory_.get(), name);
  // A name that begins with a decoded slash ("%2f") is absolute, and so refused by the kernel.
  return open_beneath(directory_.get(), name.c_str());
}

bool DocumentRoot::look(const std::string& name, struct stat* status) const {
  const int flags = resolution_ == Resolution::kWalk ? AT_SYMLINK_NOFOLLOW : 0;
  return retry_interrupted(
             [&] { return fstatat(directory_.get(), name.c_str(), status, flags); }) == 0;
}

}  // namespace headrace::serve
