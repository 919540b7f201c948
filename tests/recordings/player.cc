#include "tests/recordings/player.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace headrace::recordings {

Player::Player(const Recording& recording, const Manner& manner, const Limits& limits)
    : recording_(recording),
      manner_(manner),
      connection_(Role::kServer, options(limits), now_),
      tunnel_(manner.tls ? std::make_unique<tls::Tunnel>(Role::kServer) : nullptr),
      random_(manner.seed) {}

Options Player::options(const Limits& limits) const {
  Options options;
  options.allocation = manner_.allocation;
  options.protocol = recording_.http1 ? ProtocolVersion::kHttp1 : ProtocolVersion::kHttp2;
  options.limits = limits;
  options.enable_connect_protocol = true;
  // The client went by the recorded server's windows, and its credit came when that server gave it.
  options.initial_window_size = options.connection_window_size = (uint32_t{1} << 31) - 1;
  return options;
}

void Player::play() {
  drain();
  for (const Recording::Step& step : recording_.steps) {
    std::visit([this](const auto& what) { take(what); }, step);
    drain();
  }
}

std::string Player::departures() const {
  std::string text = departures_;
  const Statistics& counted = connection_.statistics();
  for (size_t i = 0; i < kLimits; ++i) {
    const auto limit = static_cast<Limit>(i);
    // (What lets a client wait that pipelines more than that cuts off nobody.)
    if (limit == Limit::kPipelinedRequests) continue;
    if (counted.limits_hit.of(limit) > 0) text += std::string(to_string(limit)) + " was hit\n";
  }
  if (counted.sent_by_type.of(FrameType::kRstStream) > 0) text += "a stream was reset\n";
  if (counted.sent_by_type.of(FrameType::kGoaway) > 0) text += "GOAWAY\n";
  if (counted.requests_received != recording_.requests.size()) {
    text += std::to_string(counted.requests_received) + " requests of " +
            std::to_string(recording_.requests.size()) + "\n";
  }
  for (const StreamId id : recording_.answered) {
    if (!ended_.contains(id) && !recording_.reset.contains(id)) {
      text += "no whole answer on stream " + std::to_string(id) + "\n";
    }
  }
  return text;
}

// --- What the client does.

void Player::take(const Recording::Input& input) {
  const std::string octets = tunnel_ == nullptr ? input.octets : tunnel_->say(input.octets);
  for (size_t at = 0; at < octets.size();) {
    const size_t size = next_size(octets.size() - at);
    receive({reinterpret_cast<const uint8_t*>(octets.data()) + at, size});
    drain();
    at += size;
  }
}

void Player::receive(std::span<const uint8_t> octets) {
  if (tunnel_ == nullptr) return dispatch(connection_.receive(octets, now_));
  tunnel_->channel().receive(octets);
  uint8_t plaintext[16 * 1024];
  while (const size_t size = tunnel_->channel().read(plaintext)) {
    dispatch(connection_.receive({plaintext, size}, now_));
  }
}

size_t Player::next_size(size_t left) {
  if (manner_.most == 0) return left;
  const size_t size = manner_.seed == 0 ? manner_.most : 1 + random_() % manner_.most;
  return std::min(size, left);
}

void Player::take(const Recording::Time& time) {
  if (!manner_.timed) return;
  now_ = TimePoint() + time.at;
  if (connection_.next_deadline() <= now_) dispatch(connection_.advance(now_));
}

void Player::take(const Recording::EndOfInput&) {
  end_of_input_ = true;
  dispatch(connection_.end_of_input(now_));
}

// --- What the server's application does.

void Player::take(const Recording::Answer& answer) {
  if (!open_.contains(answer.stream_id)) return;  // the client has taken its request back
  Content& content = contents_[answer.stream_id];
  content.available += answer.content;
  content.ends |= answer.end || answer.part == Recording::Answer::Part::kTrailers;
  if (answer.part == Recording::Answer::Part::kHead) {
    send_head(answer, &content);
  } else if (answer.part == Recording::Answer::Part::kTrailers) {
    expect_taken(connection_.send_trailers(answer.stream_id, {{"grpc-status", "0"}}), answer);
  }
  if (content.headed && open_.contains(answer.stream_id)) {
    (void)connection_.resume(answer.stream_id);  // it may have nothing left to send
  }
}

void Player::send_head(const Recording::Answer& answer, Content* content) {
  const std::string status = std::to_string(answer.status);
  std::vector<Field> fields = {{":status", status}};
  if (!answer.length.empty()) fields.push_back({"content-length", answer.length});
  if (answer.status < 200) {
    return expect_taken(connection_.submit_informational(answer.stream_id, fields), answer);
  }
  Body body = answer.end ? Body::none() : Body::source(content);
  if (recording_.with_trailers.contains(answer.stream_id)) body = std::move(body).expect_trailers();
  content->headed = !answer.end;
  expect_taken(connection_.submit_response(answer.stream_id, fields, std::move(body)), answer);
}

void Player::expect_taken(const SubmitResult& result, const Recording::Answer& answer) {
  if (result.ok()) return;
  departures_ += "the answer on stream " + std::to_string(answer.stream_id) + ": " +
                 to_string(result.error) + "\n";
}

BodySource::Filled Player::Content::fill(std::span<uint8_t> room) {
  const size_t size = std::min(room.size(), available);
  std::memset(room.data(), 0, size);
  available -= size;
  return {.size = size, .end = ends && available == 0};
}

// --- What comes of it.

void Player::dispatch(EventRange&& events) {
  for (EventPtr event : events) handle(*event);
}

void Player::handle(const Event& event) {
  std::visit(
      Overloaded{[&](const RequestReceived& request) { open_.insert(request.stream_id); },
                 [&](const StreamClosed& closed) {
                   open_.erase(closed.stream_id);
                   if (closed.closed_by == ClosedBy::kEnd) ended_.insert(closed.stream_id);
                 },
                 [&](const ConnectionClosed& closed) {
                   // (In HTTP/1.1 a client may say that its request is the last.)
                   const bool last = recording_.http1 && closed.error.code == ErrorCode::kNoError;
                   if (!end_of_input_ && !last) {
                     departures_ += std::string("closed: ") + to_string(closed.error.code) + "\n";
                   }
                 },
                 [](const auto&) {}},
      event);
}

void Player::drain() {
  while (true) {
    const size_t size = send();
    if (connection_.has_events()) dispatch(connection_.advance(now_));
    if (size == 0) return;
  }
}

// Octets that the client has taken.
size_t Player::send() {
  const std::span<const ConstBuffer> buffers = connection_.pending_output();
  size_t size = 0;
  for (const ConstBuffer& buffer : buffers) size += buffer.size;
  if (tunnel_ != nullptr &&
      (tunnel_->channel().write(buffers) != size || tunnel_->hear().size() != size)) {
    departures_ += "output is lost in encryption\n";
  }
  connection_.sent(size);
  return size;
}

}  // namespace headrace::recordings
