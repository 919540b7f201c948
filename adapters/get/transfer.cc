#include "headrace/adapters/get/transfer.h"

#include <charconv>
#include <cstring>
#include <gsl/span>
#include <string_view>
#include <utility>

#include "headrace/adapters/get/units.h"
#include "headrace/adapters/program/printable.h"

namespace headrace::get {
namespace {

constexpr int kMaxAttempts = 3;
constexpr int kFirstRefusal = 300;  // statuses below are of a server that may want the rest

TimePoint current_time() { return std::chrono::steady_clock::now(); }

std::optional<uint64_t> content_length(const FieldSection& fields) {
  const std::string_view text = fields.get("content-length");
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The head in the format of HTTP/1.1, because people and scripts can read that.
std::string head_text(const ResponseReceived& response, ProtocolVersion version, bool escaped) {
  std::string text = version == ProtocolVersion::kHttp2 ? "HTTP/2 " : "HTTP/1.1 ";
  text.append(std::to_string(response.status)).append("\n");
  for (const Field& field : response.fields) {
    if (field.name.starts_with(':')) continue;
    text.append(field.name).append(": ");
    text.append(escaped ? program::printable(field.value) : std::string(field.value)).append("\n");
  }
  return text + "\n";
}

gsl::span<const uint8_t> octets(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

Transfer::Transfer(const Assignment& assignment, TransferOwner* owner, TimePoint now)
    : assignment_(assignment), owner_(owner), started_(now) {
  download_ = std::make_unique<Download>(*assignment_.output, [this](size_t size) {
    give_credit(size);
    if (driver_ != nullptr) driver_->attend();
    if (connection_ == nullptr && download_->is_done()) finish();
  });
}

// --- Sending it.

RequestResult Transfer::submit(Connection& connection, adapters::Driver& driver,
                               ProtocolVersion version, Trace* trace) {
  Body body = Body::none();
  if (assignment_.data != nullptr) {
    upload_ = assignment_.data->start();
    if (assignment_.data->size() != 0) body = Body::source(upload_.get());
  }
  const FieldsView fields = assignment_.head->fields();
  const RequestResult result = connection.submit_request(fields, std::move(body), this);
  if (!result.ok()) return result;
  connection_ = &connection;
  driver_ = &driver;
  version_ = version;
  trace_ = trace;
  stream_id_ = result.stream_id;
  ++attempts_;
  submitted_ = current_time();
  if (trace_ != nullptr) trace_->fields_sent(fields);
  return result;
}

bool Transfer::may_retry() const {
  const bool can_be_sent =
      upload_ == nullptr || upload_->sent() == 0 || assignment_.data->is_repeatable();
  return attempts_ < kMaxAttempts && status_ == 0 && !decided_ && can_be_sent;
}

// --- Events of its stream.

void Transfer::on_informational(const InformationalReceived& response) {
  if (trace_ != nullptr) trace_->fields_received(response.fields);
}

void Transfer::on_response(const ResponseReceived& response) {
  if (trace_ != nullptr) trace_->fields_received(response.fields);
  first_byte_ = current_time();
  status_ = response.status;
  if (!assignment_.head->is_head()) content_length_ = content_length(response.fields);
  wanted_ = !(assignment_.fail_on_status && status_ >= 400);
  if (assignment_.show_head && wanted_) {
    const bool escaped = assignment_.output->is_terminal();
    (void)download_->add(octets(head_text(response, version_, escaped)));
  }
  if (response.end_stream) on_answered();
}

void Transfer::on_data(const DataReceived& data) {
  received_ += data.bytes.size();
  pass_on(data.bytes);
  if (data.end_stream) on_answered();
}

void Transfer::on_trailers(const TrailersReceived& trailers) {
  if (trace_ != nullptr) trace_->fields_received(trailers.fields);
  on_answered();
}

// A server that has refused the upload may read no more of it, and need not say so (RFC 9113 §8.1,
// RFC 9112 §9.5).
void Transfer::on_answered() {
  answered_ = true;
  if (upload_ == nullptr || status_ < kFirstRefusal) return;
  (void)connection_->reset_stream(stream_id_, ErrorCode::kCancel);  // an error: all was sent
  driver_->attend();
}

void Transfer::on_closed(const StreamClosed& closed, const ConnectionNews& connection) {
  on_left_undone();
  if (decided_) return end(*decided_);
  if (!answered_ && upload_ != nullptr && upload_->error() != 0) {
    return end({ExitCode::kReadError, std::string("-d: ") + std::strerror(upload_->error())});
  }
  // The body differs from the content-length of -H.
  if (upload_ != nullptr && closed.closed_by == ClosedBy::kLocal &&
      closed.error == ErrorCode::kInternalError) {
    return end({ExitCode::kReadError, "-d: " + describe(closed.detail)});
  }
  end(judge_end(closed, answered_, connection));
}

void Transfer::on_left_undone() {
  connection_ = nullptr;
  driver_ = nullptr;
}

// Gives credit only for octets that were passed on, so the octets that wait here are within the
// stream's window.
void Transfer::pass_on(gsl::span<const uint8_t> bytes) {
  give_credit(wanted_ && !decided_ ? download_->add(bytes) : bytes.size());
  const int error = assignment_.output->error();
  if (error != 0 && !decided_) {
    fail({ExitCode::kWriteError, std::string("the output: ") + std::strerror(error)});
  }
}

void Transfer::give_credit(size_t size) {
  if (connection_ == nullptr || size == 0) return;
  // An error means that the stream has ended, and its credit was given back.
  (void)connection_->credit(stream_id_, static_cast<uint32_t>(size));
}

// --- Called by its owner.

void Transfer::fail(Outcome outcome) {
  if (finished_ || decided_) return;
  if (connection_ == nullptr) {
    outcome_ = std::move(outcome);
    return finish();
  }
  decided_ = std::move(outcome);
  // An error means that it has just ended.
  (void)connection_->reset_stream(stream_id_, ErrorCode::kCancel);
  driver_->attend();
}

int Transfer::waits_for() const {
  return connection_ == nullptr || upload_ == nullptr ? -1 : upload_->waits_for();
}

void Transfer::resume() {
  if (connection_ == nullptr) return;
  (void)connection_->resume(stream_id_);  // an error means that it has just ended
  driver_->attend();
}

std::optional<uint64_t> Transfer::expected() const {
  const uint64_t to_send = assignment_.data == nullptr ? 0 : assignment_.data->size().value_or(0);
  if (content_length_) return *content_length_ + to_send;
  // While the request is sent, the size of the response is not known, and usually small.
  return to_send > 0 && received_ == 0 ? std::optional(to_send) : std::nullopt;
}

// --- The end.

void Transfer::end(Outcome outcome) {
  outcome_ = std::move(outcome);
  outcome_known_ = true;
  if (outcome_.ok() && !wanted_) {
    outcome_ = {ExitCode::kHttpStatus, "the status is " + std::to_string(status_)};
  }
  if (trace_ != nullptr) trace_end();
  if (decided_) download_.reset();  // discards the octets that wait to be written
  if (download_ != nullptr) download_->end();
  if (download_ == nullptr || download_->is_done()) finish();
}

void Transfer::finish() {
  if (std::exchange(finished_, true)) return;
  finished_at_ = current_time();
  owner_->on_finished(*this);
}

void Transfer::trace_end() {
  const auto since_start = [this](TimePoint time) { return format_duration(time - started_); };
  std::string text = "stream " + std::to_string(stream_id_) + ": ";
  text.append(outcome_.ok() ? "status " + std::to_string(status_) : outcome_.reason);
  text.append("; sent after ").append(since_start(submitted_));
  if (status_ != 0) text.append(", first byte after ").append(since_start(first_byte_));
  text.append(", all after ").append(since_start(current_time()));
  text.append("; ").append(format_size(received_)).append(" received");
  if (upload_ != nullptr) text.append(", ").append(format_size(sent())).append(" sent");
  trace_->note(text);
}

}  // namespace headrace::get
