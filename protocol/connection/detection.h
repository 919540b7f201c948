#ifndef HEADRACE_PROTOCOL_CONNECTION_DETECTION_H_
#define HEADRACE_PROTOCOL_CONNECTION_DETECTION_H_

#include <chrono>
#include <cstdint>
#include <gsl/span>
#include <memory>
#include <optional>
#include <string_view>

#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/interface/options.h"
#include "headrace/protocol/interface/protocol.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The server's side of a connection before its client's first octets have said which version of
// HTTP it speaks (ProtocolVersion::kDetect): HTTP/2 begins with 24 octets that no request of
// HTTP/1.x begins with (RFC 9113 §3.4). Nothing is sent before. Then the engine of that version
// takes its place, and Connection calls the engine.
class Detection final : public Protocol {
 public:
  // `place`: the pointer that owns this object, and will own the engine in its place.
  Detection(Role role, std::shared_ptr<const Options> options, TimePoint now,
            std::unique_ptr<Protocol>* place);

  void receive(gsl::span<const uint8_t> bytes, TimePoint now) override;
  void advance(TimePoint now) override;
  void end_of_input(TimePoint now) override;
  void lose_transport(TimePoint now) override;
  const Event* step() override { return nullptr; }
  void end_of_range() override {}

  bool has_events() const override { return false; }
  bool wants_input() const override { return true; }
  TimePoint next_deadline() const override;

  RequestResult submit_request(FieldsView, Body&&, uintptr_t) override {
    return {SubmitError::kWrongRole};
  }
  SubmitResult submit_response(StreamId, FieldsView, Body&&) override { return unknown(); }
  SubmitResult submit_informational(StreamId, FieldsView) override { return unknown(); }
  SendResult send_data(StreamId, gsl::span<const uint8_t>, bool) override {
    return {SubmitError::kUnknownStream};
  }
  SendResult send_chunk(StreamId, Body&&, bool) override { return {SubmitError::kUnknownStream}; }
  SubmitResult send_trailers(StreamId, FieldsView) override { return unknown(); }
  SubmitResult resume(StreamId) override { return unknown(); }
  SubmitResult reset_stream(StreamId, ErrorCode) override { return unknown(); }
  SubmitResult set_user_data(StreamId, uintptr_t) override { return unknown(); }
  SubmitResult credit(StreamId, uint32_t) override { return unknown(); }
  SubmitResult set_automatic_credit(StreamId, bool) override { return unknown(); }
  void set_time_of_day(std::chrono::system_clock::time_point now) override { time_of_day_ = now; }
  void set_memory_pressure(bool pressed) override { pressed_ = pressed; }
  SubmitResult shutdown(std::string_view debug_data) override;
  SubmitResult terminate(ErrorCode code, std::string_view debug_data) override;

  gsl::span<const ConstBuffer> pending_output(size_t) override { return {}; }
  void sent(size_t size, TimePoint now) override;
  void sent(size_t size) override;
  void released(size_t size) override;
  bool wants_output() const override { return false; }
  bool should_close() const override { return false; }

  ProtocolVersion version() const override { return ProtocolVersion::kDetect; }
  const Statistics& statistics() const override { return statistics_; }
  Ledger& ledger() override { return ledger_; }
  uint32_t open_streams() const override { return 0; }

 private:
  static SubmitResult unknown() { return {SubmitError::kUnknownStream}; }
  // Puts the engine of that version into `place_` and gives it the octets that matched the preface.
  // This object lives on as the engine's predecessor. Returns the engine.
  Protocol* become(ProtocolVersion version);

  const Role role_;
  const std::shared_ptr<const Options> options_;
  const TimePoint began_;
  std::unique_ptr<Protocol>* const place_;
  size_t matched_ = 0;  // octets that matched the preface
  bool pressed_ = false;
  std::optional<std::chrono::system_clock::time_point> time_of_day_;
  Ledger ledger_;
  Statistics statistics_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_CONNECTION_DETECTION_H_
