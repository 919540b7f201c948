#ifndef HEADRACE_PROTOCOL_HTTP1_ENGINE_ENGINE_H_
#define HEADRACE_PROTOCOL_HTTP1_ENGINE_ENGINE_H_

#include <chrono>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/http1/engine/commands.h"
#include "headrace/protocol/http1/engine/ending.h"
#include "headrace/protocol/http1/engine/parts.h"
#include "headrace/protocol/http1/engine/receiving.h"
#include "headrace/protocol/http1/engine/sending.h"
#include "headrace/protocol/http1/engine/timing.h"
#include "headrace/protocol/interface/protocol.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// HTTP/1.1 (RFC 9112) behind a Connection, whose functions of the same names say what these do. An
// exchange of a request and its response is a stream: 1, 3, 5, ...
//
// The order within a step is part of the behaviour:
// - notices are told before more input is read;
// - messages are read, and told, in the order of the requests, and written in that order, too;
// - our own response to a refused request comes behind those to the requests before it, and nothing
//   behind that request is read.
class Engine final : public Protocol {
 public:
  Engine(Role role, std::shared_ptr<const Options> options, TimePoint now);
  ~Engine() override;

  void receive(gsl::span<const uint8_t> bytes, TimePoint now) override;
  void advance(TimePoint now) override;
  void end_of_input(TimePoint now) override;
  void lose_transport(TimePoint now) override;
  const Event* step() override;
  void end_of_range() override;

  bool has_events() const override;
  bool wants_input() const override;
  TimePoint next_deadline() const override;

  RequestResult submit_request(FieldsView fields, Body&& body, uintptr_t user_data) override;
  SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body&& body) override;
  SubmitResult submit_informational(StreamId stream_id, FieldsView fields) override;
  SendResult send_data(StreamId stream_id, gsl::span<const uint8_t> bytes,
                       bool end_stream) override;
  SendResult send_chunk(StreamId stream_id, Body&& chunk, bool end_stream) override {
    return commands().send_chunk(stream_id, std::move(chunk), end_stream);
  }
  SubmitResult send_trailers(StreamId stream_id, FieldsView fields) override;
  SubmitResult resume(StreamId stream_id) override;
  SubmitResult reset_stream(StreamId stream_id, ErrorCode code) override;
  SubmitResult set_user_data(StreamId stream_id, uintptr_t user_data) override;
  void set_time_of_day(std::chrono::system_clock::time_point now) override;

  SubmitResult credit(StreamId stream_id, uint32_t size) override;
  SubmitResult set_automatic_credit(StreamId stream_id, bool automatic) override;
  SubmitResult set_receive_window(StreamId stream_id, uint32_t size) override;

  SubmitResult shutdown(std::string_view debug_data) override;
  SubmitResult terminate(ErrorCode code, std::string_view debug_data) override;

  gsl::span<const ConstBuffer> pending_output(size_t max_bytes) override;
  void sent(size_t size, TimePoint now) override;
  void sent(size_t size) override;
  void released(size_t size) override;
  bool wants_output() const override;
  bool should_close() const override;
  bool should_reset() const override {
    return parts_.reset_due || (owes_output() && parts_.life.has_given_up_output());
  }

  ProtocolVersion version() const override { return ProtocolVersion::kHttp1; }
  const Statistics& statistics() const override;
  Ledger& ledger() override { return parts_.ledger; }
  uint32_t open_streams() const override;
  StreamId next_stream(StreamId after) const override { return commands().next_open(after); }
  uintptr_t user_data(StreamId stream_id) const override {
    const Record* const record = commands().find_open(stream_id);
    return record == nullptr ? 0 : record->user_data;
  }
  size_t send_room(StreamId stream_id) const override { return commands().send_room(stream_id); }
  Blocked why_blocked(StreamId stream_id) const override;
  ReceiveCredit receive_credit(StreamId stream_id) const override;
  bool is_drained() const override;
  bool accepts_requests() const override;
  uint32_t waiting_requests() const override;
  void trim() override;

 private:
  void begin(gsl::span<const uint8_t> bytes, TimePoint now);
  bool keep_input();
  bool owes_output() const;
  bool owes_exhaustion() const;
  bool reads_kept_input() const;
  const Event* next_notification();
  const Event* next_closing_event();

  // const, because functions that change nothing use the same classes as the others.
  Parts* parts() const { return &parts_; }
  Ending ending() const { return Ending(parts()); }
  Receiving receiving() const { return Receiving(parts()); }
  Sending sending() const { return Sending(parts()); }
  Commands commands() const { return Commands(parts()); }
  Timing timing() const { return Timing(parts()); }

  mutable Parts parts_;
};

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_ENGINE_ENGINE_H_
