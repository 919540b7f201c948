#include "headrace/adapters/get/outcome.h"

#include "headrace/adapters/program/printable.h"
#include "headrace/protocol/frame/foreign_protocol.h"

namespace headrace::get {
namespace {

Outcome judge_end_by_peer(const StreamClosed& closed, const ConnectionNews& connection) {
  if (closed.detail.frame == FrameType::kRstStream) {
    return {ExitCode::kStreamReset,
            "the server reset the stream: " + describe(ErrorDetail{.code = closed.error})};
  }
  if (connection.goaway != ErrorCode::kNoError) {
    std::string reason = "the server ended the connection: GOAWAY ";
    reason.append(describe(ErrorDetail{.code = connection.goaway}));
    if (!connection.goaway_text.empty()) {
      reason.append(", \"").append(program::printable(connection.goaway_text)).append("\"");
    }
    return {ExitCode::kProtocolError, reason};
  }
  if (closed.detail.frame == FrameType::kGoaway) {
    return {ExitCode::kConnectionLost, "the server is going away and did not process the request"};
  }
  return {ExitCode::kConnectionLost, "the connection ended before the response did"};
}

}  // namespace

bool is_worth_a_retry(const StreamClosed& closed) {
  if (closed.retry_idempotent) return true;
  if (!closed.retry_safe || closed.error == ErrorCode::kHttp11Required) return false;
  return closed.closed_by != ClosedBy::kLocal || closed.error != ErrorCode::kInternalError;
}

Outcome judge_end(const StreamClosed& closed, bool answered, const ConnectionNews& connection) {
  // After a complete response the server may reset the rest of the request (RFC 9113 §8.1).
  if (answered) return {};
  switch (closed.closed_by) {
    case ClosedBy::kEnd:
      return {};
    case ClosedBy::kPeer:
      return judge_end_by_peer(closed, connection);
    case ClosedBy::kTransport:
      if (!connection.tls_failure.empty()) return {ExitCode::kTls, connection.tls_failure};
      return {ExitCode::kConnectionLost, "the connection ended before the response did"};
    case ClosedBy::kLocal:
      break;
  }
  // CANCEL with a rule is only used for a stalled stream.
  const bool stalled = closed.detail.rule != nullptr && closed.error == ErrorCode::kCancel;
  if (connection.timed_out || stalled) return {ExitCode::kTimeout, describe(closed.detail)};
  if (closed.detail.rule == &kServerOfHttp1) {
    return {ExitCode::kProtocolError, "the server speaks HTTP/1.1 only: --http=1.1 or --http=auto"};
  }
  if (closed.detail.rule != nullptr) return {ExitCode::kProtocolError, describe(closed.detail)};
  return {ExitCode::kConnectionLost, "the connection was closed here"};
}

}  // namespace headrace::get
