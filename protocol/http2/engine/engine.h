#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_ENGINE_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_ENGINE_H_

#include <chrono>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/protocol/http2/engine/checking_deadlines.h"
#include "headrace/protocol/http2/engine/connection_commands.h"
#include "headrace/protocol/http2/engine/ending.h"
#include "headrace/protocol/http2/engine/finding_streams.h"
#include "headrace/protocol/http2/engine/parts.h"
#include "headrace/protocol/http2/engine/prioritizing.h"
#include "headrace/protocol/http2/engine/receiving.h"
#include "headrace/protocol/http2/engine/sending_credit.h"
#include "headrace/protocol/http2/engine/sending_output.h"
#include "headrace/protocol/http2/engine/stream_commands.h"
#include "headrace/protocol/interface/protocol.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// HTTP/2 (RFC 9113) behind a Connection, whose functions of the same names say what these do. It
// puts what happens in order; each class of this folder does one thing, and the state is in Parts.
//
// The order within a step, and within a frame, is part of the behaviour:
// - a field block is decoded before its stream is looked up, so that the HPACK table stays right;
// - DATA is counted in the connection's window before its stream is looked up;
// - notices are told before the next frame is read;
// - RST_STREAM is written before the credit that the stream's end gives back;
// - a reply is counted behind its last octet;
// - GOAWAY closes the streams above it before it is told;
// - a SETTINGS frame is applied entry by entry, and then acknowledged.
class Engine final : public Protocol {
 public:
  Engine(Role role, std::shared_ptr<const Options> options, TimePoint now);
  ~Engine() override;

  void receive(gsl::span<const uint8_t> bytes, TimePoint now) override;
  void advance(TimePoint now) override;
  void end_of_input(TimePoint now) override;
  void lose_transport(TimePoint now) override {
    parts_.life.give_up_output();
    end_of_input(now);
  }
  const Event* step() override;
  void end_of_range() override;

  bool has_events() const override;
  bool wants_input() const override;
  TimePoint next_deadline() const override;

  RequestResult submit_request(FieldsView fields, Body&& body, uintptr_t user_data) override;
  RequestResult submit_push(StreamId stream_id, FieldsView fields, uintptr_t user_data) override;
  SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body&& body) override;
  RequestResult submit_prepared_request(FieldsView fields, const PreparedPart& prepared,
                                        Body&& body, uintptr_t user_data) override;
  SubmitResult submit_prepared_response(StreamId stream_id, FieldsView fields,
                                        const PreparedPart& prepared, Body&& body) override;
  SubmitResult submit_informational(StreamId stream_id, FieldsView fields) override;
  SendResult send_data(StreamId stream_id, gsl::span<const uint8_t> bytes,
                       bool end_stream) override;
  SendResult send_chunk(StreamId stream_id, Body&& chunk, bool end_stream) override {
    return stream_commands().send_chunk(stream_id, std::move(chunk), end_stream);
  }
  SubmitResult send_trailers(StreamId stream_id, FieldsView fields) override;
  SubmitResult resume(StreamId stream_id) override;
  SubmitResult reset_stream(StreamId stream_id, ErrorCode code) override;
  SubmitResult set_user_data(StreamId stream_id, uintptr_t user_data) override;
  void set_time_of_day(std::chrono::system_clock::time_point now) override;

  SubmitResult credit(StreamId stream_id, uint32_t size) override;
  SubmitResult set_automatic_credit(StreamId stream_id, bool automatic) override;
  SubmitResult set_receive_window(StreamId stream_id, uint32_t size) override;
  SubmitResult update_priority(StreamId stream_id, const Priority& priority) override;

  SubmitResult submit_settings(gsl::span<const Setting> settings) override;
  SubmitResult ping(uint64_t opaque) override;
  SubmitResult submit_frame(uint8_t type, uint8_t flags, StreamId stream_id,
                            gsl::span<const uint8_t> payload) override;
  SubmitResult shutdown(std::string_view debug_data) override;
  SubmitResult terminate(ErrorCode code, std::string_view debug_data) override;

  gsl::span<const ConstBuffer> pending_output(size_t max_bytes) override;
  void sent(size_t size, TimePoint now) override;
  void sent(size_t size) override;
  void released(size_t size) override;
  bool wants_output() const override;
  bool should_close() const override;
  bool should_reset() const override { return owes_output() && parts_.life.has_given_up_output(); }

  ProtocolVersion version() const override { return ProtocolVersion::kHttp2; }
  const Statistics& statistics() const override;
  const SettingValues& peer_settings() const override;
  uint32_t open_streams() const override;
  uint32_t waiting_requests() const override;
  bool accepts_requests() const override;
  StreamId next_stream(StreamId after) const override { return finding_streams().next_open(after); }
  uintptr_t user_data(StreamId stream_id) const override {
    const Stream* const stream = finding_streams().find_open(stream_id);
    return stream == nullptr ? 0 : stream->user_data;
  }
  size_t send_room(StreamId stream_id) const override {
    return stream_commands().send_room(stream_id);
  }
  Blocked why_blocked(StreamId stream_id) const override;
  ReceiveCredit receive_credit(StreamId stream_id) const override;
  Priority priority(StreamId stream_id) const override;
  bool is_drained() const override;
  Ledger& ledger() override { return parts_.ledger; }
  void set_memory_pressure(bool pressed) override { parts_.memory_pressure = pressed; }
  void trim() override;

 private:
  friend ConnectionInspector;

  void write_preface();
  bool has_more_than_input() const {
    return !parts_.notices.empty() || parts_.notices.ids_exhausted() || !parts_.life.is_open() ||
           parts_.going_away.is_final();
  }
  const Event* step_beyond_input();
  void begin(gsl::span<const uint8_t> bytes, TimePoint now) {
    parts_.now = now;
    parts_.inbound.give(bytes);
  }
  // False: the connection has failed.
  bool keep_input() {
    if (parts_.inbound.keep_rest()) [[likely]]
      return true;
    fail_input();
    return false;
  }
  void fail_input();
  bool is_finished() const;
  bool owes_output() const;
  const Event* next_notification();
  const Event* make_event(Stream* stream, Notice notice);
  const Event* make_closed(Stream* stream, bool body_released);
  const Event* next_closing_event();

  // const, because functions that change nothing use the same classes as the others.
  Parts* parts() const { return &parts_; }
  Ending ending() const { return Ending(parts()); }
  Receiving receiving() const { return Receiving(parts()); }
  SendingOutput sending_output() const { return SendingOutput(parts()); }
  SendingCredit sending_credit() const { return SendingCredit(parts()); }
  Prioritizing prioritizing() const { return Prioritizing(parts()); }
  CheckingDeadlines checking_deadlines() const { return CheckingDeadlines(parts()); }
  FindingStreams finding_streams() const { return FindingStreams(parts()); }
  StreamCommands stream_commands() const { return StreamCommands(parts()); }
  ConnectionCommands connection_commands() const { return ConnectionCommands(parts()); }

  mutable Parts parts_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_ENGINE_H_
