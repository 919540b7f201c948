#include "headrace/protocol/connection/recording.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN

// Calls the application's BodySource and records its answers.
class Recording::Source final : public BodySource {
 public:
  Source(Recording* recording, Body&& body, std::shared_ptr<StreamId> stream_id)
      : recording_(*recording), body_(std::move(body)), stream_id_(std::move(stream_id)) {}

  Filled fill(std::span<uint8_t> room) override {
    const Filled filled = body_.source()->fill(room);
    const uint64_t how = (filled.end ? 1 : 0) | (filled.failed ? 2 : 0);
    recording_.write(recording_.entry(RecordEntry::kFilled, *stream_id_)
                         .number(how)
                         .piece({room.data(), std::min(filled.size, room.size())}));
    return filled;
  }

 private:
  Recording& recording_;
  Body body_;
  const std::shared_ptr<StreamId> stream_id_;
};

Recording::Recording(Role role, const Options& options, TimePoint now)
    : sink_(*options.record), padding_(options.padding), writer_(sink_.octets_of_a_body(), now) {
  const std::string preamble = record_preamble(role, options);
  sink_.begin({reinterpret_cast<const uint8_t*>(preamble.data()), preamble.size()});
  auto own = std::make_shared<Options>(options);
  if (padding_ != nullptr) own->padding = this;
  options_ = std::move(own);
}

Recording::~Recording() {
  engine_.reset();
  write(entry(RecordEntry::kEnd));
}

size_t Recording::padding(const FrameHeader& frame, size_t room) {
  const size_t size = padding_->padding(frame, room);
  // (The entry of the call that asks for padding has been written already.)
  write(entry(RecordEntry::kPadded).number(size));
  return size;
}

// Records the result of a command, unless it is plain success.
template <typename Result>
Result Recording::note(Result result) {
  StreamId stream_id = 0;
  size_t accepted = 0;
  if constexpr (std::is_same_v<Result, RequestResult>) stream_id = result.stream_id;
  if constexpr (std::is_same_v<Result, SendResult>) accepted = result.accepted;
  if (!result.ok() || stream_id != 0 || accepted != 0) {
    write(entry(RecordEntry::kResult)
              .number(static_cast<uint64_t>(result.error))
              .number(stream_id)
              .number(accepted));
  }
  return result;
}

// --- Input.

void Recording::receive(gsl::span<const uint8_t> bytes, TimePoint now) {
  write(entry(RecordEntry::kReceive).time(now).octets(bytes));
  engine_->receive(bytes, now);
}

void Recording::advance(TimePoint now) {
  write(entry(RecordEntry::kAdvance).time(now));
  engine_->advance(now);
}

void Recording::end_of_input(TimePoint now) {
  write(entry(RecordEntry::kEndOfInput).time(now));
  engine_->end_of_input(now);
}

void Recording::lose_transport(TimePoint now) {
  write(entry(RecordEntry::kLoseTransport).time(now));
  engine_->lose_transport(now);
}

const Event* Recording::step() {
  const Event* const event = engine_->step();
  write(entry(RecordEntry::kStep).number(event == nullptr ? 0 : event->index()));
  return event;
}

void Recording::end_of_range() {
  write(entry(RecordEntry::kEndOfRange));
  engine_->end_of_range();
}

// --- Messages.

Body Recording::observe(Body&& body, const std::shared_ptr<StreamId>& stream_id) {
  if (body.kind() != Body::Kind::kSource) return std::move(body);
  const bool trailers = body.trailers_expected();
  Body observed = Body::source(std::make_unique<Source>(this, std::move(body), stream_id));
  return trailers ? std::move(observed).expect_trailers() : std::move(observed);
}

template <typename Submit>
RequestResult Recording::submit_request(FieldsView fields, Body&& body, uintptr_t user_data,
                                        Submit submit) {
  write(entry(RecordEntry::kSubmitRequest).number(user_data).body(body).fields(fields));
  const auto stream_id = std::make_shared<StreamId>(0);
  const RequestResult result = submit(observe(std::move(body), stream_id));
  *stream_id = result.stream_id;
  return note(result);
}

