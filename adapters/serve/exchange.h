#ifndef HEADRACE_ADAPTERS_SERVE_EXCHANGE_H_
#define HEADRACE_ADAPTERS_SERVE_EXCHANGE_H_

#include <cstddef>
#include <cstdint>

#include "headrace/protocol/event/event.h"

namespace headrace::serve {

// The octets that send_data() buffers for a stream (Options::send_buffer_size).
inline constexpr size_t kSendBuffer = 64 * 1024;

// The octets that fields use in a kept event.
inline size_t memory_of(FieldsView fields) {
  size_t size = 0;
  for (const Field& field : fields) size += sizeof(Field) + field.name.size() + field.value.size();
  return size;
}

// The part of answering a request that outlives its event: a body that is generated while it is
// sent, or the handling of the request's body. It lives until its stream is closed.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual void on_data(const DataReceived&) {}
  // `event` holds a TrailersReceived, and may be kept.
  virtual void on_trailers(EventPtr) {}
  virtual void on_writable() {}
  // The octets that it holds, of the request's or the response's body.
  virtual size_t memory() const { return 0; }
  // The octets of the response's body that were passed to the connection so far.
  virtual uint64_t body_size() const = 0;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_EXCHANGE_H_
