#ifndef HEADRACE_ADAPTERS_GET_OUTCOME_H_
#define HEADRACE_ADAPTERS_GET_OUTCOME_H_

#include "headrace/adapters/get/exit_code.h"
#include "headrace/protocol/event/event.h"

namespace headrace::get {

// The facts about a connection that explain why a stream of it was closed.
struct ConnectionNews {
  ErrorCode goaway = ErrorCode::kNoError;  // of the GOAWAY that was received, if any
  std::string goaway_text;                 // its debug data
  bool timed_out = false;                  // closed by one of our deadlines
  std::string tls_failure;                 // why TLS has ended it, if it has
};

// The outcome of a request whose stream was closed. `answered`: the response was complete.
Outcome judge_end(const StreamClosed& closed, bool answered, const ConnectionNews& connection);

// Whether the request may succeed on another connection: it was not processed (or most likely not,
// and is idempotent: StreamClosed::retry_idempotent), and not refused for a reason of its own (a
// server that requires HTTP/1.1, a body that differs from its content-length).
bool is_worth_a_retry(const StreamClosed& closed);

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_OUTCOME_H_
