#include "fuzz/conversation/output_rules.h"

#include <algorithm>

#include "fuzz/require.h"

// What the connection sent, one frame after the other.

namespace headrace::fuzz {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Octets of window left; below zero after INITIAL_WINDOW_SIZE was lowered (RFC 9113 §6.9.2).
int64_t left(uint64_t initial, uint64_t given, uint64_t used) {
  return static_cast<int64_t>(initial + given) - static_cast<int64_t>(used);
}

// The size that a field block begins with, or a very large one (RFC 7541 §6.3).
uint64_t first_table_size(std::string_view block) {
  if (block.empty() || (block[0] & 0xe0) != 0x20) return ~uint64_t{0};
  uint64_t size = block[0] & 0x1f;
  if (size < 0x1f) return size;
  int shift = 0;
  for (size_t at = 1; at < block.size() && shift < 32; ++at, shift += 7) {
    size += uint64_t{static_cast<uint8_t>(block[at]) & 0x7fu} << shift;
    if ((block[at] & 0x80) == 0) break;
  }
  return size;
}

const std::string* find(const std::vector<reference::HeaderField>& fields, std::string_view name) {
  for (const reference::HeaderField& field : fields) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

}  // namespace

void OutputRules::received(std::string_view bytes) {
  output_ += bytes;
  size_t position = 0;
  if (role_ == Role::kClient && !own_preface_read_) {
    if (output_.size() < kPreface.size()) return;
    require(output_.starts_with(kPreface), "the client's preface is another (§3.4)");
    own_preface_read_ = true;
    position = kPreface.size();
  }
  while (std::optional<reference::Frame> frame = reference::parse(output_, &position)) {
    on_frame(*frame);
  }
  output_.erase(0, position);
}

void OutputRules::on_frame(const reference::Frame& frame) {
  require(!log_->sent().empty(), "the observer was not told of a frame");
  const FrameLog::Sent logged = log_->sent().front();
  log_->sent().pop_front();
  require(static_cast<uint8_t>(logged.header.type) == frame.type &&
              logged.header.flags == frame.flags && logged.header.stream_id == frame.stream_id &&
              logged.header.length == frame.length,
          "the observer was told of another frame than was sent");
  apply_up_to(logged.received);
  ++frames_;

  require(!ended_by_error_, "a frame behind the last GOAWAY");
  require(any_frame_ || frame.type == reference::SETTINGS, "the preface is not SETTINGS (§3.4)");
  if (!any_frame_) check_first_settings(frame);
  any_frame_ = true;
  require(frame.payload.size() <= max_frame_size_, "a frame above MAX_FRAME_SIZE (§4.2)");
  require(!frame.reserved, "the reserved bit is set (§4.1)");
  const bool continues = frame.type == reference::CONTINUATION;
  require(
      continues == (block_.stream_id != 0) && (!continues || block_.stream_id == frame.stream_id),
      "a field block is interrupted (§6.10)");
  check_stream(frame);
  switch (frame.type) {
    case reference::DATA:
      return on_data(frame);
    case reference::HEADERS:
      return on_headers(frame);
    case reference::PUSH_PROMISE:
      return on_push_promise(frame);
    case reference::CONTINUATION:
      return on_block_fragment(frame, frame.payload);
    case reference::RST_STREAM:
      return on_rst_stream(frame);
    case reference::SETTINGS:
      return on_settings(frame);
    case reference::PING:
      return on_ping(frame);
    case reference::GOAWAY:
      return on_goaway(frame);
    case reference::WINDOW_UPDATE:
      return on_window_update(frame);
    case reference::PRIORITY_UPDATE:
      return on_priority_update(frame);
    default:
      require(frame.type == kOwnFrameType, "a frame that nobody asked for");
  }
}

// RFC 9113 §5.1, for the types that it speaks of but RST_STREAM.
void OutputRules::check_stream(const reference::Frame& frame) {
  const bool opens = frame.type == reference::HEADERS && role_ == Role::kClient &&
                     is_own(frame.stream_id) && frame.stream_id > last_own_;
  if (opens || frame.type == kOwnFrameType || frame.type == reference::CONTINUATION) return;
  if (frame.stream_id == 0 || frame.type == reference::RST_STREAM) return;
  const uint32_t last = is_own(frame.stream_id) ? last_own_ : last_peer_;
  require(frame.stream_id <= last, "a frame on an idle stream (§5.1)");
  const Stream& stream = streams_[frame.stream_id];
  require(stream.opened, "a frame on a stream that was never opened (§5.1)");
  require(!stream.reset, "a frame behind RST_STREAM (§5.1)");
  require(!stream.reset_by_peer, "a frame behind the peer's RST_STREAM (§5.1)");
  require(!stream.refused, "a frame on a stream above the peer's GOAWAY (§6.8)");
  if (frame.type == reference::WINDOW_UPDATE) {
    require(!stream.remote_ended, "credit for a stream that has ended (§5.1)");
  } else {
    require(!stream.local_ended, "a frame behind END_STREAM (§5.1)");
  }
}

void OutputRules::on_data(const reference::Frame& frame) {
  Stream& stream = streams_[frame.stream_id];
  require(frame.stream_id != 0 && stream.final_head, "DATA out of order (§8.1)");
  const auto size = static_cast<int64_t>(frame.payload.size());
  require(size == 0 || (size <= left(initial_window_, stream.granted, stream.sent) &&
                        size <= left(65535, connection_.granted, connection_.sent)),
          "DATA above the window (§6.9.1)");
  stream.sent += frame.payload.size();
  connection_.sent += frame.payload.size();
  const std::optional<std::string> content = reference::content(frame);
  require(content.has_value(), "DATA with too much padding (§6.1)");
  for (char octet : *content) {
    require(static_cast<uint8_t>(octet) == body_octet(frame.stream_id, stream.body),
            "the body's octets are others");
    ++stream.body;
  }
  if ((frame.flags & reference::END_STREAM) != 0) stream.local_ended = true;
}

void OutputRules::on_headers(const reference::Frame& frame) {
  require(frame.stream_id != 0 && (frame.flags & reference::HAS_PRIORITY) == 0,
          "HEADERS of a kind that we do not send");
  if (role_ == Role::kClient) {
    require(is_own(frame.stream_id), "a client answers (§5.1)");
    if (frame.stream_id > last_own_) {
      seen_.requests.push_back(frame.stream_id);
      open_own_stream(frame.stream_id);
    }
  }
  block_ = {frame.stream_id, 0, (frame.flags & reference::END_STREAM) != 0, ""};
  const std::optional<std::string> content = reference::content(frame);
  require(content.has_value(), "HEADERS with too much padding (§6.2)");
  on_block_fragment(frame, *content);
}

void OutputRules::on_push_promise(const reference::Frame& frame) {
  require(role_ == Role::kServer && !is_own(frame.stream_id), "a push out of place (§8.4)");
  require(push_enabled_, "a push that is not wanted (§6.5.2)");
  const size_t at = (frame.flags & reference::PADDED) != 0 ? 1 : 0;
  const std::optional<std::string> content = reference::content(frame);
  require(content.has_value() && frame.payload.size() >= at + 4, "a malformed PUSH_PROMISE (§6.6)");
  const auto promised = static_cast<uint32_t>(reference::number(frame.payload.substr(at, 4)));
  require(promised % 2 == 0 && promised > last_own_, "a promised id that is not new (§5.1.1)");
  open_own_stream(promised);
  streams_[promised].remote_ended = true;
  block_ = {frame.stream_id, promised, false, ""};
  on_block_fragment(frame, *content);
}

void OutputRules::open_own_stream(uint32_t id) {
  require(!goaway_received_, "a new stream behind a GOAWAY (§6.8)");
  require(own_active() < own_limit(), "more streams than the peer allows (§5.1.2)");
  last_own_ = id;
  streams_[id].opened = true;
}

uint32_t OutputRules::own_active() const {
  uint32_t count = 0;
  for (const auto& [id, stream] : streams_) count += is_own(id) && stream.active() ? 1 : 0;
  return count;
}

void OutputRules::on_block_fragment(const reference::Frame& frame, const std::string& fragment) {
  block_.octets += fragment;
  if ((frame.flags & reference::END_HEADERS) != 0) on_field_block();
}

void OutputRules::on_field_block() {
  const Block block = std::exchange(block_, {});
  require(lowest_limit_ >= decoder_.table().max_size() ||
              first_table_size(block.octets) <= lowest_limit_,
          "no table size update to the smallest limit (RFC 7541 §4.2)");
  lowest_limit_ = table_limit_;
  std::optional<Fields> fields = decoder_.decode(block.octets);
  require(fields.has_value(), "a field block that the reference cannot decode");
  require(decoder_.table().max_size() <= table_limit_, "no table size update (RFC 7541 §4.2)");
  if (block.promised_id != 0) return on_request(&streams_[block.promised_id], *fields);
  Stream& stream = streams_[block.stream_id];
  if (stream.final_head) {
    require(block.end_stream, "trailers without END_STREAM (§8.1)");
    on_trailers(*fields);
  } else {
    on_message(&stream, *fields);
    require(stream.final_head || !block.end_stream, "an interim response ends (§8.1)");
  }
  if (block.end_stream) stream.local_ended = true;
}

void OutputRules::on_message(Stream* stream, const Fields& fields) {
  if (role_ == Role::kClient) {
    on_request(stream, fields);
    stream->final_head = true;
    return;
  }
  require(!fields.empty() && fields.front().name == ":status", "no status (§8.3.2)");
  stream->final_head = fields.front().value >= "200";
}

void OutputRules::on_request(Stream* stream, const Fields& fields) {
  const std::string* method = find(fields, ":method");
  require(method != nullptr, "no method (§8.3.1)");
  const bool extended = find(fields, ":protocol") != nullptr;
  require(!extended || connect_protocol_, ":protocol to a server without it (RFC 8441 §4)");
  stream->is_connect = *method == "CONNECT";
  const bool has_target = find(fields, ":scheme") != nullptr && find(fields, ":path") != nullptr;
  require(has_target == (!stream->is_connect || extended),
          "another target than it should (§8.3.1)");
  bool regular = false;
  for (const reference::HeaderField& field : fields) {
    const bool pseudo = field.name.starts_with(':');
    require(!pseudo || !regular, "pseudo-header fields behind others (§8.3)");
    regular = regular || !pseudo;
  }
}

void OutputRules::on_trailers(const Fields& fields) const {
  for (const reference::HeaderField& field : fields) {
    require(!field.name.starts_with(':'), "a pseudo-header field in trailers (§8.1)");
  }
}

// It may follow both END_STREAMs, when the application resets what is on its way; and the peer's
// own RST_STREAM when more came on that stream.
void OutputRules::on_rst_stream(const reference::Frame& frame) {
  require(frame.stream_id != 0 && frame.payload.size() == 4, "a malformed RST_STREAM (§6.4)");
  const uint32_t last = is_own(frame.stream_id) ? last_own_ : last_peer_;
  require(frame.stream_id <= last, "RST_STREAM on an idle stream (§6.4)");
  Stream& stream = streams_[frame.stream_id];
  require(!stream.reset, "a frame behind RST_STREAM (§5.1)");
  const bool ended = stream.local_ended && stream.remote_ended;
  require(stream.active() || stream.provoked || ended, "RST_STREAM on a closed stream (§5.1)");
  stream.reset = true;
}

void OutputRules::on_settings(const reference::Frame& frame) {
  require(frame.stream_id == 0 && frame.payload.size() % 6 == 0, "malformed SETTINGS (§6.5)");
  if ((frame.flags & reference::ACK) == 0) {
    const reference::Settings settings = reference::parse_settings(frame.payload);
    for (auto [id, value] : settings) {
      if (id == 2) seen_.push_allowed = value != 0;
      require(id != 2 || value <= (role_ == Role::kClient ? 1 : 0), "ENABLE_PUSH (§6.5.2)");
      require(id != 4 || value <= 0x7fffffff, "INITIAL_WINDOW_SIZE (§6.5.2)");
      require(id != 5 || (value >= 16384 && value <= 0xffffff), "MAX_FRAME_SIZE (§6.5.2)");
    }
    own_settings_.push_back(settings);
    return;
  }
  require(!unanswered_settings_.empty() && frame.payload.empty(),
          "SETTINGS are acknowledged twice");
  for (auto [id, value] : unanswered_settings_.front()) {
    if (id != 1) continue;
    table_limit_ = value;
    lowest_limit_ = std::min(lowest_limit_, table_limit_);
  }
  decoder_.set_max_table_size(table_limit_);
  unanswered_settings_.pop_front();
}

// The application's list as it stands, or what the options say; a client never leaves it open
// whether there may be pushes.
void OutputRules::check_first_settings(const reference::Frame& frame) {
  const reference::Settings settings = reference::parse_settings(frame.payload);
  if (options_.settings.empty()) {
    const std::pair<uint16_t, uint32_t> push{2, options_.enable_push ? 1 : 0};
    const bool said = std::find(settings.begin(), settings.end(), push) != settings.end();
    require(said == (role_ == Role::kClient), "the first SETTINGS and pushes (§8.4)");
    return;
  }
  require(std::equal(
              settings.begin(), settings.end(), options_.settings.begin(), options_.settings.end(),
              [](const auto& sent, const Setting& asked) {
                return sent.first == static_cast<uint16_t>(asked.id) && sent.second == asked.value;
              }),
          "the first SETTINGS are not the application's");
}

void OutputRules::on_ping(const reference::Frame& frame) {
  require(frame.payload.size() == 8 && frame.stream_id == 0, "a malformed PING (§6.7)");
  if ((frame.flags & reference::ACK) == 0) {
    seen_.pings.push_back(frame.payload);
    return;
  }
  require(!pings_.empty() && pings_.front() == frame.payload, "another PING is answered");
  pings_.pop_front();
}

void OutputRules::on_goaway(const reference::Frame& frame) {
  require(frame.stream_id == 0 && frame.payload.size() >= 8, "a malformed GOAWAY (§6.8)");
  const reference::Goaway goaway = reference::parse_goaway(frame.payload);
  require(goaway.last_stream_id <= goaway_last_, "a later GOAWAY raises the last stream (§6.8)");
  for (const auto& [id, stream] : streams_) {
    require(is_own(id) || id <= goaway.last_stream_id || !stream.final_head,
            "a stream that was answered is above the last one (§6.8)");
  }
  goaway_last_ = goaway.last_stream_id;
  ended_by_error_ = goaway.error_code != 0;
}

void OutputRules::on_window_update(const reference::Frame& frame) {
  require(frame.payload.size() == 4, "a malformed WINDOW_UPDATE (§6.9)");
  const uint64_t increment = reference::number(frame.payload);
  require(increment > 0 && increment <= 0x7fffffff, "an increment out of range (§6.9)");
  Stream& stream = frame.stream_id == 0 ? connection_ : streams_[frame.stream_id];
  stream.credited += increment;
  const uint64_t initial = frame.stream_id == 0 ? 65535 : own_initial_window_;
  require(left(initial, stream.credited, stream.received) <= 0x7fffffff,
          "a window above 2^31-1 (§6.9.1)");
}

// RFC 9218 §7.1, and §2.1.1 of when it is of no use.
void OutputRules::on_priority_update(const reference::Frame& frame) {
  require(role_ == Role::kClient && frame.stream_id == 0 && frame.payload.size() >= 4,
          "a malformed PRIORITY_UPDATE (RFC 9218 §7.1)");
  require(!peer_settings_seen_ || no_rfc7540_priorities_, "a PRIORITY_UPDATE that is ignored");
  const auto id = static_cast<uint32_t>(reference::number(frame.payload.substr(0, 4)));
  require(streams_[id].opened && !streams_[id].reset, "the priority of no stream");
}

void OutputRules::require_all_answered() {
  apply_up_to(log_->received_count());
  require(unanswered_settings_.empty(), "SETTINGS were not acknowledged (§6.5.3)");
  require(pings_.empty(), "a PING was not answered (§6.7)");
  require(block_.stream_id == 0 && output_.empty(), "the output ends within a frame");
  require(log_->sent().empty(), "the observer was told of frames that were not sent");
}

void OutputRules::require_open_streams(uint32_t count) const {
  uint32_t active = 0;
  for (const auto& [id, stream] : streams_) active += stream.active() ? 1 : 0;
  require(count == active, "open streams are counted wrong (§5.1.2)");
}

void OutputRules::require_receive_window(uint32_t stream_id, int64_t window) const {
  const Stream& stream = stream_id == 0 ? connection_ : streams_.at(stream_id);
  const uint64_t initial = stream_id == 0 ? 65535 : own_initial_window_;
  require(window == left(initial, stream.credited, stream.received),
          "a receive window is another than the peer's");
}

void OutputRules::require_connection_credit(int64_t full) const {
  const int64_t window = left(65535, connection_.credited, connection_.received);
  require(2 * (full - window) < full, "credit of the connection was lost");
  require(window <= full, "too much credit");
}

void OutputRules::require_stream_credit(uint32_t stream_id) const {
  const auto found = streams_.find(stream_id);
  if (found == streams_.end()) return;
  const Stream& stream = found->second;
  const int64_t window = left(own_initial_window_, stream.credited, stream.received);
  require(window > 0 || own_initial_window_ == 0, "the peer is starved of stream credit");
}

void OutputRules::require_blocked_by_stream_window(uint32_t stream_id) const {
  const Stream& stream = streams_.at(stream_id);
  require(left(initial_window_, stream.granted, stream.sent) <= 0, "a stream with a window waits");
}

void OutputRules::require_blocked_by_connection_window() const {
  require(left(65535, connection_.granted, connection_.sent) <= 0,
          "a stream waits for a connection with a window");
}

void OutputRules::require_blocked_by_concurrency() const {
  require(own_active() >= own_limit(), "a request waits, and might be sent");
}

void OutputRules::require_retry_safe(uint32_t stream_id, bool retry_safe) const {
  const auto found = streams_.find(stream_id);
  const bool sent = found != streams_.end() && found->second.opened;
  const bool refused = sent && found->second.refused;
  const bool refused_by_code = sent && found->second.refused_by_code;
  require(!retry_safe || !sent || refused || refused_by_code, "a retry that is not safe (§8.7)");
  require(retry_safe || !refused, "a retry that would have been safe (§8.7)");
}

}  // namespace headrace::fuzz
