#ifndef HEADRACE_ADAPTERS_SERVE_EXCHANGE_H_
#define HEADRACE_ADAPTERS_SERVE_EXCHANGE_H_

#include <cstdint>

#include "protocol/event/event.h"

namespace headrace::serve {

// What outlives a request's event: a body that is produced as it is sent, or a request body that is
// looked at. It lives until its stream is closed.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual void on_data(const DataReceived&) {}
  // `event` holds a TrailersReceived, and may be kept.
  virtual void on_trailers(EventPtr) {}
  virtual void on_writable() {}
  // Octets of the answer's body that were handed to the connection so far.
  virtual uint64_t body_size() const = 0;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_EXCHANGE_H_
