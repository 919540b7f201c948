#include "fuzz/conversation/output_rules.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "fuzz/conversation/require.h"

namespace headrace::fuzz {
namespace {

constexpr size_t kPrefaceSize = 24;

// Octets of window left; below zero after INITIAL_WINDOW_SIZE was lowered (RFC 9113 §6.9.2).
int64_t left(uint64_t initial, uint64_t given, uint64_t used) {
  return static_cast<int64_t>(initial + given) - static_cast<int64_t>(used);
}

}  // namespace

void OutputRules::sent_by_client(std::string_view bytes) {
  input_ += bytes;
  size_t position = preface_read_ ? 0 : kPrefaceSize;
  if (input_.size() < position) return;
  preface_read_ = true;
  while (std::optional<reference::Frame> frame = reference::parse(input_, &position)) {
    on_client_frame(*frame);
  }
  input_.erase(0, position);
}

void OutputRules::on_client_frame(const reference::Frame& frame) {
  switch (frame.type) {
    case reference::HEADERS:
      highest_stream_ = std::max(highest_stream_, frame.stream_id);
      break;
    case reference::DATA:
      connection_.received += frame.payload.size();
      streams_[frame.stream_id].received += frame.payload.size();
      break;
    case reference::WINDOW_UPDATE:
      if (frame.payload.size() != 4) break;
      (frame.stream_id == 0 ? connection_ : streams_[frame.stream_id]).granted +=
          reference::number(frame.payload) & 0x7fffffff;
      break;
    case reference::PING:
      if ((frame.flags & reference::ACK) == 0) pings_.push_back(frame.payload);
      break;
    case reference::SETTINGS:
      if ((frame.flags & reference::ACK) == 0) {
        client_settings_.push_back(reference::parse_settings(frame.payload));
      } else {
        ++acknowledgements_;
        apply_own_settings();
      }
      break;
    default:
      break;
  }
}

// An acknowledgement may be sent ahead of what it answers: only what is drained is seen here.
void OutputRules::apply_own_settings() {
  for (; acknowledgements_ > 0 && !own_settings_.empty(); --acknowledgements_) {
    for (auto [id, value] : own_settings_.front()) {
      if (id == 4) own_initial_window_ = value;
    }
    own_settings_.pop_front();
  }
}

void OutputRules::received(std::string_view bytes) {
  output_ += bytes;
  size_t position = 0;
  while (std::optional<reference::Frame> frame = reference::parse(output_, &position)) {
    on_frame(*frame);
  }
  output_.erase(0, position);
}

void OutputRules::on_frame(const reference::Frame& frame) {
  require(!ended_by_error_, "a frame behind the last GOAWAY");
  require(any_frame_ || frame.type == reference::SETTINGS, "the preface is not SETTINGS (§3.4)");
  any_frame_ = true;
  require(frame.payload.size() <= max_frame_size_, "a frame above MAX_FRAME_SIZE (§4.2)");
  require(!frame.reserved, "the reserved bit is set (§4.1)");
  const bool continues = frame.type == reference::CONTINUATION;
  require(
      continues == (block_.stream_id != 0) && (!continues || block_.stream_id == frame.stream_id),
      "a field block is interrupted (§6.10)");
  if (frame.stream_id != 0) {
    require(frame.stream_id % 2 == 1 && frame.stream_id <= highest_stream_,
            "a frame on an idle stream (§5.1)");
    require(!streams_[frame.stream_id].reset, "a frame behind RST_STREAM (§5.1)");
  }
  switch (frame.type) {
    case reference::DATA:
      return on_data(frame);
    case reference::HEADERS:
      require(!streams_[frame.stream_id].ended, "HEADERS behind END_STREAM (§5.1)");
      block_ = {frame.stream_id, (frame.flags & reference::END_STREAM) != 0, ""};
      return on_block_fragment(frame, reference::content(frame).value());
    case reference::CONTINUATION:
      return on_block_fragment(frame, frame.payload);
    case reference::RST_STREAM:
      require(frame.stream_id != 0 && frame.payload.size() == 4, "a malformed RST_STREAM (§6.4)");
      streams_[frame.stream_id].reset = true;
      return;
    case reference::SETTINGS:
      return on_settings(frame);
    case reference::PING:
      require(frame.payload.size() == 8 && frame.stream_id == 0, "a malformed PING (§6.7)");
      if ((frame.flags & reference::ACK) == 0) return;
      require(!pings_.empty() && pings_.front() == frame.payload, "another PING is answered");
      pings_.pop_front();
      return;
    case reference::GOAWAY:
      return on_goaway(frame);
    case reference::WINDOW_UPDATE:
      return on_window_update(frame);
    default:
      require(false, "a frame that a server does not send");
  }
}

void OutputRules::on_data(const reference::Frame& frame) {
  Stream& stream = streams_[frame.stream_id];
  require(stream.final_head && !stream.ended, "DATA out of order (§8.1)");
  const uint64_t size = frame.payload.size();
  require(size == 0 ||
              (static_cast<int64_t>(size) <= left(initial_window_, stream.granted, stream.body) &&
               static_cast<int64_t>(size) <= left(65535, connection_.granted, connection_.body)),
          "DATA above the window (§6.9.1)");
  for (char octet : frame.payload) {
    require(static_cast<uint8_t>(octet) == body_octet(frame.stream_id, stream.body),
            "the body's octets are others");
    ++stream.body;
  }
  connection_.body += size;
  stream.ended = (frame.flags & reference::END_STREAM) != 0;
}

void OutputRules::on_block_fragment(const reference::Frame& frame, const std::string& fragment) {
  block_.octets += fragment;
  if ((frame.flags & reference::END_HEADERS) != 0) on_field_block();
}

void OutputRules::on_field_block() {
  std::optional<std::vector<reference::HeaderField>> fields = decoder_.decode(block_.octets);
  require(fields.has_value(), "a field block that the reference cannot decode");
  require(decoder_.table().max_size() <= table_limit_, "no table size update (RFC 7541 §4.2)");
  Stream& stream = streams_[block_.stream_id];
  if (stream.final_head) {
    require(block_.end_stream, "trailers without END_STREAM (§8.1)");
    for (const reference::HeaderField& field : *fields) {
      require(!field.name.starts_with(':'), "a pseudo-header field in trailers (§8.1)");
    }
  } else {
    require(!fields->empty() && fields->front().name == ":status", "no status (§8.3.2)");
    stream.final_head = fields->front().value >= "200";
    require(stream.final_head || !block_.end_stream, "an interim response ends (§8.1)");
  }
  stream.ended = block_.end_stream;
  block_ = {};
}

void OutputRules::on_settings(const reference::Frame& frame) {
  require(frame.stream_id == 0 && frame.payload.size() % 6 == 0, "malformed SETTINGS (§6.5)");
  if ((frame.flags & reference::ACK) == 0) {
    own_settings_.push_back(reference::parse_settings(frame.payload));
    return apply_own_settings();
  }
  require(!client_settings_.empty() && frame.payload.empty(), "SETTINGS are acknowledged twice");
  for (auto [id, value] : client_settings_.front()) {
    if (id == 1) table_limit_ = value;
    if (id == 4) initial_window_ = value;
    if (id == 5) max_frame_size_ = value;
  }
  decoder_.set_max_table_size(table_limit_);
  client_settings_.pop_front();
}

void OutputRules::on_goaway(const reference::Frame& frame) {
  require(frame.stream_id == 0 && frame.payload.size() >= 8, "a malformed GOAWAY (§6.8)");
  const reference::Goaway goaway = reference::parse_goaway(frame.payload);
  require(goaway.last_stream_id <= goaway_last_, "a later GOAWAY raises the last stream (§6.8)");
  goaway_last_ = goaway.last_stream_id;
  ended_by_error_ = goaway.error_code != 0;
}

void OutputRules::on_window_update(const reference::Frame& frame) {
  require(frame.payload.size() == 4, "a malformed WINDOW_UPDATE (§6.9)");
  const uint64_t increment = reference::number(frame.payload);
  require(increment > 0 && increment <= 0x7fffffff, "an increment out of range (§6.9)");
  (frame.stream_id == 0 ? connection_ : streams_[frame.stream_id]).credited += increment;
}

void OutputRules::require_all_answered() const {
  require(client_settings_.empty(), "SETTINGS were not acknowledged (§6.5.3)");
  require(pings_.empty(), "a PING was not answered (§6.7)");
  require(block_.stream_id == 0 && output_.empty(), "the output ends within a frame");
}

void OutputRules::require_connection_credit(uint32_t connection_window) const {
  const int64_t window = left(65535, connection_.credited, connection_.received);
  const int64_t full = std::max(int64_t{connection_window}, int64_t{65535});
  require(2 * (full - window) < int64_t{connection_window}, "credit of the connection was lost");
  require(window <= full, "too much credit");
}

void OutputRules::require_stream_credit(uint32_t stream_id) const {
  const auto found = streams_.find(stream_id);
  if (found == streams_.end()) return;
  const Stream& stream = found->second;
  const int64_t window = left(own_initial_window_, stream.credited, stream.received);
  require(window > 0 || own_initial_window_ == 0, "the client is starved of stream credit");
  require(stream.credited <= stream.received, "too much credit");
}

}  // namespace headrace::fuzz
