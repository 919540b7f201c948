#ifndef HEADRACE_PROTOCOL_CONNECTION_CONNECTION_H_
#define HEADRACE_PROTOCOL_CONNECTION_CONNECTION_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"
#include "headrace/memory/const_buffer.h"
#include "headrace/memory/lazy_range.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/frame/settings.h"
#include "headrace/protocol/interface/options.h"
#include "headrace/protocol/interface/statistics.h"
#include "headrace/protocol/stream/body.h"

namespace headrace {
HEADRACE_ABI_BEGIN

class Connection;
class ConnectionInspector;
class Ledger;
class PreparedHead;
class Protocol;

// The events of one input, made one at a time while a range-for iterates over them. See Connection.
using EventRange = LazyRange<Connection, Event>;

// One connection of HTTP/2 (RFC 9113) or HTTP/1.1 (RFC 9112; Options::protocol) without I/O: bytes
// and the time go in, events and bytes come out.
//
// A connection is used by one thread at a time, not always the same, and shares no state with other
// connections. All commands may be called between two steps of an EventRange, no function from
// inside a BodySource, FrameObserver, PaddingPolicy or Scheduler. Hardened builds check both rules
// (EntryGuard). A command that returns an error has no effect. docs/contracts.md has all contracts.
class Connection {
 public:
  Connection(Role role, const Options& options, TimePoint now);
  // Connections may share options, unless these have a custom_scheduler or a record.
  Connection(std::shared_ptr<const Options> options, Role role, TimePoint now);
  // With a protocol of the caller's behind the same functions.
  explicit Connection(std::unique_ptr<Protocol> protocol);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- Input. Each function returns a lazy range of events, and ends the range before it.

  // The transport delivered `bytes`, which must outlive the range. All of them are consumed: bytes
  // that were not parsed when the range ends are copied and parsed first by the next range.
  [[nodiscard]] EventRange receive(ByteView bytes HEADRACE_LIFETIME_BOUND,
                                   TimePoint now) HEADRACE_LIFETIME_BOUND;
  // A container passed by value would be destroyed before the first event is made.
  template <TemporaryOwner T>
  EventRange receive(T&& dies_before_it_is_read, TimePoint now) = delete;
  // To be called when next_deadline() has passed, or when has_events() became true without input.
  [[nodiscard]] EventRange advance(TimePoint now) HEADRACE_LIFETIME_BOUND;
  // The transport will deliver no more bytes. `in_order`: EOF (with TLS, behind close_notify), not
  // a reset; HTTP/1.1 has messages that only EOF ends. Other open streams are closed with
  // ClosedBy::kTransport, and so is the connection if there are any or a frame is incomplete.
  [[nodiscard]] EventRange end_of_input(TimePoint now,
                                        bool in_order = true) HEADRACE_LIFETIME_BOUND;

  // Whether the next range will have events.
  bool has_events() const;
  // Whether to read from the transport. False while too many replies are queued or copied input is
  // not parsed; when it can be, has_events() is true, and advance() or an empty receive() does it.
  bool wants_input() const;
  // When to call advance(). At once (the last `now`) while has_events(); TimePoint::max(): never.
  TimePoint next_deadline() const;

  // --- Commands. Deadlines that they start count from the last `now` above, so an application that
  // uses a connection after a long pause calls advance(now) first.

