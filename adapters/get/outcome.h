#ifndef HEADRACE_ADAPTERS_GET_OUTCOME_H_
#define HEADRACE_ADAPTERS_GET_OUTCOME_H_

#include "headrace/adapters/get/exit_code.h"
#include "headrace/protocol/event/event.h"

namespace headrace::get {

// What the connection's owner knows when a stream of it closes.
struct ConnectionNews {
  ErrorCode goaway = ErrorCode::kNoError;  // of the GOAWAY that came, if any
  std::string goaway_text;                 // its debug data
  bool timed_out = false;                  // it was ended by one of our deadlines
};

// What the end of its stream means for a request: `answered` says whether the response was
// complete.
Outcome judge_end(const StreamClosed& closed, bool answered, const ConnectionNews& connection);

// Whether the same request may fare better on another connection: nobody did anything with it, and
// it is not refused for what it is (a server that wants HTTP/1.1, a body that breaks its length).
bool is_worth_a_retry(const StreamClosed& closed);

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_OUTCOME_H_