template <typename Submit>
SubmitResult Recording::submit_response(StreamId stream_id, FieldsView fields, Body&& body,
                                        Submit submit) {
  write(entry(RecordEntry::kSubmitResponse, stream_id).body(body).fields(fields));
  return note(submit(observe(std::move(body), std::make_shared<StreamId>(stream_id))));
}

RequestResult Recording::submit_request(FieldsView fields, Body&& body, uintptr_t user_data) {
  return submit_request(fields, std::move(body), user_data, [&](Body&& observed) {
    return engine_->submit_request(fields, std::move(observed), user_data);
  });
}

SubmitResult Recording::submit_response(StreamId stream_id, FieldsView fields, Body&& body) {
  return submit_response(stream_id, fields, std::move(body), [&](Body&& observed) {
    return engine_->submit_response(stream_id, fields, std::move(observed));
  });
}

// A prepared head makes no difference to what is sent, so it is recorded as the fields that it has.
RequestResult Recording::submit_prepared_request(FieldsView fields, const PreparedPart& prepared,
                                                 Body&& body, uintptr_t user_data) {
  return submit_request(fields, std::move(body), user_data, [&](Body&& observed) {
    return engine_->submit_prepared_request(fields, prepared, std::move(observed), user_data);
  });
}

SubmitResult Recording::submit_prepared_response(StreamId stream_id, FieldsView fields,
                                                 const PreparedPart& prepared, Body&& body) {
  return submit_response(stream_id, fields, std::move(body), [&](Body&& observed) {
    return engine_->submit_prepared_response(stream_id, fields, prepared, std::move(observed));
  });
}

RequestResult Recording::submit_push(StreamId stream_id, FieldsView fields, uintptr_t user_data) {
  write(entry(RecordEntry::kSubmitPush, stream_id).number(user_data).fields(fields));
  return note(engine_->submit_push(stream_id, fields, user_data));
}

SubmitResult Recording::submit_informational(StreamId stream_id, FieldsView fields) {
  write(entry(RecordEntry::kSubmitInformational, stream_id).fields(fields));
  return note(engine_->submit_informational(stream_id, fields));
}

SendResult Recording::send_data(StreamId stream_id, gsl::span<const uint8_t> bytes,
                                bool end_stream) {
  write(entry(RecordEntry::kSendData, stream_id).number(end_stream ? 1 : 0).piece(bytes));
  return note(engine_->send_data(stream_id, bytes, end_stream));
}

SendResult Recording::send_chunk(StreamId stream_id, Body&& chunk, bool end_stream) {
  const gsl::span<const uint8_t> bytes(chunk.bytes().data(), chunk.bytes().size());
  write(entry(RecordEntry::kSendData, stream_id).number(end_stream ? 3 : 2).piece(bytes));
  return note(engine_->send_chunk(stream_id, std::move(chunk), end_stream));
}

SubmitResult Recording::send_trailers(StreamId stream_id, FieldsView fields) {
  write(entry(RecordEntry::kSendTrailers, stream_id).fields(fields));
  return note(engine_->send_trailers(stream_id, fields));
}

SubmitResult Recording::resume(StreamId stream_id) {
  write(entry(RecordEntry::kResume, stream_id));
  return note(engine_->resume(stream_id));
}

SubmitResult Recording::reset_stream(StreamId stream_id, ErrorCode code) {
  write(entry(RecordEntry::kResetStream, stream_id).number(static_cast<uint32_t>(code)));
  return note(engine_->reset_stream(stream_id, code));
}

SubmitResult Recording::set_user_data(StreamId stream_id, uintptr_t user_data) {
  write(entry(RecordEntry::kSetUserData, stream_id).number(user_data));
  return note(engine_->set_user_data(stream_id, user_data));
}

SubmitResult Recording::update_priority(StreamId stream_id, const Priority& priority) {
  write(entry(RecordEntry::kUpdatePriority, stream_id)
            .number(priority.urgency)
            .number(priority.incremental ? 1 : 0));
  return note(engine_->update_priority(stream_id, priority));
}

// --- The connection.

void Recording::set_time_of_day(std::chrono::system_clock::time_point now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  write(entry(RecordEntry::kSetTimeOfDay).signed_number(seconds.count()));
  engine_->set_time_of_day(now);
}

