#ifndef HEADRACE_ADAPTERS_SERVE_ACCESS_LOG_H_
#define HEADRACE_ADAPTERS_SERVE_ACCESS_LOG_H_

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/socket/unique_fd.h"
#include "protocol/event/event.h"

namespace headrace::serve {

// One request that is over.
struct AccessRecord {
  std::string method;
  std::string target;
  int status = 0;          // 0: it went before there was an answer
  uint64_t body_size = 0;  // octets of the answer's body that were handed to the connection
  std::chrono::steady_clock::time_point began{};
};

// "2026-11-22T04:15:20Z GET /bytes/1000 200 1000 0.321ms", and the error code when the stream was
// reset (" CANCEL"). Octets of method and target that are not printable ASCII stand as \xNN.
std::string format_access_line(const AccessRecord& record, const StreamClosed& closed,
                               std::chrono::system_clock::time_point now,
                               std::chrono::steady_clock::duration took);

// Writes a line a request. Each is one write(2), so threads may share it. Lines for which a pipe
// has no room are lost.
class AccessLog {
 public:
  // To a file that is appended to; "-" is the standard output.
  static absl::StatusOr<std::unique_ptr<AccessLog>> open(const std::string& path);

  void write(const AccessRecord& record, const StreamClosed& closed);

 private:
  explicit AccessLog(adapters::UniqueFd file);

  adapters::UniqueFd file_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_ACCESS_LOG_H_
