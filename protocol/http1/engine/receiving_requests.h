#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_REQUESTS_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_REQUESTS_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Makes events of the heads of requests, in the server role.
class ReceivingRequests : private Uses {
 public:
  using Uses::Uses;

  // Reads the next head. False if more input is needed, or if is_blocked().
  bool read(const Event** event) const;
  // Whether the next head must not be read now, because too many requests wait for their responses,
  // or because a response decides what the next octets are.
  bool is_blocked() const;
  // Whether the application has seen a request that waits for 100, and has not answered it.
  bool owes_continue() const;
  // The record's request has been read whole. Stops reading if it is the last (RFC 9112 §9.6).
  void stop_behind(const Record* record) const;

 private:
  // Reports Limit::kPipelinedRequests if it holds back input.
  void report_blocked() const;
  bool open(const Event** event) const;
  bool refuse_tls() const;
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_REQUESTS_H_