  // Client role. Sends a request (RFC 9113 §8.3.1): pseudo-header fields first, then fields with
  // lower-case names. `fields` need not outlive the call. Above the peer's MAX_CONCURRENT_STREAMS
  // (before its SETTINGS: Options::assumed_concurrent_streams) a copy of them is queued until a
  // stream has ended. All events of the stream have `user_data`.
  RequestResult submit_request(FieldsView fields, Body body = Body::none(),
                               UserData user_data = {});
  // Sends PUSH_PROMISE (RFC 9113 §8.4): promises the response to the request `fields`, on a stream
  // of the client whose response has not ended. The application then calls submit_response() with
  // the stream id of the result. Server role.
  RequestResult submit_push(StreamId stream_id, FieldsView fields, UserData user_data = {});
  // Sends a final response (RFC 9113 §8.1): `:status` first, then fields with lower-case names.
  // `fields` need not outlive the call. Unless Options::complete_heads is false, missing fields are
  // added and fields that must not be sent are left out (OutgoingHead::complete()). If content-type
  // or content-length still depends on the body, a Body::stream() or Body::source(), the fields are
  // copied and the head is completed in the next pending_output(). Server role.
  SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body body = Body::none());
  // As above, with the status code by itself; `fields` are the others.
  SubmitResult submit_response(StreamId stream_id, int status, FieldsView fields = {},
                               Body body = Body::none());
  // With a head that was prepared (<headrace/prepared_head.h>), and fields beside it.
  SubmitResult submit_response(StreamId stream_id, const PreparedHead& head, FieldsView fields = {},
                               Body body = Body::none());
  RequestResult submit_request(const PreparedHead& head, FieldsView fields,
                               Body body = Body::none(), UserData user_data = {});
  // Sets the time for the date field of responses (Options::complete_heads), once in each turn of
  // the event loop. Before the first call no date is added.
  void set_time_of_day(std::chrono::system_clock::time_point now);
  // Server role. Sends an interim response (1xx, RFC 9110 §15.2), any number before the final one.
  SubmitResult submit_informational(StreamId stream_id, FieldsView fields);
  SubmitResult submit_informational(StreamId stream_id, int status, FieldsView fields = {});
  // Appends to a Body::stream(): copies the bytes that fit into its buffer
  // (Options::send_buffer_size) and returns their number. If it is not all, `end_stream` is
  // ignored, and StreamWritable follows. Bytes beyond the head's content-length are refused with
  // kTooLarge. An end before it, also by send_trailers(), resets the stream with INTERNAL_ERROR,
  // as the message would be malformed (RFC 9113 §8.1.1); StreamClosed has rule and numbers.
  SendResult send_data(StreamId stream_id, ByteView bytes, bool end_stream);
  // The same for a Body::owned(), not copied if it has more than 512 octets. It is taken whole if
  // the buffer has any room, which it may exceed, or not at all: `accepted` is 0 then, the caller
  // keeps it, as after an error, and StreamWritable follows. It is destroyed when it is sent (with
  // Options::explicit_release, released) or with the stream. Other kinds: kInvalidArgument.
  SendResult send_data(StreamId stream_id, Body&& chunk, bool end_stream);
  // Ends a message with a trailer section (RFC 9113 §8.1), and with it a Body::stream(). With other
  // bodies it must be called before pending_output() has returned the last byte, unless the body
  // came with Body::expect_trailers(). An empty list ends the message without trailers.
  SubmitResult send_trailers(StreamId stream_id, FieldsView fields);
  // Makes pending_output() call the stream's BodySource again, which had no data before.
  SubmitResult resume(StreamId stream_id);
  // Sends RST_STREAM (RFC 9113 §6.4). StreamClosed follows.
  SubmitResult reset_stream(StreamId stream_id, ErrorCode code);

  // Gives `size` octets of receive window back to the peer, for a stream without automatic credit
  // and for the connection (RFC 9113 §6.9). Increments add up until the next pending_output().
  // Octets that the application holds reduce the connection's window, too: streams without credit
  // can use up Options::connection_window_size, and then no stream receives DATA.
  SubmitResult credit(StreamId stream_id, uint32_t size);
  // Sets whether the stream's credit is given back automatically (Options::automatic_credit).
  SubmitResult set_automatic_credit(StreamId stream_id, bool automatic);
  // Sets the receive window of a stream, or of the connection (0), to `size` octets, 1 to 2^31-1
  // (RFC 9113 §6.9): a wider one at once, a narrower one as the peer sends, because credit cannot
  // be revoked. Neither WindowPolicy::kAutoTuned nor a later INITIAL_WINDOW_SIZE changes it.
  SubmitResult set_receive_window(StreamId stream_id, uint32_t size);
  // Sets the user_data of all further events of the stream.
  SubmitResult set_user_data(StreamId stream_id, UserData user_data);

  // Sets the priority of the stream (RFC 9218) for our scheduler. Server role: until the client
  // changes it. Client role: also sends PRIORITY_UPDATE, unless the server's SETTINGS lack
  // NO_RFC7540_PRIORITIES, because the server would then ignore it (§2.1.1).
  SubmitResult update_priority(StreamId stream_id, const Priority& priority);

  // Sends SETTINGS with at most 2,730 entries (RFC 9113 §6.5), which take effect when the peer
  // acknowledges them. Several calls may be in flight.
  SubmitResult submit_settings(std::span<const Setting> settings);
  // Sends PING (RFC 9113 §6.7). PingAcknowledged follows. Of PINGs and SETTINGS, at most half of
  // Limits::queued_replies are unanswered at a time; more are queued until answers arrive.
  SubmitResult ping(uint64_t opaque);
  // Sends a frame of a type that this library does not know (RFC 9113 §5.5), behind all others.
  SubmitResult submit_frame(uint8_t type, uint8_t flags, StreamId stream_id, ByteView payload);
  // Begins a graceful shutdown (RFC 9113 §6.8): GOAWAY with the highest id of a peer's stream
  // (2^31-1 to a client, 2^31-2 to a server), PING, and after its answer the final GOAWAY. Open
  // streams and queued requests continue; then it closes. `debug_data`: for the peer's operator.
  SubmitResult shutdown(std::string_view debug_data = {});
  SubmitResult shutdown(std::span<const uint8_t> debug_data);
  SubmitResult shutdown(std::span<const std::byte> debug_data);
  // Ends the connection at once: closes all streams and sends GOAWAY with `code`.
  SubmitResult terminate(ErrorCode code, std::string_view debug_data = {});
  SubmitResult terminate(ErrorCode code, std::span<const uint8_t> debug_data);
  SubmitResult terminate(ErrorCode code, std::span<const std::byte> debug_data);

