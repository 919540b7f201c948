#ifndef HEADRACE_ADAPTERS_SERVE_ACCESS_LOG_H_
#define HEADRACE_ADAPTERS_SERVE_ACCESS_LOG_H_

#include <absl/status/statusor.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "headrace/adapters/socket/address.h"
#include "headrace/adapters/socket/unique_fd.h"
#include "headrace/protocol/event/event.h"

namespace headrace::serve {

// One request that has ended.
struct AccessRecord {
  std::string method;
  std::string target;
  int status = 0;          // 0 if it ended before a response
  uint64_t body_size = 0;  // octets of the response's body that were passed to the connection
  std::chrono::steady_clock::time_point began{};
};

// "2026-11-22T04:15:20Z GET /bytes/1000 200 1000 0.321ms", followed by the error code if the stream
// was reset (" CANCEL"). Octets of method and target that are not printable ASCII become \xNN.
std::string format_access_line(const AccessRecord& record, const StreamClosed& closed,
                               std::chrono::system_clock::time_point now,
                               std::chrono::steady_clock::duration took);

// "2026-11-22T04:15:20Z connection ENHANCE_YOUR_CALM: resets come too often (RFC 9113 §10.5); …;
// 1001, limit 1000 (reset_burst; 2000 would let it pass)": a connection that we ended, and why.
// `reason`: what the error itself does not say, or empty.
std::string format_connection_line(const ConnectionClosed& closed, const std::string& reason,
                                   std::chrono::system_clock::time_point now);

// Writes a line for each request, and for each connection that is closed because of its peer's
// error. Each line is one write(2), so threads may share the log. Lines for which a pipe has no
// room are lost.
class AccessLog {
 public:
  // Opens a file for appending; "-" is the standard output.
  static absl::StatusOr<std::unique_ptr<AccessLog>> open(const std::string& path);

  void write(const AccessRecord& record, const StreamClosed& closed);
  // `reason`: as of format_connection_line().
  void write(const ConnectionClosed& closed, const std::string& reason);
  // A connection from `remote` whose TLS handshake has failed, and why.
  void write_failed_handshake(const std::string& reason, const adapters::SocketAddress& remote);

 private:
  void write(const std::string& line);

  explicit AccessLog(adapters::UniqueFd file);

  adapters::UniqueFd file_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_ACCESS_LOG_H_
