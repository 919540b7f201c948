#ifndef HEADRACE_PROTOCOL_CONNECTION_ENGINE_H_
#define HEADRACE_PROTOCOL_CONNECTION_ENGINE_H_

#include <chrono>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/memory/byte_view.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/connection/options.h"
#include "headrace/protocol/connection/protocol.h"
#include "headrace/protocol/connection/statistics.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/event/result.h"
#include "headrace/protocol/frame/frame_parser.h"
#include "headrace/protocol/frame/inbound.h"
#include "headrace/protocol/http2/budgets.h"
#include "headrace/protocol/http2/credit.h"
#include "headrace/protocol/http2/deadlines.h"
#include "headrace/protocol/http2/field_reader.h"
#include "headrace/protocol/http2/field_writer.h"
#include "headrace/protocol/http2/going_away.h"
#include "headrace/protocol/http2/notices.h"
#include "headrace/protocol/http2/outbox.h"
#include "headrace/protocol/http2/pings.h"
#include "headrace/protocol/http2/priorities.h"
#include "headrace/protocol/http2/questions.h"
#include "headrace/protocol/http2/sender.h"
#include "headrace/protocol/http2/settings_sync.h"
#include "headrace/protocol/http2/streams.h"
#include "headrace/protocol/http2/waiting_heads.h"
#include "headrace/protocol/message/http_date.h"
#include "headrace/protocol/message/response_head.h"
#include "headrace/protocol/stream/body.h"

namespace headrace {
HEADRACE_ABI_BEGIN

class ConnectionInspector;

// HTTP/2 (RFC 9113) behind a Connection, whose functions of the same names say what these do.
class Engine final : public Protocol {
 public:
  Engine(Role role, const Options& options, TimePoint now);
  ~Engine() override;

  void receive(gsl::span<const uint8_t> bytes, TimePoint now) override;
  void advance(TimePoint now) override;
  void end_of_input(TimePoint now) override;
  EventPtr step() override;
  void end_of_range() override;

  bool has_events() const override;
  bool wants_input() const override;
  TimePoint next_deadline() const override;

  RequestResult submit_request(FieldsView fields, Body&& body, uintptr_t user_data) override;
  RequestResult submit_push(StreamId stream_id, FieldsView fields, uintptr_t user_data) override;
  SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body&& body) override;
  void set_time_of_day(std::chrono::system_clock::time_point now) override { date_.set(now); }
  SubmitResult submit_informational(StreamId stream_id, FieldsView fields) override;
  SendResult send_data(StreamId stream_id, gsl::span<const uint8_t> bytes,
                       bool end_stream) override;
  SubmitResult send_trailers(StreamId stream_id, FieldsView fields) override;
  SubmitResult resume(StreamId stream_id) override;
  SubmitResult reset_stream(StreamId stream_id, ErrorCode code) override;

  SubmitResult credit(StreamId stream_id, uint32_t size) override;
  SubmitResult set_automatic_credit(StreamId stream_id, bool automatic) override;
  SubmitResult set_receive_window(StreamId stream_id, uint32_t size) override;
  SubmitResult set_user_data(StreamId stream_id, uintptr_t user_data) override;

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

  const Statistics& statistics() const override;
  const SettingValues& peer_settings() const override { return settings_.peer(); }
  uint32_t open_streams() const override;
  uint32_t waiting_requests() const override;
  bool accepts_requests() const override;
  Blocked why_blocked(StreamId stream_id) const override;
  ReceiveCredit receive_credit(StreamId stream_id) const override;
  Priority priority(StreamId stream_id) const override;
  bool is_drained() const override;
  Ledger& ledger() override { return ledger_; }
  void set_memory_pressure(bool pressed) override { pressed_ = pressed; }
  void trim() override;

 private:
  friend ConnectionInspector;  // looks, for tests; the library has none

  // --- engine.cc: the steps of a range.

  void write_preface();
  void begin(gsl::span<const uint8_t> bytes, TimePoint now);
  bool keep_input();
  bool events_wait() const;
  EventPtr next_notification();
  EventPtr make_event(Stream* stream, Notice notice);
  EventPtr next_closing_event();
  // Enough is waiting to be sent: nothing is read until half of it is out.
  bool holds_input() const { return outbox_.holds_input(); }
  bool reads_kept_input() const { return inbound_.has_kept() && !holds_input(); }

  // --- deadlines.cc

  void note_input(TimePoint now);
  Situation situation() const;
  bool passed(Deadline deadline) const { return now_ >= deadlines_.at(deadline, situation()); }
  LimitHit timeout_hit(Limit limit, Deadline deadline) const;
  void fail_late(Deadline deadline, ErrorCode code, Limit limit, const Rule& rule);
  void check_stalled_streams();
  void check_deadlines();

  // --- receive.cc: bytes -> frames.

  // The next item of the input. False: more input is needed, or what waits to be sent comes first.
  bool parse(EventPtr* event);
  FrameFate judge_frame();
  bool on_item(Inbound::Item item, EventPtr* event);
  void on_pad_length();
  void on_foreign_client();

  // --- frames.cc: what a whole frame does.

