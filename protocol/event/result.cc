#include "headrace/protocol/event/result.h"

namespace headrace {
namespace {

std::string sentence(SubmitError error, const Rule* rule) {
  std::string text = to_string(error);
  if (rule == nullptr) return text;
  return text.append(": ").append(rule->text).append(" (").append(rule->section).append(")");
}

}  // namespace

std::string describe(const SubmitResult& result) { return sentence(result.error, result.rule); }
std::string describe(const RequestResult& result) { return sentence(result.error, result.rule); }
std::string describe(const SendResult& result) { return sentence(result.error, result.rule); }

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
    case SubmitError::kWrongRole:
      return "wrong role";
    case SubmitError::kTooLarge:
      return "too large";
    case SubmitError::kGoingAway:
      return "going away";
    case SubmitError::kStreamIdsExhausted:
      return "stream ids exhausted";
    case SubmitError::kPushDisabled:
      return "push disabled";
    case SubmitError::kTooManyStreams:
      return "too many streams";
    case SubmitError::kUnsupported:
      return "unsupported";
  }
  return "unknown";
}

const char* to_string(Blocked blocked) {
  switch (blocked) {
    case Blocked::kNothing:
      return "nothing";
    case Blocked::kApplication:
      return "application";
    case Blocked::kBodySource:
      return "body source";
    case Blocked::kPeerConcurrency:
      return "peer concurrency";
    case Blocked::kStreamWindow:
      return "stream window";
    case Blocked::kConnectionWindow:
      return "connection window";
    case Blocked::kScheduler:
      return "scheduler";
    case Blocked::kOutput:
      return "output";
  }
  return "unknown";
}

}  // namespace headrace
