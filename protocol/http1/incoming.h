#ifndef HEADRACE_PROTOCOL_HTTP1_INCOMING_H_
#define HEADRACE_PROTOCOL_HTTP1_INCOMING_H_

#include <cstdint>

#include "headrace/memory/abi.h"
#include "headrace/protocol/http1/framing.h"
#include "headrace/protocol/http1/record.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// The part of the peer's messages that is read now, and the exchange that it belongs to.
class Incoming {
 public:
  enum class Step : uint8_t {
    kHead,        // of the next message
    kLength,      // content of left() octets
    kChunked,     // content in chunks
    kUntilClose,  // content that ends with the connection
    kTrailers,    // the section behind chunks
    kTunnel,      // there is no more HTTP (RFC 9110 §9.3.6)
    kStopped,     // all input is discarded
  };

  Step step() const { return step_; }
  bool is_stopped() const { return step_ == Step::kStopped; }
  // The exchange whose message is read, behind its head; null between messages, and if the rest of
  // the message is discarded.
  Record* record() const { return record_; }
  // Octets of the content that are to come; of kLength.
  uint64_t left() const { return left_; }
  // Octets that were discarded.
  uint64_t discarded() const { return discarded_; }

  // The head of the record's message was read.
  void begin(Record* record, const ContentEnd& end) {
    record_ = record;
    left_ = end.length;
    discarded_ = 0;
    switch (end.kind) {
      case ContentEnd::Kind::kNone:
        step_ = Step::kHead;
        break;
      case ContentEnd::Kind::kLength:
        step_ = Step::kLength;
        break;
      case ContentEnd::Kind::kChunked:
        step_ = Step::kChunked;
        break;
      case ContentEnd::Kind::kUntilClose:
        step_ = Step::kUntilClose;
        break;
    }
  }
  void take(uint64_t size) { left_ -= size; }
  void begin_trailers() { step_ = Step::kTrailers; }
  void begin_tunnel(Record* record) {
    record_ = record;
    step_ = Step::kTunnel;
  }
  // The message has ended.
  void end() {
    record_ = nullptr;
    step_ = Step::kHead;
  }
  void stop() {
    record_ = nullptr;
    step_ = Step::kStopped;
  }
  // The rest of the message is read and discarded.
  void discard_rest() { record_ = nullptr; }
  void discard(uint64_t size) { discarded_ += size; }

  // Whether the input is within a message's content.
  bool in_content() const {
    return step_ == Step::kLength || step_ == Step::kChunked || step_ == Step::kUntilClose;
  }

 private:
  Step step_ = Step::kHead;
  Record* record_ = nullptr;
  uint64_t left_ = 0;
  uint64_t discarded_ = 0;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_INCOMING_H_
