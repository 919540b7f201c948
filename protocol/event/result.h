#ifndef HEADRACE_PROTOCOL_EVENT_RESULT_H_
#define HEADRACE_PROTOCOL_EVENT_RESULT_H_

#include <cstddef>
#include <cstdint>

#include "field/rule.h"

namespace headrace {

// Why a command was refused. Nothing was sent and nothing was taken.
enum class SubmitError : uint8_t {
  kNone,
  kConnectionGone,   // the connection has ended (a race, not a mistake)
  kStreamGone,       // the stream has ended or was reset (a race, not a mistake)
  kUnknownStream,    // no such stream was ever announced
  kWrongState,       // out of order: a second final response, data after the end, ...
  kInvalidFields,    // a rule of RFC 9113 §8 is broken; `rule` says which
  kInvalidArgument,  // a value out of its range
  kTooLarge,         // more than can ever be sent or credited
};

const char* to_string(SubmitError error);

// What a command returns. Allocates nothing.
struct [[nodiscard]] SubmitResult {
  SubmitError error = SubmitError::kNone;
  const Rule* rule = nullptr;  // kInvalidFields: static storage

  bool ok() const { return error == SubmitError::kNone; }
};

// What send_data() returns.
struct [[nodiscard]] SendResult {
  SubmitError error = SubmitError::kNone;
  size_t accepted = 0;  // bytes copied; fewer than given: StreamWritable follows

  bool ok() const { return error == SubmitError::kNone; }
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_RESULT_H_
