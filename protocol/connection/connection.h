#ifndef HEADRACE_PROTOCOL_CONNECTION_CONNECTION_H_
#define HEADRACE_PROTOCOL_CONNECTION_CONNECTION_H_

#include <cstdint>
#include <gsl/span>
#include <iterator>

#include "field/field.h"
#include "memory/abi.h"
#include "protocol/connection/options.h"
#include "protocol/connection/statistics.h"
#include "protocol/event/event.h"
#include "protocol/event/result.h"
#include "protocol/stream/body.h"

namespace headrace::inline HEADRACE_ABI {

// A run of bytes to send; the fields and their order are those of POSIX's iovec.
struct ConstBuffer {
  const uint8_t* data;
  size_t size;
};

class EventRange;

// One HTTP/2 connection (RFC 9113) without I/O: bytes and the time go in, events and bytes come out.
//
// It is used by one thread at a time and shares nothing with other connections. Nothing of it is on
// the stack between two steps of an EventRange, so every command is legal there. Commands never fail
// half-way: after an error nothing was sent and nothing was taken.
class Connection {
 public:
  Connection(Role role, const Options& options, TimePoint now);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- Input. Each returns the same lazy range; starting another one ends the one before it.

  // The transport delivered `bytes`, which must outlive the range. Every byte is taken: what was not
  // parsed when the range ends is copied and comes out first of the next receive().
  [[nodiscard]] EventRange receive(gsl::span<const uint8_t> bytes, TimePoint now);
  // Time has passed (next_deadline()), or has_events() turned true between two inputs.
  [[nodiscard]] EventRange advance(TimePoint now);
  // The transport will deliver nothing more: EOF or a reset.
  [[nodiscard]] EventRange end_of_input(TimePoint now);

  // Events wait for the next range.
  bool has_events() const;
  // False: enough replies are waiting to be sent; stop reading the transport until it turns true.
  bool wants_input() const;
  // When advance() has something to do; TimePoint::max() when nothing is timed.
  TimePoint next_deadline() const;

  // --- Commands.

  // A response (RFC 9113 §8.1): `:status` first, then fields with lower-case names. 1xx is for
  // submit_informational(). `fields` are consumed before it returns.
  SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body body = Body::none());
  // An interim response, any number of them before the final one (RFC 9110 §15.2).
  SubmitResult submit_informational(StreamId stream_id, FieldsView fields);
  // Appends to a Body::stream(): copies what fits into the stream's buffer and says how much.
  // `end_stream` counts only when all of it was accepted.
  SendResult send_data(StreamId stream_id, gsl::span<const uint8_t> bytes, bool end_stream);
  // Ends a message with a trailer section once its body is out (RFC 9113 §8.1). With a Body::stream()
  // it is the end of the data; with any other body it may be given as long as the last byte is not
  // out.
  SubmitResult send_trailers(StreamId stream_id, FieldsView fields);
  // A BodySource that said "not yet" has something now.
  SubmitResult resume(StreamId stream_id);
  // RST_STREAM (RFC 9113 §6.4). StreamClosed follows.
  SubmitResult reset_stream(StreamId stream_id, ErrorCode code);

  // Gives back `size` octets of receive window of a stream with manual credit (RFC 9113 §6.9).
  SubmitResult credit(StreamId stream_id, uint32_t size);
  // Whether the stream's credit is given back automatically from now on (Options::automatic_credit).
  SubmitResult set_automatic_credit(StreamId stream_id, bool automatic);
  // The value that stands in every event of the stream from now on.
  SubmitResult set_user_data(StreamId stream_id, uintptr_t user_data);

  // Changes our settings (RFC 9113 §6.5); each takes effect when the peer acknowledges it. Several
  // may be in flight.
  SubmitResult submit_settings(gsl::span<const Setting> settings);
  SubmitResult ping(uint64_t opaque);
  // Graceful: GOAWAY with 2^31-1, a PING, the final GOAWAY when it is answered (RFC 9113 §6.8). Open
  // streams go on; when they have ended the connection closes.
  SubmitResult shutdown();
  // At once: GOAWAY with `code`, every stream closed.
  SubmitResult terminate(ErrorCode code);

  // --- Output.

  // The bytes to send next, at most `max_bytes`. The spans stay as they are until sent(): asking again
  // gives the same, later calls only append.
  gsl::span<const ConstBuffer> pending_output(size_t max_bytes = 64 * 1024);
  // The transport took the first `size` bytes of pending_output().
  void sent(size_t size);
  // The first `size` bytes that were sent are no longer read. Only with Options::explicit_release.
  void released(size_t size);
  // pending_output() would not be empty. Commits nothing.
  bool wants_output() const;
  // Everything is out and nothing will come: close the transport.
  bool should_close() const;

  // --- State.

  const Statistics& statistics() const;
  // Streams that the peer has open (RFC 9113 §5.1.2).
  uint32_t open_streams() const;
  // Gives caches back to the system; for idle connections.
  void trim();
};

}  // namespace headrace::inline HEADRACE_ABI

#endif  // HEADRACE_PROTOCOL_CONNECTION_CONNECTION_H_
