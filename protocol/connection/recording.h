#ifndef HEADRACE_PROTOCOL_CONNECTION_RECORDING_H_
#define HEADRACE_PROTOCOL_CONNECTION_RECORDING_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <string_view>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/protocol/interface/options.h"
#include "headrace/protocol/interface/padding_policy.h"
#include "headrace/protocol/interface/protocol.h"
#include "headrace/protocol/interface/record_format.h"
#include "headrace/protocol/interface/record_sink.h"
#include "headrace/protocol/interface/record_writer.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Writes every call that changes a connection to its sink (Options::record), and hands it on to the
// engine, which stands behind it. A connection that is not recorded has no such object.
//
// It stands in front of BodySources and the padding policy, too, because their answers are part of
// the run.
class Recording final : public Protocol, private PaddingPolicy {
 public:
  Recording(Role role, const Options& options, TimePoint now);
  ~Recording() override;

  // The options to make the engine with, and the place to put it.
  const std::shared_ptr<const Options>& options() const { return options_; }
  std::unique_ptr<Protocol>* place() { return &engine_; }
  const Protocol& engine() const { return *engine_; }

  void receive(gsl::span<const uint8_t> bytes, TimePoint now) override;
  void advance(TimePoint now) override;
  void end_of_input(TimePoint now) override;
  void lose_transport(TimePoint now) override;
  const Event* step() override;
  void end_of_range() override;
  bool has_events() const override { return engine_->has_events(); }
  bool wants_input() const override { return engine_->wants_input(); }
  TimePoint next_deadline() const override { return engine_->next_deadline(); }

  RequestResult submit_request(FieldsView fields, Body&& body, uintptr_t user_data) override;
  SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body&& body) override;
  RequestResult submit_prepared_request(FieldsView fields, const PreparedPart& prepared,
                                        Body&& body, uintptr_t user_data) override;
  SubmitResult submit_prepared_response(StreamId stream_id, FieldsView fields,
                                        const PreparedPart& prepared, Body&& body) override;
  SendResult send_data(StreamId stream_id, gsl::span<const uint8_t> bytes,
                       bool end_stream) override;
  SendResult send_chunk(StreamId stream_id, Body&& chunk, bool end_stream) override;
  SubmitResult reset_stream(StreamId stream_id, ErrorCode code) override;
  SubmitResult set_user_data(StreamId stream_id, uintptr_t user_data) override;
  SubmitResult submit_informational(StreamId stream_id, FieldsView fields) override;
  SubmitResult send_trailers(StreamId stream_id, FieldsView fields) override;
  SubmitResult resume(StreamId stream_id) override;
  void set_time_of_day(std::chrono::system_clock::time_point now) override;
  SubmitResult shutdown(std::string_view debug_data) override;
  SubmitResult terminate(ErrorCode code, std::string_view debug_data) override;
  SubmitResult credit(StreamId stream_id, uint32_t size) override;
  SubmitResult set_automatic_credit(StreamId stream_id, bool automatic) override;
  void set_memory_pressure(bool pressed) override;
  void trim() override;

  gsl::span<const ConstBuffer> pending_output(size_t max_bytes) override;
  void sent(size_t size, TimePoint now) override;
  void sent(size_t size) override;
  void released(size_t size) override;
  bool wants_output() const override { return engine_->wants_output(); }
  bool should_close() const override { return engine_->should_close(); }
  bool should_reset() const override { return engine_->should_reset(); }

  ProtocolVersion version() const override { return engine_->version(); }
  const Statistics& statistics() const override { return engine_->statistics(); }
  Ledger& ledger() override { return engine_->ledger(); }
  uint32_t open_streams() const override { return engine_->open_streams(); }
  bool is_drained() const override { return engine_->is_drained(); }
  bool accepts_requests() const override { return engine_->accepts_requests(); }
  uint32_t waiting_requests() const override { return engine_->waiting_requests(); }
  StreamId next_stream(StreamId after) const override { return engine_->next_stream(after); }
  uintptr_t user_data(StreamId id) const override { return engine_->user_data(id); }
  size_t send_room(StreamId id) const override { return engine_->send_room(id); }
  Blocked why_blocked(StreamId id) const override { return engine_->why_blocked(id); }
  ReceiveCredit receive_credit(StreamId id) const override { return engine_->receive_credit(id); }

  RequestResult submit_push(StreamId stream_id, FieldsView fields, uintptr_t user_data) override;
  SubmitResult set_receive_window(StreamId stream_id, uint32_t size) override;
  SubmitResult update_priority(StreamId stream_id, const Priority& priority) override;
  Priority priority(StreamId id) const override { return engine_->priority(id); }
  SubmitResult submit_settings(gsl::span<const Setting> settings) override;
  const SettingValues& peer_settings() const override { return engine_->peer_settings(); }
  SubmitResult ping(uint64_t opaque) override;
  SubmitResult submit_frame(uint8_t type, uint8_t flags, StreamId stream_id,
                            gsl::span<const uint8_t> payload) override;

 private:
  class Source;

  size_t padding(const FrameHeader& frame, size_t room) override;
  RecordWriter& entry(RecordEntry type) { return writer_.begin(type); }
  // Writes an entry that begins with the stream.
  RecordWriter& entry(RecordEntry type, StreamId stream_id) {
    return writer_.begin(type).number(stream_id);
  }
  void write(RecordWriter& entry) { sink_.append(entry.entry()); }
  template <typename Result>
  Result note(Result result);
  // The body, or one that records the answers of its source. `*stream_id` may be set later.
  Body observe(Body&& body, const std::shared_ptr<StreamId>& stream_id);
  template <typename Submit>
  RequestResult submit_request(FieldsView fields, Body&& body, uintptr_t user_data, Submit submit);
  template <typename Submit>
  SubmitResult submit_response(StreamId stream_id, FieldsView fields, Body&& body, Submit submit);
  void add_sent(size_t size);

  RecordSink& sink_;
  PaddingPolicy* const padding_;  // the application's, or null
  RecordWriter writer_;
  RecordChecksum checksum_;         // of all octets that were sent
  std::vector<ConstBuffer> shown_;  // the last pending_output(), without what was sent
  size_t shown_size_ = 0;
  std::shared_ptr<const Options> options_;
  std::unique_ptr<Protocol> engine_;  // destroyed first: it has bodies that write to the record
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_RECORDING_H_
