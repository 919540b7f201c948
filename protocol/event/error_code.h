#ifndef HEADRACE_PROTOCOL_EVENT_ERROR_CODE_H_
#define HEADRACE_PROTOCOL_EVENT_ERROR_CODE_H_

#include <cstdint>

namespace headrace {

// RFC 9113 §7 and the IANA "HTTP/2 Error Code" registry. A code that is not listed keeps its value.
enum class ErrorCode : uint32_t {
  kNoError = 0x0,
  kProtocolError = 0x1,
  kInternalError = 0x2,
  kFlowControlError = 0x3,
  kSettingsTimeout = 0x4,
  kStreamClosed = 0x5,
  kFrameSizeError = 0x6,
  kRefusedStream = 0x7,
  kCancel = 0x8,
  kCompressionError = 0x9,
  kConnectError = 0xa,
  kEnhanceYourCalm = 0xb,
  kInadequateSecurity = 0xc,
  kHttp11Required = 0xd,
};

// The registry's name ("PROTOCOL_ERROR"), or "UNKNOWN" for other values. Static storage.
const char* to_string(ErrorCode code);

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_ERROR_CODE_H_
