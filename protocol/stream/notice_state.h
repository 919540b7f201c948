#ifndef HEADRACE_PROTOCOL_STREAM_NOTICE_STATE_H_
#define HEADRACE_PROTOCOL_STREAM_NOTICE_STATE_H_

#include <cstdint>

#include "headrace/memory/abi.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// What is due on a stream without a frame, in the order in which it is reported: events, and first
// the 100 (Continue) that its request waits for.
enum class Notice : uint8_t {
  kContinue,
  kBodyReleased,
  kStreamWritable,
  kResponseSent,
  kStreamClosed
};

// Whether the application knows a stream, and which notices are due. Notices
// (protocol/http2/notices.h) alone changes it.
class NoticeState {
 public:
  // The application knows the stream, so StreamClosed is owed.
  bool announced() const { return announced_; }

 private:
  friend class Notices;

  bool announced_ : 1 = false;
  uint8_t due_ : 5 = 0;  // a bit for each Notice
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_NOTICE_STATE_H_