  bool check_frame_order();
  void observe_received(gsl::span<const uint8_t> payload) {
    if (options_.observer != nullptr)
      options_.observer->on_frame_received(inbound_.header(), {payload.data(), payload.size()});
  }
  EventPtr on_frame(gsl::span<const uint8_t> payload);
  void on_priority(gsl::span<const uint8_t> payload);
  void on_rst_stream(gsl::span<const uint8_t> payload);
  EventPtr on_settings(gsl::span<const uint8_t> payload);
  bool take_setting(const Setting& entry);
  EventPtr on_settings_ack();
  EventPtr on_ping(gsl::span<const uint8_t> payload);
  EventPtr on_goaway(gsl::span<const uint8_t> payload);
  void on_window_update(gsl::span<const uint8_t> payload);
  void begin_data(uint32_t padding);
  EventPtr deliver_data(gsl::span<const uint8_t> bytes);
  void end_data();

  // --- messages.cc: field blocks -> messages.

  EventPtr on_headers(gsl::span<const uint8_t> payload);
  EventPtr on_push_promise(gsl::span<const uint8_t> payload);
  EventPtr begin_block(gsl::span<const uint8_t> fragment, StreamId promised_stream_id,
                       bool depends_on_itself);
  EventPtr on_fragment(gsl::span<const uint8_t> fragment);
  EventPtr on_field_block(gsl::span<const uint8_t> octets);
  EventPtr on_request(const LimitHit* too_large);
  bool join_cookies(const RequestHead& request);
  EventPtr on_response(Stream* stream, const LimitHit* too_large);
  EventPtr on_promise(const LimitHit* too_large);
  EventPtr on_trailers(Stream* stream, const LimitHit* too_large);
  void end_of_message(Stream* stream);
  void refuse_too_large(Stream* stream, const LimitHit& reached);

  // --- extensions.cc

  EventPtr on_extension(gsl::span<const uint8_t> payload);
  EventPtr on_altsvc(gsl::span<const uint8_t> payload);
  EventPtr on_origin(gsl::span<const uint8_t> payload);

  // --- priorities.cc

  Priority default_priority(const Stream* stream) const;
  void note_priority_signal();
  void spend_priority();
  void give_priority(Stream* stream, const Priority& priority);
  void prioritize_request(Stream* stream, const std::optional<Priority>& update);
  void merge_own_priority(Stream* stream, FieldsView fields);
  EventPtr on_priority_update(gsl::span<const uint8_t> payload);
  void prioritize_idle(StreamId id, const Priority& priority);
  void write_priority_update(Stream* stream);

  // --- closing.cc: how streams and the connection end.

  // Looks up what the present frame does to its stream (null: not live), and does it. False: the
  // frame was not accepted, and what follows from that has been done.
  bool receive_on(Stream* stream, StreamInput input) {
    const StreamId id = inbound_.header().stream_id;
    const StreamState before = streams_.state_of(id, stream);
    const Transition transition = streams_.receive(id, stream, input);
    return transition.accepted() || refuse_frame(transition, before);
  }
  bool refuse_frame(const Transition& transition, StreamState state);
  StreamError frame_error(ErrorCode code, const Rule& rule, uint64_t observed = 0,
                          uint64_t limit = 0) const;
  void hit(const LimitHit& hit) {
    statistics_.limits_hit.add(hit);
    if (options_.observer != nullptr) options_.observer->on_limit_hit(hit);
  }
  // The frame that is being handled.
  Cause cause() const { return {inbound_.header().type, inbound_.header().stream_id}; }
  StreamError limit_error(const Cause& cause, ErrorCode code, const Rule& rule,
                          const LimitHit& reached);
  StreamError limit_error(ErrorCode code, const Rule& rule, const LimitHit& reached) {
    return limit_error(cause(), code, rule, reached);
  }
  LimitHit memory_refused() const {
    return {Limit::kConnectionMemory, ledger_.budget(), ledger_.refused()};
  }
  void fail(ErrorCode code, const Rule& rule, uint64_t observed = 0, uint64_t limit = 0);
  void fail(const ErrorDetail& error);
  void fail_without_frame(ErrorCode code, const Rule& rule);
  bool is_cut_off() const;
  void end_with_transport();
  void end_connection(const ErrorDetail& error, ClosedBy closed_by);
  void fail_stream(const StreamError& error, std::string_view field_name = {});
  void observe_refused(const ErrorDetail& error, std::string_view field_name = {}) {
    if (options_.observer != nullptr) options_.observer->on_refused(error, field_name);
  }
  void reset(StreamId id, ErrorCode code);
  enum class Counted : bool { kNo, kAsReply };
  void reset_and_close(Stream* stream, const StreamError& reason, Counted counted);
  void close_stream(Stream* stream, const StreamEnd& end);
  void notify(Stream* stream, Notice notice);
  void unpin(Stream* stream);
  bool spend_useless_frame();
  void spend_reset(const Cause& cause);
  void write_goaway(StreamId last_stream_id, ErrorCode code, std::string_view debug_data);
  void fail(const ErrorDetail& error, std::string_view debug_data);
  void begin_shutdown(std::string_view debug_data);
  void finish_shutdown();

