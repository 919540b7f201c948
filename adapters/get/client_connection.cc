#include "headrace/adapters/get/client_connection.h"

#include <string>
#include <utility>
#include <variant>

#include "headrace/adapters/get/console.h"
#include "headrace/adapters/get/units.h"
#include "headrace/protocol/frame/foreign_protocol.h"

namespace headrace::get {
namespace {

constexpr uint64_t kFirstPing = 1;

}  // namespace

ClientConnection::ClientConnection(ClientConnectionOwner* owner, Connection& connection,
                                   adapters::Driver& driver, ProtocolVersion version,
                                   std::unique_ptr<Trace> trace)
    : owner_(owner),
      connection_(connection),
      driver_(driver),
      version_(version),
      trace_(std::move(trace)) {
  // For the round-trip time; HTTP/1.1 has none.
  if (trace_ != nullptr) (void)connection_.ping(kFirstPing);
}

ClientConnection::~ClientConnection() { owner_->on_connection_destroyed(*this); }

void ClientConnection::submit(Transfer& transfer) {
  const RequestResult result = transfer.submit(connection_, driver_, version_, trace_.get());
  driver_.attend();
  if (result.ok()) return;
  std::string reason = to_string(result.error);
  if (result.rule != nullptr) {
    reason = std::string("the request cannot be sent: ") + result.rule->text;
    reason.append(" (").append(result.rule->section).append(")");
  }
  if (result.error == SubmitError::kTooLarge) {
    reason = "the header section is larger than the server accepts";
  }
  const bool mistake =
      result.error == SubmitError::kInvalidFields || result.error == SubmitError::kTooLarge;
  transfer.fail({mistake ? ExitCode::kUsage : ExitCode::kInternal, reason});
}

void ClientConnection::close() {
  (void)connection_.terminate(ErrorCode::kNoError);  // an error means that it has ended
  driver_.attend();
}

void ClientConnection::handle(EventPtr event) {
  std::visit(Overloaded{
                 [&](const InformationalReceived& response) {
                   transfer_of(response.user_data)->on_informational(response);
                 },
                 [&](const ResponseReceived& response) {
                   transfer_of(response.user_data)->on_response(response);
                 },
                 [&](const DataReceived& data) { transfer_of(data.user_data)->on_data(data); },
                 [&](const TrailersReceived& trailers) {
                   transfer_of(trailers.user_data)->on_trailers(trailers);
                 },
                 [&](const StreamClosed& closed) { on_closed(closed); },
                 [&](const GoawayReceived& goaway) { on_goaway(goaway); },
                 [&](const PingAcknowledged& ping) { on_ping(ping); },
                 [&](const ConnectionClosed& closed) {
                   if (trace_ == nullptr) return;
                   trace_->note(closed.error.rule == nullptr
                                    ? std::string("the connection has ended")
                                    : "the connection has ended: " + describe(closed.error));
                 },
                 [](const auto&) {},
             },
             *event);
}

Transfer* ClientConnection::transfer_of(UserData user_data) { return user_data.as<Transfer>(); }

void ClientConnection::on_closed(const StreamClosed& closed) {
  Transfer& transfer = *transfer_of(closed.user_data);
  if (is_to_be_sent_again(closed, transfer)) {
    if (trace_ != nullptr) {
      trace_->note("stream " + std::to_string(closed.stream_id) +
                   " was left undone; its request is sent again");
    }
    transfer.on_left_undone();
    owner_->on_retry(transfer);
  } else {
    news_.timed_out = hit_deadline();
    if (driver_.channel() != nullptr) news_.tls_failure = driver_.channel()->failure();
    transfer.on_closed(closed, news_);
  }
  if (retired_ && connection_.open_streams() == 0 && connection_.waiting_requests() == 0) close();
  owner_->on_available();
}

bool ClientConnection::is_to_be_sent_again(const StreamClosed& closed, const Transfer& transfer) {
  if (closed.asks_for_http1()) {
    retired_ = true;
    return transfer.may_retry() && owner_->falls_back();
  }
  // A server may refuse requests that were sent before its limit of streams was known, so the
  // connection is retired only after a second refusal.
  const bool retry = is_worth_a_retry(closed);
  if (retry && transfer.attempts() > 1) retired_ = true;
  return retry && transfer.may_retry();
}

void ClientConnection::on_goaway(const GoawayReceived& goaway) {
  retired_ = true;
  news_.goaway = goaway.error;
  news_.goaway_text = goaway.debug_data.text();
}

void ClientConnection::on_ping(const PingAcknowledged& ping) {
  if (ping.opaque != kFirstPing || trace_ == nullptr) return;
  trace_->note("round trip " + format_duration(connection_.statistics().round_trip));
}

// Whether the connection was closed by a deadline.
bool ClientConnection::hit_deadline() const {
  const LimitCounts& hit = connection_.statistics().limits_hit;
  return hit.of(Limit::kPrefaceTimeout) + hit.of(Limit::kSettingsAckTimeout) +
             hit.of(Limit::kKeepaliveTimeout) + hit.of(Limit::kFieldBlockTimeout) >
         0;
}

}  // namespace headrace::get
