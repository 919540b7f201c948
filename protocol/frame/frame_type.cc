#include "headrace/protocol/frame/frame_type.h"

namespace headrace {

const char* to_string(FrameType type) {
  switch (type) {
    case FrameType::kData:
      return "DATA";
    case FrameType::kHeaders:
      return "HEADERS";
    case FrameType::kPriority:
      return "PRIORITY";
    case FrameType::kRstStream:
      return "RST_STREAM";
    case FrameType::kSettings:
      return "SETTINGS";
    case FrameType::kPushPromise:
      return "PUSH_PROMISE";
    case FrameType::kPing:
      return "PING";
    case FrameType::kGoaway:
      return "GOAWAY";
    case FrameType::kWindowUpdate:
      return "WINDOW_UPDATE";
    case FrameType::kContinuation:
      return "CONTINUATION";
    case FrameType::kAltSvc:
      return "ALTSVC";
    case FrameType::kOrigin:
      return "ORIGIN";
    case FrameType::kPriorityUpdate:
      return "PRIORITY_UPDATE";
  }
  return "UNKNOWN";
}

const char* to_string(SettingId id) {
  switch (id) {
    case SettingId::kHeaderTableSize:
      return "HEADER_TABLE_SIZE";
    case SettingId::kEnablePush:
      return "ENABLE_PUSH";
    case SettingId::kMaxConcurrentStreams:
      return "MAX_CONCURRENT_STREAMS";
    case SettingId::kInitialWindowSize:
      return "INITIAL_WINDOW_SIZE";
    case SettingId::kMaxFrameSize:
      return "MAX_FRAME_SIZE";
    case SettingId::kMaxHeaderListSize:
      return "MAX_HEADER_LIST_SIZE";
    case SettingId::kEnableConnectProtocol:
      return "ENABLE_CONNECT_PROTOCOL";
    case SettingId::kNoRfc7540Priorities:
      return "NO_RFC7540_PRIORITIES";
  }
  return "UNKNOWN";
}

}  // namespace headrace
