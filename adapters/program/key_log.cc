#include "headrace/adapters/program/key_log.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>

#include "headrace/adapters/program/write_all.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::program {

absl::StatusOr<std::function<void(std::string_view)>> key_log_of_environment() {
  const char* path = std::getenv("SSLKEYLOGFILE");
  if (path == nullptr || *path == '\0') return std::function<void(std::string_view)>();
  auto file = std::make_shared<adapters::UniqueFd>(
      ::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!file->valid()) return absl::ErrnoToStatus(errno, std::string("SSLKEYLOGFILE: ") + path);
  // Each line is one write, so that threads and programs may share the file.
  return [file](std::string_view line) { write_all(file->get(), std::string(line) + "\n"); };
}

}  // namespace headrace::program
