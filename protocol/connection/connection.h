#ifndef HEADRACE_PROTOCOL_CONNECTION_CONNECTION_H_
#define HEADRACE_PROTOCOL_CONNECTION_CONNECTION_H_

#include <chrono>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"
#include "headrace/memory/lazy_range.h"
#include "headrace/memory/ledger.h"
#include "headrace/memory/temporary.h"
#include "headrace/protocol/connection/const_buffer.h"
#include "headrace/protocol/connection/entry_guard.h"
#include "headrace/protocol/connection/options.h"
#include "headrace/protocol/connection/settings.h"
#include "headrace/protocol/connection/statistics.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/stream/body.h"

namespace headrace {
HEADRACE_ABI_BEGIN

class Connection;
class ConnectionInspector;
class Engine;

// The events of one input, made one a step as a range-for walks over it. See Connection.
using EventRange = LazyRange<Connection, Event>;

// One HTTP/2 connection (RFC 9113) without I/O: bytes and the time go in, events and bytes come
// out.
//
// It is used by one thread at a time (another may go on with it between two calls) and shares
// nothing with other connections. Nothing of it is on the stack between two steps of an EventRange,
// so every command is legal there; none is inside what it calls itself (BodySource, FrameObserver,
// PaddingPolicy, Scheduler). Hardened builds stop a program that does either (EntryGuard). Commands
// never fail half-way: after an error nothing was sent and nothing was taken. What the caller has
// to keep to is listed in docs/contracts.md.
class Connection {
 public:
  Connection(Role role, const Options& options, TimePoint now);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- Input. Each returns the same lazy range; starting another one ends the one before it.

  // The transport delivered `bytes`, which must outlive the range. Every byte is taken: what was
  // not parsed when the range ends is copied and comes out first of the next receive().
  [[nodiscard]] EventRange receive(ByteView bytes HEADRACE_LIFETIME_BOUND,
                                   TimePoint now) HEADRACE_LIFETIME_BOUND;
  // A container by value would be gone before its first event is asked for.
  template <TemporaryOwner T>
  EventRange receive(T&& dies_before_it_is_read, TimePoint now) = delete;
  // Time has passed (next_deadline()), or has_events() turned true between two inputs.
  [[nodiscard]] EventRange advance(TimePoint now) HEADRACE_LIFETIME_BOUND;
  // The transport will deliver nothing more: EOF or a reset. Streams that are open, and a
  // connection that ends with them or within a frame, are closed by ClosedBy::kTransport (RFC 9113
  // §5.4.3).
  [[nodiscard]] EventRange end_of_input(TimePoint now) HEADRACE_LIFETIME_BOUND;

  // Events wait for the next range.
  bool has_events() const;
  // False: stop reading the transport until it turns true. Enough replies are waiting to be sent,
  // or input that was kept has yet to be read: has_events() says when advance() or an empty
  // receive() goes on with it.
  bool wants_input() const;
  // When advance() has something to do: at once, which is the last `now`, while events wait.
  // TimePoint::max() when nothing is timed.
  TimePoint next_deadline() const;

  // --- Commands. What they start is timed from the last `now` above: an application that comes
  // back to a connection after a long silence calls advance(now) first.

  // A request (RFC 9113 §8.3.1): pseudo-header fields first, then fields with lower-case names.
  // Client role. Its id is given at once; above the peer's limit of streams (or
  // Options::assumed_concurrent_streams) a copy of the fields waits until a stream has ended, and
  // goes out in its turn. `fields` are consumed before it returns; `user_data` stands in every
  // event of the stream.
  RequestResult submit_request(FieldsView fields, Body body = Body::none(),
                               uintptr_t user_data = 0);
  // Promises the client the response to a request that it would make, on a stream of the client's
  // that is not answered whole (RFC 9113 §8.4): PUSH_PROMISE. submit_response() on the new stream
  // follows. Server role.
  RequestResult submit_push(StreamId stream_id, FieldsView fields, uintptr_t user_data = 0);
  // A response (RFC 9113 §8.1): `:status` first, then fields with lower-case names. 1xx is for
  // submit_informational(). `fields` are consumed before it returns. Server role.
  // Fields that are missing are added, those that must not be sent are left out
  // (OutgoingHead::complete()), unless Options::complete_heads is false. `fields` themselves never
  // change. The head of a Body::stream() or Body::source() that could say more if more was known of
  // the body is copied and goes out with the next pending_output(), by what is known then.
  SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body body = Body::none());
  // The time of day, for the date field of the responses submitted from now on
  // (Options::complete_heads): once a turn of the loop is enough. Without it none is added.
  void set_time_of_day(std::chrono::system_clock::time_point now);
  // An interim response, any number of them before the final one (RFC 9110 §15.2). Server role.
  SubmitResult submit_informational(StreamId stream_id, FieldsView fields);
  // Appends to a Body::stream(): copies what fits into the stream's buffer and says how much.
  // `end_stream` counts only when all of it was accepted. More than the content-length that the
  // head announced is refused with kTooLarge and its rule, and nothing is taken; an end before it
  // (send_trailers() is one, too) resets the stream with INTERNAL_ERROR, because the message would
  // be malformed (RFC 9113 §8.1.1): StreamClosed has the rule and the numbers.
  SendResult send_data(StreamId stream_id, ByteView bytes, bool end_stream);
  // Ends a message with a trailer section once its body is out (RFC 9113 §8.1). With a
  // Body::stream() it is the end of the data; with any other body it may be given as long as the
  // last byte is not out, and later with Body::expect_trailers(). An empty list: there are none.
  SubmitResult send_trailers(StreamId stream_id, FieldsView fields);
  // A BodySource that said "not yet" has something now.
  SubmitResult resume(StreamId stream_id);
  // RST_STREAM (RFC 9113 §6.4). StreamClosed follows.
  SubmitResult reset_stream(StreamId stream_id, ErrorCode code);

