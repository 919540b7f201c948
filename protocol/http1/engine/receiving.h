#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_H_

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"

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
  // What there is of input may not be read now: too many requests wait for their responses, the
  // application holds the content, or the next octets depend on an answer.
  bool is_blocked() const;
  // The application has seen a request that waits for 100, and has not answered it.
  bool owes_continue() const;
  // The end of the input is that of a tunnel, and the application is to be told. Null: it is not.
  EventPtr end_tunnel() const;
  // Copies what lies in the input of messages that are not complete. False: no memory.
  [[nodiscard]] bool keep() const;

 private:
  bool read_head(EventPtr* event) const;
  bool open(EventPtr* event) const;
  bool read_length(EventPtr* event) const;
  bool read_chunks(EventPtr* event) const;
  bool read_trailers(EventPtr* event) const;
  bool read_tunnel(EventPtr* event) const;
  bool refuse_tls() const;
  bool is_too_large() const;
  EventPtr take_content(gsl::span<const uint8_t> octets, bool ends) const;
  void discard(uint64_t size) const;
  void end_of_request() const;
  void stop_behind(const Record* record) const;
  uint64_t most() const;
  Ending ending() const { return Ending(parts()); }
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_RECEIVING_H_
