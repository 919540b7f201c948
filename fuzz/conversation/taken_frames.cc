#include <algorithm>

#include "fuzz/conversation/output_rules.h"
#include "fuzz/require.h"

// What the peer said, taken in the order in which the connection took it.

namespace headrace::fuzz {
namespace {

constexpr size_t kPrefaceSize = 24;

}  // namespace

void OutputRules::sent_by_peer(std::string_view bytes) {
  input_ += bytes;
  size_t position = preface_read_ || role_ == Role::kClient ? 0 : kPrefaceSize;
  if (input_.size() < position) return;
  preface_read_ = true;
  while (std::optional<reference::Frame> frame = reference::parse(input_, &position)) {
    pending_.push_back(*std::move(frame));
  }
  input_.erase(0, position);
}

void OutputRules::apply_up_to(uint64_t count) {
  for (; applied_ < count && !pending_.empty(); ++applied_) {
    const reference::Frame frame = std::move(pending_.front());
    pending_.pop_front();
    const FrameHeader observed = log_->received().front();
    log_->received().pop_front();
    require(static_cast<uint8_t>(observed.type) == frame.type && observed.flags == frame.flags &&
                observed.stream_id == frame.stream_id && observed.length == frame.length,
            "the observer was told of another frame");
    on_peer_frame(frame);
  }
  // Of the frame that has not come to its end the header can cost the stream already.
  if (applied_ < count) streams_[log_->received().front().stream_id].provoked = true;
}

void OutputRules::on_peer_frame(const reference::Frame& frame) {
  switch (frame.type) {
    case reference::HEADERS:
      peer_block_ = {frame.stream_id, 0, (frame.flags & reference::END_STREAM) != 0, ""};
      break;
    case reference::PUSH_PROMISE: {
      const size_t at = (frame.flags & reference::PADDED) != 0 ? 1 : 0;
      if (frame.payload.size() < at + 4) return;
      const auto promised = static_cast<uint32_t>(reference::number(frame.payload.substr(at, 4)));
      peer_block_ = {frame.stream_id, promised & 0x7fffffff, false, ""};
      break;
    }
    case reference::DATA:
      return on_peer_data(frame);
    case reference::PRIORITY:
      streams_[frame.stream_id].provoked = true;
      return;
    case reference::RST_STREAM: {
      Stream& stream = streams_[frame.stream_id];
      if (!stream.active()) return;
      stream.reset_by_peer = true;
      stream.refused_by_code = reference::number(frame.payload) == 7;
      stream.provoked = false;
      return;
    }
    case reference::WINDOW_UPDATE:
      if (frame.payload.size() != 4) return;
      (frame.stream_id == 0 ? connection_ : streams_[frame.stream_id]).granted +=
          reference::number(frame.payload) & 0x7fffffff;
      return;
    case reference::PING:
      if ((frame.flags & reference::ACK) == 0) {
        pings_.push_back(frame.payload);
      } else {
        std::erase(seen_.pings, frame.payload);
      }
      return;
    case reference::SETTINGS:
      return on_peer_settings(frame);
    case reference::GOAWAY:
      return on_peer_goaway(frame);
    default:
      break;
  }
  if (peer_block_.stream_id != 0 && (frame.flags & reference::END_HEADERS) != 0) on_peer_block();
}

void OutputRules::on_peer_data(const reference::Frame& frame) {
  connection_.received += frame.payload.size();
  Stream& stream = streams_[frame.stream_id];
  stream.received += frame.payload.size();
  stream.provoked = true;
  if ((frame.flags & reference::END_STREAM) != 0) stream.remote_ended = true;
}

void OutputRules::on_peer_block() {
  const Block block = std::exchange(peer_block_, {});
  const uint32_t opened = block.promised_id != 0 ? block.promised_id : block.stream_id;
  const bool may_open = !is_own(opened) && (role_ == Role::kServer || block.promised_id != 0);
  if (may_open && opened > last_peer_) {
    last_peer_ = opened;
    // Above our GOAWAY it is ignored (RFC 9113 §6.8).
    streams_[opened].opened = opened <= goaway_last_;
    streams_[opened].local_ended = block.promised_id != 0;
  }
  if (block.promised_id != 0) return;
  Stream& stream = streams_[block.stream_id];
  stream.provoked = true;
  if (block.end_stream) stream.remote_ended = true;
}

void OutputRules::on_peer_settings(const reference::Frame& frame) {
  if ((frame.flags & reference::ACK) != 0) {
    if (own_settings_.empty()) return;  // that costs the connection
    for (auto [id, value] : own_settings_.front()) {
      if (id == 4) own_initial_window_ = value;
    }
    own_settings_.pop_front();
    return;
  }
  const reference::Settings settings = reference::parse_settings(frame.payload);
  for (auto [id, value] : settings) {
    if (id == 2) push_enabled_ = value != 0;
    if (id == 3) max_concurrent_ = value;
    if (id == 4) initial_window_ = value;
    if (id == 5 && value >= 16384) max_frame_size_ = value;  // less costs the connection (§6.5.2)
    if (id == 8) connect_protocol_ = value != 0;
    if (id == 9) no_rfc7540_priorities_ = value != 0;
  }
  peer_settings_seen_ = true;
  unanswered_settings_.push_back(settings);
}

void OutputRules::on_peer_goaway(const reference::Frame& frame) {
  if (frame.stream_id != 0 || frame.payload.size() < 8) return;  // either costs the connection
  goaway_received_ = true;
  const uint32_t last = reference::parse_goaway(frame.payload).last_stream_id;
  for (auto& [id, stream] : streams_) {
    if (!is_own(id) || id <= last || !stream.active()) continue;
    stream.refused = true;
    stream.provoked = false;
  }
}

}  // namespace headrace::fuzz