  // Gives back `size` octets of receive window of a stream with manual credit (RFC 9113 §6.9), the
  // stream's and the connection's. Increments add up until output is asked for. What a stream's
  // application holds is missing in the connection's window too: streams that are given no credit
  // can come to hold all of Options::connection_window_size, and then no other stream gets DATA.
  SubmitResult credit(StreamId stream_id, uint32_t size);
  // Whether the stream's credit is given back automatically from now on
  // (Options::automatic_credit).
  SubmitResult set_automatic_credit(StreamId stream_id, bool automatic);
  // The receive window of a stream, or of the connection (0), is `size` octets from now on, 1 to
  // 2^31-1 (RFC 9113 §6.9). A wider one is granted at once. A narrower one takes nothing back that
  // the peer has: credit is kept back until it fits. Neither WindowPolicy::kAutoTuned nor a later
  // INITIAL_WINDOW_SIZE changes it.
  SubmitResult set_receive_window(StreamId stream_id, uint32_t size);
  // The value that stands in every event of the stream from now on.
  SubmitResult set_user_data(StreamId stream_id, uintptr_t user_data);

  // How urgent the stream is from now on (RFC 9218). Server role: to the scheduler, until a signal
  // of the client's changes it again. Client role: PRIORITY_UPDATE, unless the server's SETTINGS
  // did not have NO_RFC7540_PRIORITIES (§2.1.1: it would be ignored), and to our scheduler.
  SubmitResult update_priority(StreamId stream_id, const Priority& priority);

  // Changes our settings (RFC 9113 §6.5), 2,730 of them at most; each takes effect when the peer
  // acknowledges it. Several may be in flight.
  SubmitResult submit_settings(gsl::span<const Setting> settings);
  // PING (RFC 9113 §6.7). PingAcknowledged follows. Of PINGs and changes of settings half as many
  // are on their way at once as Limits::queued_replies lets wait; more go out, in their order, as
  // answers come.
  SubmitResult ping(uint64_t opaque);
  // A frame of a type that this library does not know (RFC 9113 §5.5), behind what was queued
  // before.
  SubmitResult submit_frame(uint8_t type, uint8_t flags, StreamId stream_id, ByteView payload);
  // Graceful: GOAWAY with the highest id that a stream of the peer's can have (2^31-1 to a client,
  // 2^31-2 to a server), a PING, the final GOAWAY when it is answered (RFC 9113 §6.8).
  // Open streams go on, requests that wait too; when all have ended the connection closes.
  // `debug_data`, for the people on the other side, goes with both GOAWAYs.
  SubmitResult shutdown(std::string_view debug_data = {});
  // At once: GOAWAY with `code`, every stream closed.
  SubmitResult terminate(ErrorCode code, std::string_view debug_data = {});

  // --- Output.

  // The bytes to send next, at most `max_bytes`. The spans stay as they are until sent(): asking
  // again gives the same, later calls only append.
  gsl::span<const ConstBuffer> pending_output(size_t max_bytes = 64 * 1024) HEADRACE_LIFETIME_BOUND;
  // The transport took the first `size` bytes of pending_output(). Deadlines on the peer's answers
  // begin when what asks has left, so the time belongs to it. Without it, that is the last `now`
  // above or later: where it matters, next_deadline() asks for advance() at once.
  void sent(size_t size, TimePoint now);
  void sent(size_t size);
  // The first `size` bytes that were sent are no longer read. Only with Options::explicit_release.
  void released(size_t size);
  // pending_output() would not be empty, unless a BodySource says "not yet". Commits nothing.
  bool wants_output() const;
  // Everything is out and nothing will come: close the transport.
  bool should_close() const;

  // --- State.

  const Statistics& statistics() const HEADRACE_LIFETIME_BOUND;
  // The peer's settings as they are in force (RFC 9113 §6.5.2), the RFC's initial values before its
  // first SETTINGS.
  const SettingValues& peer_settings() const HEADRACE_LIFETIME_BOUND;
  // Streams of both sides that are in a concurrency count (RFC 9113 §5.1.2).
  uint32_t open_streams() const;
  // Requests that wait for the peer's limit of streams.
  uint32_t waiting_requests() const;
  // submit_request() would get a stream. False in the client role: new requests need a new
  // connection.
  bool accepts_requests() const;
  // What the rest of our message on this stream waits for.
  Blocked why_blocked(StreamId stream_id) const;
  // The receive window of a stream, or of the connection (0). All zero for a stream on which no
  // DATA may come any more.
  ReceiveCredit receive_credit(StreamId stream_id) const;
  // What the scheduler goes by: as it was signalled last, or set. The RFC's defaults for a stream
  // that is not there.
  Priority priority(StreamId stream_id) const;
  // A GOAWAY was sent or received, and no stream is left: nothing more can happen here.
  bool is_drained() const;
  // The memory that the peer makes this connection hold.
  Ledger& ledger() HEADRACE_LIFETIME_BOUND;
  // The application is short of memory: deadlines under pressure (Limits) hold, until it says
  // otherwise. next_deadline() may be earlier then.
  void set_memory_pressure(bool pressed);
  // Gives caches back to the system; for idle connections. It ends the live range, as a new one
  // does.
  void trim();

 private:
  friend EventRange;
  friend ConnectionInspector;  // looks, for tests; the library has none

  // The steps of a range.
  EventPtr step();
  void end_of_range();

  // Everything of a connection but what is in its user's hands (engine.h).
  const std::unique_ptr<Engine> engine_;
  EventRange::Live live_range_{this};
  [[no_unique_address]] mutable EntryGuard guard_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_CONNECTION_H_
