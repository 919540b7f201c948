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

// Input to events.
class Receiving : private Uses {
 public:
  using Uses::Uses;

  // Reads on until there is an event, or something that has consequences. False: it needs more
  // input, or may not read what there is now.
  bool parse(EventPtr* event) const;
  // What there is of input may not be read now: the application holds the content, or as
  // ReceivingRequests say.
  bool is_blocked() const;
  bool owes_continue() const { return requests().owes_continue(); }
  // The end of the input is that of a tunnel, or of content that ends with the connection, and the
  // application is to be told. Null: it is not.
  EventPtr end_with_transport() const;
  // Copies what lies in the input of messages that are not complete. False: no memory.
  [[nodiscard]] bool keep() const;

 private:
  bool read_length(EventPtr* event) const;
  bool read_chunks(EventPtr* event) const;
  bool read_trailers(EventPtr* event) const;
  bool read_all(EventPtr* event) const;
  bool is_too_large() const;
  EventPtr take_content(gsl::span<const uint8_t> octets, bool ends) const;
  void discard(uint64_t size) const;
  void end_of_message() const;
  uint64_t most() const;
  Ending ending() const { return Ending(parts()); }
  ReceivingRequests requests() const { return ReceivingRequests(parts()); }
  ReceivingResponses responses() const { return ReceivingResponses(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_H_
