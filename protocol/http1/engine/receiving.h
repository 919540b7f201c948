#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"
#include "headrace/protocol/http1/engine/receiving_requests.h"
#include "headrace/protocol/http1/engine/receiving_responses.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Makes events of the input.
class Receiving : private Uses {
 public:
  using Uses::Uses;

  // Reads until there is an event or another consequence. False if more input is needed, or if the
  // input must not be read now (is_blocked()).
  bool parse(const Event** event) const;
  // Whether the input must not be read now, because the application holds a window full of content,
  // or because of ReceivingRequests::is_blocked().
  bool is_blocked() const;
  // Behind the end of the input no window keeps anything back: what has come is passed before the
  // end. True if a window did.
  bool lift_window() const;
  bool owes_continue() const { return requests().owes_continue(); }
  // The event of the end of a tunnel, or of content that ends with the connection. Null if the end
  // of the input is neither.
  const Event* end_with_transport() const;
  // Copies the parts of incomplete messages that lie in the input. False if there is no memory.
  [[nodiscard]] bool keep() const;

 private:
  bool read_length(const Event** event) const;
  bool read_chunks(const Event** event) const;
  bool read_trailers(const Event** event) const;
  bool read_all(const Event** event) const;
  bool is_too_large() const;
  const Event* take_content(gsl::span<const uint8_t> octets, bool ends) const;
  void discard(uint64_t size) const;
  void end_of_message() const;
  uint64_t most() const;
  bool in_chunk() const { return p_.chunks.in_data(); }
  Ending ending() const { return Ending(parts()); }
  ReceivingRequests requests() const { return ReceivingRequests(parts()); }
  ReceivingResponses responses() const { return ReceivingResponses(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_H_