  // --- Output.

  // The bytes to send next, at most `max_bytes`. Until sent(), each call returns the same bytes,
  // and perhaps more behind them. The list of spans is valid until the next call; the bytes
  // themselves until they are sent or, with Options::explicit_release, released.
  std::span<const ConstBuffer> pending_output(size_t max_bytes = 64 * 1024) HEADRACE_LIFETIME_BOUND;
  // The transport took the first `size` bytes of pending_output(). `now` starts the deadlines for
  // answers to them. Without it they start at the last `now` above or later; if that matters,
  // next_deadline() returns a time at which advance() is to be called at once.
  void sent(size_t size, TimePoint now);
  void sent(size_t size);
  // The transport no longer reads the first `size` unreleased bytes (Options::explicit_release).
  void released(size_t size);
  // Whether pending_output() would return bytes, unless a BodySource has none. Changes no state.
  bool wants_output() const;
  // Whether to close the transport: all output has been sent, and no more input is expected. Or it
  // will not be sent: the transport was lost (end_of_input()), or behind ConnectionClosed it has
  // taken nothing for Limits::stream_stall_timeout, which next_deadline() and advance() see to.
  bool should_close() const;
  // Whether to reset the transport instead of closing it in order: output has been given up, or the
  // peer would take the end for that of a message that is not complete (HTTP/1.1).
  bool should_reset() const;

  // --- State.

  ProtocolVersion protocol() const;  // in use; kDetect until the client's octets have told it
  const Statistics& statistics() const HEADRACE_LIFETIME_BOUND;
  // The peer's settings in force (RFC 9113 §6.5.2): initial values until its first SETTINGS.
  const SettingValues& peer_settings() const HEADRACE_LIFETIME_BOUND;
  // The number of streams of both sides that count for MAX_CONCURRENT_STREAMS (RFC 9113 §5.1.2).
  uint32_t open_streams() const;
  // The number of requests that wait for the peer's MAX_CONCURRENT_STREAMS, or their turn.
  uint32_t waiting_requests() const;
  // Whether submit_request() can open a stream. If not, a client's requests need a new connection.
  bool accepts_requests() const;
  // The open stream behind `after` (0: the first), or 0: those of the client, then those that the
  // server has pushed, by their ids. Streams, `after` too, may open and close between two calls.
  // It looks at each stream between, and at those before `after` if that is not open any more.
  StreamId next_stream(StreamId after) const;
  UserData user_data(StreamId stream_id) const;  // of an open stream; otherwise none
  // The octets that send_data() would take now. 0 if the stream is not open, or its body no stream.
  size_t send_room(StreamId stream_id) const;
  // The condition that the rest of our message on this stream waits for.
  Blocked why_blocked(StreamId stream_id) const;
  // The receive window of a stream, or the connection's (0). All zero if no DATA can be received.
  ReceiveCredit receive_credit(StreamId stream_id) const;
  // The stream's priority, signalled or set last. The RFC's defaults if there is no such stream.
  Priority priority(StreamId stream_id) const;
  // Whether a GOAWAY was sent or received and no stream is open.
  bool is_drained() const;
  // The account of what the peer makes this connection hold (<headrace/memory/ledger.h>).
  Ledger& ledger() HEADRACE_LIFETIME_BOUND;
  // Sets whether the application is short of memory. If so, the deadlines under pressure of Limits
  // apply, and next_deadline() may become earlier. (HTTP/2.)
  void set_memory_pressure(bool pressed);
  // Frees caches, for connections that are idle. Ends the live range, as a new one does.
  void trim();

 private:
  friend EventRange;
  friend ConnectionInspector;  // defined by tests only

  // The steps of a range.
  const Event* step();
  void end_of_range();

  std::unique_ptr<Protocol> protocol_;  // changes once, if the version is detected
  EventRange::Live live_range_{this};
};

// The most memory, in octets, that a peer can make a connection with these options use: its heap
// and the Connection itself, without the overhead of the allocator, and without what the
// application decides: bodies and the buffers of send_data(), queued field blocks and DATA
// (Limits::output_backlog), queued requests, and events that it keeps.
size_t max_bytes(const Options& options);

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_CONNECTION_H_
