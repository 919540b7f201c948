#ifndef HEADRACE_ADAPTERS_SERVE_EXCHANGE_H_
#define HEADRACE_ADAPTERS_SERVE_EXCHANGE_H_

#include <cstddef>
#include <cstdint>

#include "headrace/protocol/event/event.h"

namespace headrace::serve {

// What send_data() takes of a stream's before the peer does (Options::send_buffer_size).
inline constexpr size_t kSendBuffer = 64 * 1024;

// Octets that fields take up in a kept event.
inline size_t memory_of(FieldsView fields) {
  size_t size = 0;
  for (const Field& field : fields) size += sizeof(Field) + field.name.size() + field.value.size();
  return size;
}

// What outlives a request's event: a body that is produced as it is sent, or a request body that is
// looked at. It lives until its stream is closed.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual void on_data(const DataReceived&) {}
  // `event` holds a TrailersReceived, and may be kept.
  virtual void on_trailers(EventPtr) {}
  virtual void on_writable() {}
  // Octets that it holds: of the request's body, or of the answer's.
  virtual size_t memory() const { return 0; }
  // Octets of the answer's body that were handed to the connection so far.
  virtual uint64_t body_size() const = 0;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_EXCHANGE_H_
