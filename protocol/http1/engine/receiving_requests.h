#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_REQUESTS_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_REQUESTS_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Heads of requests to events, in the server role.
class ReceivingRequests : private Uses {
 public:
  using Uses::Uses;

  // Reads the next head. False: it needs more input.
  bool read(EventPtr* event) const;
  // The next head may not be read now: too many requests wait for their responses, or the next
  // octets depend on an answer.
  bool is_blocked() const;
  // Tells the observer, if it is the former and a request has come.
  void report_blocked() const;
  // The application has seen a request that waits for 100, and has not answered it.
  bool owes_continue() const;
  // The record's request has been read whole.
  void stop_behind(const Record* record) const;

 private:
  bool open(EventPtr* event) const;
  bool refuse_tls() const;
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_REQUESTS_H_
