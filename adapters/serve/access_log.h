#ifndef HEADRACE_ADAPTERS_SERVE_ACCESS_LOG_H_
#define HEADRACE_ADAPTERS_SERVE_ACCESS_LOG_H_

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "headrace/adapters/socket/unique_fd.h"
#include "headrace/protocol/event/event.h"

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

// "2026-11-22T04:15:20Z connection ENHANCE_YOUR_CALM: resets come too often (RFC 9113 §10.5); …;
// 1001, limit 1000 (reset_burst; 2000 would let it pass)": one that we have ended, and why.
std::string format_connection_line(const ConnectionClosed& closed,
                                   std::chrono::system_clock::time_point now);

// Writes a line a request, and one for each connection that is ended for a fault of its peer's.
// Each is one write(2), so threads may share it. Lines for which a pipe has no room are lost.
class AccessLog {
 public:
  // To a file that is appended to; "-" is the standard output.
  static absl::StatusOr<std::unique_ptr<AccessLog>> open(const std::string& path);

  void write(const AccessRecord& record, const StreamClosed& closed);
  void write(const ConnectionClosed& closed);

 private:
  void write(const std::string& line);

  explicit AccessLog(adapters::UniqueFd file);

  adapters::UniqueFd file_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_ACCESS_LOG_H_