SubmitResult Recording::shutdown(std::string_view debug_data) {
  write(entry(RecordEntry::kShutdown).text(debug_data));
  return note(engine_->shutdown(debug_data));
}

SubmitResult Recording::terminate(ErrorCode code, std::string_view debug_data) {
  write(entry(RecordEntry::kTerminate).number(static_cast<uint32_t>(code)).text(debug_data));
  return note(engine_->terminate(code, debug_data));
}

SubmitResult Recording::credit(StreamId stream_id, uint32_t size) {
  write(entry(RecordEntry::kCredit, stream_id).number(size));
  return note(engine_->credit(stream_id, size));
}

SubmitResult Recording::set_automatic_credit(StreamId stream_id, bool automatic) {
  write(entry(RecordEntry::kSetAutomaticCredit, stream_id).number(automatic ? 1 : 0));
  return note(engine_->set_automatic_credit(stream_id, automatic));
}

SubmitResult Recording::set_receive_window(StreamId stream_id, uint32_t size) {
  write(entry(RecordEntry::kSetReceiveWindow, stream_id).number(size));
  return note(engine_->set_receive_window(stream_id, size));
}

SubmitResult Recording::submit_settings(gsl::span<const Setting> settings) {
  RecordWriter& call = entry(RecordEntry::kSubmitSettings).number(settings.size());
  for (const Setting& setting : settings) {
    call.number(static_cast<uint64_t>(setting.id)).number(setting.value);
  }
  write(call);
  return note(engine_->submit_settings(settings));
}

SubmitResult Recording::ping(uint64_t opaque) {
  write(entry(RecordEntry::kPing).number(opaque));
  return note(engine_->ping(opaque));
}

SubmitResult Recording::submit_frame(uint8_t type, uint8_t flags, StreamId stream_id,
                                     gsl::span<const uint8_t> payload) {
  write(entry(RecordEntry::kSubmitFrame, stream_id).number(type).number(flags).octets(payload));
  return note(engine_->submit_frame(type, flags, stream_id, payload));
}

void Recording::set_memory_pressure(bool pressed) {
  write(entry(RecordEntry::kSetMemoryPressure).number(pressed ? 1 : 0));
  engine_->set_memory_pressure(pressed);
}

void Recording::trim() {
  write(entry(RecordEntry::kTrim));
  engine_->predecessor.reset();
  engine_->trim();
}

// --- Output.

gsl::span<const ConstBuffer> Recording::pending_output(size_t max_bytes) {
  write(entry(RecordEntry::kPendingOutput).number(max_bytes));
  const gsl::span<const ConstBuffer> output = engine_->pending_output(max_bytes);
  size_t size = 0;
  for (const ConstBuffer& buffer : output) size += buffer.size;
  // (Asked for less than before, the connection may show less than it has shown.)
  if (size < shown_size_) return output;
  if (size != shown_size_) write(entry(RecordEntry::kShown).number(size));
  shown_.assign(output.begin(), output.end());
  shown_size_ = size;
  return output;
}

// Adds to the checksum what the transport has taken, while it is still there.
void Recording::add_sent(size_t size) {
  size = std::min(size, shown_size_);
  shown_size_ -= size;
  size_t whole = 0;
  for (; whole < shown_.size() && size >= shown_[whole].size; ++whole) {
    checksum_.add({shown_[whole].data, shown_[whole].size});
    size -= shown_[whole].size;
  }
  shown_.erase(shown_.begin(), shown_.begin() + static_cast<ptrdiff_t>(whole));
  if (size == 0) return;
  checksum_.add({shown_.front().data, size});
  shown_.front() = {shown_.front().data + size, shown_.front().size - size};
}

void Recording::sent(size_t size, TimePoint now) {
  add_sent(size);
  write(entry(RecordEntry::kSent).number(size).time(now).checksum(checksum_));
  engine_->sent(size, now);
}

void Recording::sent(size_t size) {
  add_sent(size);
  write(entry(RecordEntry::kSentUntimed).number(size).checksum(checksum_));
  engine_->sent(size);
}

void Recording::released(size_t size) {
  write(entry(RecordEntry::kReleased).number(size));
  engine_->released(size);
}

HEADRACE_ABI_END
}  // namespace headrace
