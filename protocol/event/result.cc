#include "protocol/event/result.h"

namespace headrace {

const char* to_string(SubmitError error) {
  switch (error) {
    case SubmitError::kNone:
      return "none";
    case SubmitError::kConnectionGone:
      return "connection gone";
    case SubmitError::kStreamGone:
      return "stream gone";
    case SubmitError::kUnknownStream:
      return "unknown stream";
    case SubmitError::kWrongState:
      return "wrong state";
    case SubmitError::kInvalidFields:
      return "invalid fields";
    case SubmitError::kInvalidArgument:
      return "invalid argument";
    case SubmitError::kTooLarge:
      return "too large";
  }
  return "unknown";
}

}  // namespace headrace