  // --- submit.cc: commands on streams.

  const Rule* check_fields(FieldsView fields, const Body& body, RequestHead* head) const;
  const Rule* check_fields(const OutgoingHead& outgoing, ResponseHead* head) const;
  ResponseFacts facts_of(const Stream* stream) const;
  OutgoingHead outgoing_head(const Stream* stream, FieldsView fields, const Body& body) const;
  bool waits_for_body(const Stream* stream, FieldsView fields, const Body& body) const;
  void open_response(Stream* stream, FieldsView fields);
  bool exceeds_peer_limit(FieldsView fields) const;
  Stream* find_for_command(StreamId id, SubmitError* error);
  void begin_message(Stream* stream, const OutgoingHead& head, bool end_stream);
  void start_message(Stream* stream, const OutgoingHead& head, bool bodiless);
  bool end_content(Stream* stream);
  void fail_content(Stream* stream, uint64_t more);

  // --- requests.cc: streams of our own.

  uint32_t own_streams_limit() const;
  Stream* create_own_stream(const RequestHead& request, uintptr_t user_data);
  bool can_open_waiting() const;
  void open_waiting(size_t max_bytes);
  void open_request(Stream* stream, FieldsView fields);

  // --- control.cc: commands about the connection.

  void send_settings(gsl::span<const Setting> settings);
  void send_ping(uint64_t opaque, PingPurpose purpose);
  size_t unanswered() const { return pings_.size() + settings_.frames_in_flight(); }
  void ask_what_waits();

  // --- field_blocks.cc: heads and trailers -> frames.

  void write_field_block(StreamId id, const OutgoingHead& head, bool end_stream);
  void write_promise(StreamId id, StreamId promised_id, FieldsView fields);
  void write_trailers(Stream* stream);
  void write_headers_frames(StreamId id, gsl::span<const uint8_t> block, bool end_stream);
  bool write_padded_block(FrameType type, uint8_t flags, StreamId id,
                          gsl::span<const uint8_t> content);

  // --- output.cc: DATA, and what happens when bytes are on their way.

  void queue(const uint8_t* begin, uint8_t* end);
  void write_ping(uint64_t opaque, bool ack);
  void write_window_update(StreamId stream_id, uint32_t increment);
  void count_reply();
  void check_backlog();
  void send_end_or_schedule(Stream* stream);
  void schedule(Stream* stream);
  bool can_cut_data() const;
  bool cut_data(Stream* stream, size_t room);
  size_t cut_ready(Stream* stream, size_t room);
  size_t cut_source(Stream* stream, size_t room, bool* failed);
  void fail_source(Stream* stream);
  size_t padding_for(const FrameHeader& frame, size_t room) const;
  void finish_sending(Stream* stream);
  void mark_end(Stream* stream);
  void on_shown(const PlacedMark& mark);
  void on_end_shown(Stream* stream);
  void on_departed(const PlacedMark& mark);
  void note_sent(size_t size, bool exact);
  bool output_waits() const;
  void release_output(size_t size);
  void note_release(Stream* stream);

  // --- credit.cc: receive windows.

  void use_window(Stream* stream, uint32_t size);
  void look_for_due_credit();
  bool credit_is_due() const { return phase_ == Phase::kOpen && credit_.any_due(); }
  bool can_write_credit() const {
    return phase_ == Phase::kOpen && credit_.may_take(outbox_.sent_offset());
  }
  void write_due_credit();

  enum class Phase : uint8_t {
    kOpen,
    kClosing,  // the StreamClosed of every stream, then ConnectionClosed, are on their way out
    kGone,     // ConnectionClosed has been handed out
  };

  static constexpr uint64_t kShutdownPing = 0x6865616472616365;   // "headrace"
  static constexpr uint64_t kKeepalivePing = 0x6865616c6976653f;  // "healive?"
  static constexpr uint64_t kWindowPing = 0x6865696e666c6f77;     // "heinflow"

  const Role role_;
  Options options_;
  TimePoint now_;
  Ledger ledger_;
  Ledger own_memory_;    // for what the application causes: without a budget
  Ledger frame_memory_;  // for a frame that is cut, which is bounded by our MAX_FRAME_SIZE
  Recycler<Event> recycler_;

  Phase phase_ = Phase::kOpen;
  bool input_ended_ = false;
  Inbound inbound_;

  FieldReader field_reader_;
  FieldWriter field_writer_;

  SettingsSync settings_;
  Questions questions_;

  BlockPool blocks_;  // outlives the streams
  Streams streams_;
  WaitingHeads waiting_heads_;
  Sender sender_;
  Priorities priorities_;
  Notices notices_;
  Credit credit_;

  Outbox outbox_;
  Budgets budgets_;

  GoingAway going_away_;
  Pings pings_;
  ConnectionError close_error_;
  ClosedBy closed_by_ = ClosedBy::kEnd;

  Deadlines deadlines_;
  bool pressed_ = false;  // set_memory_pressure()

  DateField date_;

  mutable Statistics statistics_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_ENGINE_H_
