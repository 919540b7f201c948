#ifndef HEADRACE_PROTOCOL_INTERFACE_PROTOCOL_H_
#define HEADRACE_PROTOCOL_INTERFACE_PROTOCOL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <string_view>
#include <utility>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/const_buffer.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/frame/settings.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/interface/entry_guard.h"
#include "headrace/protocol/interface/statistics.h"
#include "headrace/protocol/message/prepared_head.h"
#include "headrace/protocol/stream/body.h"

namespace headrace {
enum class ProtocolVersion : uint8_t;

HEADRACE_ABI_BEGIN

// The interface to one version of HTTP behind a Connection. Functions that Connection has, too, do
// what its comments say; Connection adds the range over the events, and the guard against calls
// from inside and from two threads. A function is called once for each call of Connection's, and
// for each step of a range.
//
// Every protocol implements the pure functions. The others have default results, for a protocol
// that lacks their subject.
class Protocol {
 public:
  Protocol() = default;
  virtual ~Protocol() = default;
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;

  // Used by Connection: the function that runs.
  [[no_unique_address]] EntryGuard guard;
  // The protocol that this one has replaced (Detection), or null. It stays, because the replacement
  // happened inside one of its own functions, with its guard. Connection::trim() frees it.
  std::unique_ptr<Protocol> predecessor;

  // --- Input. One of the first three begins a range; the one before it has ended.

  virtual void receive(gsl::span<const uint8_t> bytes, TimePoint now) = 0;
  virtual void advance(TimePoint now) = 0;
  virtual void end_of_input(TimePoint now) = 0;
  // The same, but not in order: output that waits will not leave.
  virtual void lose_transport(TimePoint now) { end_of_input(now); }
  // The next event of the range, or null at its end: lent, for an EventPtr. One that is still held
  // is made to own its bytes first (Recycler::detach_held()).
  virtual const Event* step() = 0;
  // The range ends, at its end or before: input that was not parsed is copied.
  virtual void end_of_range() = 0;

  virtual bool has_events() const = 0;
  virtual bool wants_input() const = 0;
  virtual TimePoint next_deadline() const = 0;

  // --- Commands about messages.

  virtual RequestResult submit_request(FieldsView fields, Body&& body, uintptr_t user_data) = 0;
  virtual SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body&& body) = 0;
  // `prepared`: the part of `fields` that is a prepared head's. It may be ignored.
  virtual RequestResult submit_prepared_request(FieldsView fields, const PreparedPart&, Body&& body,
                                                uintptr_t user_data) {
    return submit_request(fields, std::move(body), user_data);
  }
  virtual SubmitResult submit_prepared_response(StreamId stream_id, FieldsView fields,
                                                const PreparedPart&, Body&& body) {
    return submit_response(stream_id, fields, std::move(body));
  }
  virtual SendResult send_data(StreamId stream_id, gsl::span<const uint8_t> bytes,
                               bool end_stream) = 0;
  // `chunk`: a Body::owned() of which no trailers are expected.
  virtual SendResult send_chunk(StreamId, Body&&, bool) { return {SubmitError::kUnsupported}; }
  virtual SubmitResult reset_stream(StreamId stream_id, ErrorCode code) = 0;
  virtual SubmitResult set_user_data(StreamId stream_id, uintptr_t user_data) = 0;
  virtual SubmitResult submit_informational(StreamId, FieldsView) { return unsupported(); }
  virtual SubmitResult send_trailers(StreamId, FieldsView) { return unsupported(); }
  virtual SubmitResult resume(StreamId) { return unsupported(); }
  virtual void set_time_of_day(std::chrono::system_clock::time_point) {}

  // --- Commands about the connection.

  virtual SubmitResult shutdown(std::string_view debug_data) = 0;
  virtual SubmitResult terminate(ErrorCode code, std::string_view debug_data) = 0;
  virtual SubmitResult credit(StreamId, uint32_t) { return unsupported(); }
  virtual SubmitResult set_automatic_credit(StreamId, bool) { return unsupported(); }
  virtual void set_memory_pressure(bool) {}
  virtual void trim() {}

  // --- Output.

  virtual gsl::span<const ConstBuffer> pending_output(size_t max_bytes) = 0;
  virtual void sent(size_t size, TimePoint now) = 0;
  virtual void sent(size_t size) = 0;
  virtual void released(size_t) {}
  virtual bool wants_output() const = 0;
  virtual bool should_close() const = 0;
  virtual bool should_reset() const { return false; }

  // --- State.

  virtual ProtocolVersion version() const = 0;
  virtual const Statistics& statistics() const = 0;
  virtual Ledger& ledger() = 0;
  virtual uint32_t open_streams() const = 0;
  virtual bool is_drained() const { return false; }
  virtual bool accepts_requests() const { return false; }
  virtual uint32_t waiting_requests() const { return 0; }
  virtual StreamId next_stream(StreamId) const { return 0; }
  virtual uintptr_t user_data(StreamId) const { return 0; }
  virtual size_t send_room(StreamId) const { return 0; }
  virtual Blocked why_blocked(StreamId) const { return Blocked::kNothing; }
  virtual ReceiveCredit receive_credit(StreamId) const { return {}; }

  // --- What HTTP/2 alone has (RFC 9113, RFC 9218).

  virtual RequestResult submit_push(StreamId, FieldsView, uintptr_t) {
    return {SubmitError::kUnsupported};
  }
  virtual SubmitResult set_receive_window(StreamId, uint32_t) { return unsupported(); }
  virtual SubmitResult update_priority(StreamId, const Priority&) { return unsupported(); }
  virtual Priority priority(StreamId) const { return {}; }
  virtual SubmitResult submit_settings(gsl::span<const Setting>) { return unsupported(); }
  virtual const SettingValues& peer_settings() const {
    static constexpr SettingValues kInitial;
    return kInitial;
  }
  virtual SubmitResult ping(uint64_t) { return unsupported(); }
  virtual SubmitResult submit_frame(uint8_t, uint8_t, StreamId, gsl::span<const uint8_t>) {
    return unsupported();
  }

 private:
  static SubmitResult unsupported() { return {SubmitError::kUnsupported}; }
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_PROTOCOL_H_
