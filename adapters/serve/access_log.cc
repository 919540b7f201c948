#include "headrace/adapters/serve/access_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <utility>

#include "headrace/adapters/program/printable.h"

namespace headrace::serve {
namespace {

void append_escaped(std::string_view text, std::string* line) {
  for (char c : text) {
    if ('!' <= c && c <= '~' && c != '\\') {
      line->push_back(c);
    } else {
      char escaped[5];
      std::snprintf(escaped, sizeof(escaped), "\\x%02x", static_cast<unsigned char>(c));
      line->append(escaped);
    }
  }
}

std::string timestamp(std::chrono::system_clock::time_point now) {
  const time_t seconds = std::chrono::system_clock::to_time_t(now);
  struct tm parts {};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ ", &parts)};
}

constexpr int kOpenFlags = O_WRONLY | O_NONBLOCK | O_CLOEXEC;

// A pipe is opened again if possible, so that O_NONBLOCK applies to our description only, and not
// to other writers of the pipe.
int open_standard_output() {
  struct stat status {};
  if (fstat(STDOUT_FILENO, &status) == 0 && S_ISFIFO(status.st_mode)) {
    const int file = ::open("/proc/self/fd/1", kOpenFlags);
    if (file >= 0) return file;
  }
  return dup(STDOUT_FILENO);
}

}  // namespace

std::string format_access_line(const AccessRecord& record, const StreamClosed& closed,
                               std::chrono::system_clock::time_point now,
                               std::chrono::steady_clock::duration took) {
  std::string line = timestamp(now);
  append_escaped(record.method, &line);
  line.push_back(' ');
  append_escaped(record.target, &line);
  char text[64];
  const double milliseconds = std::chrono::duration<double, std::milli>(took).count();
  std::snprintf(text, sizeof(text), " %d %llu %.3fms", record.status,
                static_cast<unsigned long long>(record.body_size), milliseconds);
  line.append(text);
  if (closed.closed_by != ClosedBy::kEnd)
    line.append(" ").append(describe(ErrorDetail{.code = closed.error}));
  line.push_back('\n');
  return line;
}

std::string format_connection_line(const ConnectionClosed& closed, const std::string& reason,
                                   std::chrono::system_clock::time_point now) {
  const std::string more = reason.empty() ? "" : ": " + reason;
  return timestamp(now) + "connection " + program::escape_controls(describe(closed.error) + more) +
         "\n";
}

absl::StatusOr<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& path) {
  adapters::UniqueFd file(path == "-"
                              ? open_standard_output()
                              : ::open(path.c_str(), kOpenFlags | O_APPEND | O_CREAT, 0644));
  if (!file.valid()) return absl::ErrnoToStatus(errno, path);
  return std::unique_ptr<AccessLog>(new AccessLog(std::move(file)));
}

AccessLog::AccessLog(adapters::UniqueFd file) : file_(std::move(file)) {}

void AccessLog::write(const AccessRecord& record, const StreamClosed& closed) {
  write(format_access_line(record, closed, std::chrono::system_clock::now(),
                           std::chrono::steady_clock::now() - record.began));
}

void AccessLog::write(const ConnectionClosed& closed, const std::string& reason) {
  if (closed.closed_by != ClosedBy::kLocal || closed.error.code == ErrorCode::kNoError) return;
  write(format_connection_line(closed, reason, std::chrono::system_clock::now()));
}

void AccessLog::write_failed_handshake(const std::string& reason,
                                       const adapters::SocketAddress& remote) {
  write(timestamp(std::chrono::system_clock::now()) + "handshake " + remote.authority() + ": " +
        program::escape_controls(reason) + "\n");
}

void AccessLog::write(const std::string& line) {
  // A log that cannot be written, because it is full or has no reader, must not stop the server.
  [[maybe_unused]] ssize_t n = ::write(file_.get(), line.data(), line.size());
}

}  // namespace headrace::serve
