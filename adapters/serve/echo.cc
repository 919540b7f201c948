#include "headrace/adapters/serve/echo.h"

#include <absl/container/inlined_vector.h>

#include <gsl/span>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

namespace headrace::serve {

void Echo::on_data(const DataReceived& data) {
  data_ended_ = data.end_stream;
  const size_t taken = idle() ? send(data.bytes) : 0;
  waiting_.append(data.bytes.text().substr(taken));
}

void Echo::on_trailers(EventPtr event) {
  if (idle()) {
    const auto& trailers = std::get<TrailersReceived>(*event);
    // Some that may be received may not be sent; then the content ends without them. (Other errors
    // mean that the stream has ended.)
    if (!connection_.send_trailers(stream_id_, trailers.fields).ok()) {
      (void)connection_.send_data(stream_id_, gsl::span<const uint8_t>(), /*end_stream=*/true);
    }
  } else {
    trailers_ = keep(std::move(event));
  }
}

void Echo::on_writable() {
  const auto* first = reinterpret_cast<const uint8_t*>(waiting_.data());
  passed_on_ += send({first + passed_on_, waiting_.size() - passed_on_});
  // Not each time, because it moves the rest; often enough that a window of octets fits.
  if (passed_on_ >= waiting_.size() / 4) {
    waiting_.erase(0, passed_on_);
    passed_on_ = 0;
  }
  if (idle() && trailers_ != nullptr) on_trailers(std::move(trailers_));
}

size_t Echo::memory() const {
  const size_t trailers =
      trailers_ != nullptr ? memory_of(std::get<TrailersReceived>(*trailers_).fields) : 0;
  return kSendBuffer + waiting_.capacity() + trailers;
}

// Passes on the octets that the connection accepts, and gives the peer credit for them.
size_t Echo::send(gsl::span<const uint8_t> bytes) {
  const SendResult sent = connection_.send_data(stream_id_, bytes, data_ended_ && !is_grpc_);
  if (!sent.ok()) return bytes.size();  // the stream has ended, so the data is discarded
  if (is_grpc_ && data_ended_ && sent.accepted == bytes.size()) {
    (void)connection_.send_trailers(stream_id_, {{"grpc-status", "0"}});
  }
  sent_ += sent.accepted;
  if (sent.accepted > 0) (void)connection_.credit(stream_id_, static_cast<uint32_t>(sent.accepted));
  return sent.accepted;
}

void answer_echo(Responder& responder) {
  std::string_view type = responder.field("content-type");
  if (type.empty()) type = "application/octet-stream";
  if (responder.end_stream()) {
    return responder.respond(200, {{"content-type", type}}, Body::none(), 0);
  }
  if (responder.is_head()) return responder.respond_without_body(200, {{"content-type", type}});

  Connection& connection = responder.connection();
  const StreamId stream_id = responder.stream_id();
  (void)connection.set_automatic_credit(stream_id, false);  // an error: the stream has ended
  absl::InlinedVector<Field, 2> fields{{"content-type", type}};
  const std::string_view length = responder.field("content-length");
  if (!length.empty()) fields.push_back({"content-length", length});
  responder.respond_with_stream(200, gsl::span<const Field>(fields.data(), fields.size()));
  const bool is_grpc = type.starts_with("application/grpc");
  responder.attach(std::make_unique<Echo>(connection, stream_id, is_grpc));
}

}  // namespace headrace::serve
