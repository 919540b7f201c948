#include "tests/self_play/frame_model.h"

#include <algorithm>
#include <gsl/span>
#include <span>

#include "tests/reference/frames.h"

namespace headrace::self_play {
namespace {

constexpr int64_t kInitial = 65535;
constexpr int64_t kMax = 0x7fffffff;

std::string_view text(gsl::span<const uint8_t> octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

uint64_t digest_of(gsl::span<const uint8_t> octets) {
  uint64_t digest = octets.size();
  for (uint8_t octet : octets) digest = (digest ^ octet) * 0x100000001b3;
  return digest;
}

std::vector<Setting> parse_settings(gsl::span<const uint8_t> payload) {
  std::vector<Setting> settings;
  for (auto [id, value] : reference::parse_settings(text(payload))) {
    settings.push_back({static_cast<SettingId>(id), value});
  }
  return settings;
}

void put(const std::vector<Setting>& settings, SettingValues* values) {
  for (const Setting& setting : settings) {
    if (uint32_t* value = values->find(setting.id)) *value = setting.value;
  }
}

std::string describe(const FrameHeader& header) {
  return std::string(to_string(header.type)) + " " + std::to_string(header.stream_id) + " (" +
         std::to_string(header.length) + " octets, flags " + std::to_string(header.flags) + ")";
}

}  // namespace

FrameModel::FrameModel(Role role, const Options& options, std::string name, Report* report)
    : role_(role),
      name_(std::move(name)),
      report_(report),
      assumed_limit_(options.assumed_concurrent_streams),
      end_offset_(role == Role::kClient ? 24 : 0) {
  announced_.max_concurrent_streams = options.limits.concurrent_streams;
}

void FrameModel::require(bool condition, const FrameHeader& header, const char* what) {
  report_->require(condition, [&] { return name_ + " " + what + ": " + describe(header); });
}

FrameModel::Stream& FrameModel::at(StreamId id) {
  Stream& stream = streams_[id];
  stream.own = is_own(id);
  return stream;
}

const FrameModel::Stream& FrameModel::stream(StreamId id) const {
  static const Stream kNone;
  const auto found = streams_.find(id);
  return found == streams_.end() ? kNone : found->second;
}

int64_t FrameModel::send_window() const {
  return kInitial + connection_.credit_received - connection_.data_sent;
}
int64_t FrameModel::send_window(StreamId id) const {
  const Stream& s = stream(id);
  return int64_t{peer_settings_.initial_window_size} + s.credit_received - s.data_sent;
}
int64_t FrameModel::receive_window() const {
  return kInitial + connection_.credit_sent - connection_.data_received;
}
int64_t FrameModel::receive_window(StreamId id) const {
  const Stream& s = stream(id);
  return int64_t{own_settings_.initial_window_size} + s.credit_sent - s.data_received;
}

uint32_t FrameModel::own_limit() const {
  return peer_settings_known_ ? peer_settings_.max_concurrent_streams : assumed_limit_;
}

bool FrameModel::all_answered() const {
  return settings_to_acknowledge_ == 0 && pings_to_answer_.empty() && own_in_flight_.empty() &&
         !sending_.open && !receiving_.open && open_data_.stream_id == 0;
}

// RFC 9113 §5.1.2: from the first frame until both sides have ended it, or one has reset it; what
// this side does, the peer can know when the transport is shown it.
uint32_t FrameModel::count(bool own) const {
  uint32_t count = 0;
  std::erase_if(counted_, [&](StreamId id) {
    const Stream& s = stream(id);
    const bool known = s.reset_received || s.abandoned || s.last_frame_end <= shown_;
    if (is_over(s) && known) return true;
    if (s.own == own) ++count;
    return false;
  });
  return count;
}

// The peer reads what is queued in its order, so what is over in the queue is over for it.
uint32_t FrameModel::count_on_wire() const {
  return static_cast<uint32_t>(std::count_if(counted_.begin(), counted_.end(), [&](StreamId id) {
    return stream(id).own && !is_over(stream(id));
  }));
}

// --- Frames that this endpoint sends.

void FrameModel::on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) {
  report_->trace([&] { return name_ + " > " + describe(header); });
  end_offset_ += FrameHeader::kSize + header.length;
  in_flight_.push_back({header, digest_of(payload)});
  require(any_sent_ || header.type == FrameType::kSettings, header,
          "does not begin with SETTINGS (RFC 9113 §3.4)");
  any_sent_ = true;
  require(header.length <= peer_settings_.max_frame_size, header,
          "sends more than MAX_FRAME_SIZE (RFC 9113 §4.2)");
  require(!sending_.open ||
              (header.type == FrameType::kContinuation && header.stream_id == sending_.stream_id),
          header, "interrupts a field block (RFC 9113 §6.10)");
  if (header.stream_id != 0 && static_cast<uint8_t>(header.type) < 10) check_sendable(header);
  switch (header.type) {
    case FrameType::kData:
      return data_sent(header);
    case FrameType::kHeaders:
      sending_ = {true, header.stream_id, 0, header.has(flags::kEndStream), ""};
      add_fragment(header, payload, &sending_);
      return block_sent(header);
    case FrameType::kPushPromise: {
      const size_t at = header.has(flags::kPadded) ? 1 : 0;
      const auto promised = static_cast<StreamId>(reference::number(text(payload).substr(at, 4)));
      sending_ = {true, header.stream_id, promised, false, ""};
      add_fragment(header, payload, &sending_);
      return block_sent(header);
    }
    case FrameType::kContinuation:
      require(sending_.open, header, "continues nothing");
      sending_.octets += text(payload);
      return block_sent(header);
    case FrameType::kRstStream: {
      Stream& stream = at(header.stream_id);
      stream.reset_sent = true;
      // Behind our end the peer may have closed it before it comes.
      if (!stream.end_sent) stream.last_frame_end = end_offset_;
      return listener_->on_reset_sent(header.stream_id,
                                      static_cast<ErrorCode>(reference::number(text(payload))));
    }
    case FrameType::kSettings:
      return settings_sent(header, payload);
    case FrameType::kPing:
      if (!header.has(flags::kAck))
        return listener_->on_ping_sent(reference::number(text(payload)));
      require(!pings_to_answer_.empty() && pings_to_answer_.front() == text(payload), header,
              "answers a PING out of order (RFC 9113 §6.7)");
      if (!pings_to_answer_.empty()) pings_to_answer_.pop_front();
      return;
    case FrameType::kGoaway: {
      const reference::Goaway goaway = reference::parse_goaway(text(payload));
      require(goaway.last_stream_id <= own_goaway_last_.value_or(kMaxStreamId), header,
              "raises the last stream of GOAWAY (RFC 9113 §6.8)");
      own_goaway_last_ = goaway.last_stream_id;
      return listener_->on_goaway_sent(
          goaway.last_stream_id, static_cast<ErrorCode>(goaway.error_code), goaway.debug_data);
    }
    case FrameType::kWindowUpdate: {
      const auto increment = static_cast<int64_t>(reference::number(text(payload)));
      require(increment > 0, header, "gives no credit (RFC 9113 §6.9)");
      (header.stream_id == 0 ? connection_ : at(header.stream_id)).credit_sent += increment;
      const int64_t window =
          header.stream_id == 0 ? receive_window() : receive_window(header.stream_id);
      return require(window <= kMax, header, "gives too much credit (RFC 9113 §6.9.1)");
    }
    default:
      return;
  }
}

// RFC 9113 §5.1: whether the state of its stream lets it pass.
void FrameModel::check_sendable(const FrameHeader& header) {
  const Stream& s = at(header.stream_id);
  require(!s.reset_sent && !s.reset_received, header, "sends on a stream that was reset");
  // (What was not shown to the transport yet has not ended the stream.)
  const bool closed = s.end_sent && s.end_received && s.last_frame_end <= shown_;
  require(!closed, header, "sends on a closed stream");
  require(!s.refused && !s.abandoned, header, "sends on a stream that is not looked at");
  if (header.type == FrameType::kRstStream || header.type == FrameType::kWindowUpdate) {
    require(s.opened, header, "sends on an idle stream");
    require(header.type == FrameType::kRstStream || !s.end_received, header,
            "gives credit for nothing");
  } else {
    require(!s.end_sent || header.type == FrameType::kContinuation, header,
            "sends behind END_STREAM");
  }
}

void FrameModel::data_sent(const FrameHeader& header) {
  Stream& s = at(header.stream_id);
  require(s.head_sent, header, "sends DATA before the head (RFC 9113 §8.1)");
  require(header.length > 0 || header.has(flags::kEndStream), header, "sends DATA of nothing");
  connection_.data_sent += header.length;
  s.data_sent += header.length;
  if (header.length > 0) {
    require(send_window() >= 0, header, "sends beyond the connection's window (RFC 9113 §6.9.1)");
    require(send_window(header.stream_id) >= 0, header,
            "sends beyond the stream's window (RFC 9113 §6.9.1)");
  }
  if (header.has(flags::kEndStream)) end_sent(&s);
}

void FrameModel::end_sent(Stream* stream) {
  stream->end_sent = true;
  stream->last_frame_end = end_offset_;
}

void FrameModel::add_fragment(const FrameHeader& header, gsl::span<const uint8_t> payload,
                              Block* block) {
  reference::Frame frame = reference::frame(static_cast<uint8_t>(header.type), header.flags,
                                            header.stream_id, std::string(text(payload)));
  block->octets += reference::content(frame).value_or("");
}

void FrameModel::block_sent(const FrameHeader& header) {
  if (!header.has(flags::kEndHeaders)) return;
  const Block block = std::exchange(sending_, {});
  ++blocks_sent_;
  std::optional<std::vector<reference::HeaderField>> fields = sent_blocks_.decode(block.octets);
  require(fields.has_value(), header, "sends a field block that cannot be decoded");
  require(sent_blocks_.table().max_size() <= peer_settings_.header_table_size, header,
          "keeps a larger HPACK table than the peer's (RFC 7541 §4.2)");
  Stream& s = at(block.stream_id);
  if (block.promised_id != 0) {
    Stream& promised = at(block.promised_id);
    require(role_ == Role::kServer && peer_settings_.enable_push != 0 && !promised.opened &&
                block.promised_id > highest_own_ && s.opened,
            header, "promises what it may not (RFC 9113 §6.6)");
    require(count_on_wire() < own_limit(), header, "promises above the peer's limit");
    highest_own_ = block.promised_id;
    promised.opened = promised.counted = promised.end_received = true;
    counted_.push_back(block.promised_id);
    return;
  }
  const bool has_status = fields && !fields->empty() && fields->front().name == ":status";
  if (s.head_sent) {
    require(block.end_stream, header, "sends trailers without END_STREAM (RFC 9113 §8.1)");
  } else if (role_ == Role::kClient) {
    require(block.stream_id > highest_own_, header, "uses a lower stream id (RFC 9113 §5.1.1)");
    require(count_on_wire() < own_limit(), header,
            "opens more streams than the peer's MAX_CONCURRENT_STREAMS (RFC 9113 §5.1.2)");
    highest_own_ = block.stream_id;
    s.opened = s.counted = s.head_sent = true;
    counted_.push_back(block.stream_id);
  } else {
    require(s.opened && has_status, header, "answers nothing");
    s.head_sent = has_status && fields->front().value >= "200";
    require(s.head_sent || !block.end_stream, header, "ends with an interim response");
  }
  if (block.end_stream) {
    end_sent(&s);
  }
}

void FrameModel::settings_sent(const FrameHeader& header, gsl::span<const uint8_t> payload) {
  if (header.has(flags::kAck)) {
    require(settings_to_acknowledge_ > 0, header, "acknowledges SETTINGS twice");
    --settings_to_acknowledge_;
    return;
  }
  own_in_flight_.push_back(parse_settings(payload));
  put(own_in_flight_.back(), &announced_);
  listener_->on_settings_sent(own_in_flight_.back());
}

// --- Frames that it receives.

void FrameModel::on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) {
  report_->trace([&] { return name_ + " < " + describe(header); });
  finish_open_data();
  if (peer_->in_flight_.empty()) return report_->fail(name_ + " receives what nobody sent");
  const Passed sent = peer_->in_flight_.front();
  peer_->in_flight_.pop_front();
  require(sent.header.type == header.type && sent.header.flags == header.flags &&
              sent.header.stream_id == header.stream_id && sent.header.length == header.length &&
              sent.digest == digest_of(payload),
          header, "receives another frame than was sent");
  switch (header.type) {
    case FrameType::kData:
      return data_received(header);
    case FrameType::kHeaders:
      receiving_ = {true, header.stream_id, 0, header.has(flags::kEndStream), ""};
      if (header.has(flags::kEndHeaders)) block_received();
      return;
    case FrameType::kPushPromise: {
      const size_t at = header.has(flags::kPadded) ? 1 : 0;
      const auto promised = static_cast<StreamId>(reference::number(text(payload).substr(at, 4)));
      receiving_ = {true, header.stream_id, promised, false, ""};
      if (header.has(flags::kEndHeaders)) block_received();
      return;
    }
    case FrameType::kContinuation:
      if (header.has(flags::kEndHeaders)) block_received();
      return;
    case FrameType::kRstStream:
      at(header.stream_id).reset_received = true;
      return;
    case FrameType::kSettings:
      return settings_received(header, payload);
    case FrameType::kPing:
      if (!header.has(flags::kAck)) pings_to_answer_.emplace_back(text(payload));
      return;
    case FrameType::kGoaway:
      peer_goaway_last_ = reference::parse_goaway(text(payload)).last_stream_id;
      for (auto& [id, s] : streams_) {
        if (s.own && s.opened && !s.reset_sent && id > *peer_goaway_last_) s.abandoned = true;
      }
      return;
    case FrameType::kWindowUpdate: {
      (header.stream_id == 0 ? connection_ : at(header.stream_id)).credit_received +=
          static_cast<int64_t>(reference::number(text(payload)));
      const int64_t window = header.stream_id == 0 ? send_window() : send_window(header.stream_id);
      return require(window <= kMax, header, "is given too much credit (RFC 9113 §6.9.1)");
    }
    default:
      return;
  }
}

void FrameModel::data_received(const FrameHeader& header) {
  connection_.data_received += header.length;
  at(header.stream_id).data_received += header.length;
  open_data_ = {header.stream_id, header.length, header.has(flags::kEndStream)};
}

void FrameModel::end_open_data() {
  if (open_data_.end_stream) at(open_data_.stream_id).end_received = true;
}

void FrameModel::finish_open_data() {
  end_open_data();
  open_data_ = {};
}

void FrameModel::block_received() {
  const Block block = std::exchange(receiving_, {});
  ++blocks_received_;
  Stream& s = at(block.stream_id);
  if (block.promised_id != 0) {
    Stream& promised = at(block.promised_id);
    promised.opened = promised.end_sent = true;
    promised.refused = block.promised_id > own_goaway_last_.value_or(kMaxStreamId);
    promised.counted = !promised.refused && !s.reset_sent && announced_.enable_push != 0 &&
                       count(/*own=*/false) < announced_.max_concurrent_streams;
    if (promised.counted) counted_.push_back(block.promised_id);
    return;
  }
  if (role_ == Role::kServer && !s.opened) {
    s.opened = true;
    s.refused = block.stream_id > own_goaway_last_.value_or(kMaxStreamId);
    s.counted = !s.refused && count(/*own=*/false) < announced_.max_concurrent_streams;
    if (s.counted) counted_.push_back(block.stream_id);
  }
  if (block.end_stream) s.end_received = true;
}

void FrameModel::settings_received(const FrameHeader& header, gsl::span<const uint8_t> payload) {
  if (header.has(flags::kAck)) {
    if (own_in_flight_.empty()) return report_->fail(name_ + " is acknowledged nothing");
    put(own_in_flight_.front(), &own_settings_);
    own_in_flight_.pop_front();
    return;
  }
  peer_settings_known_ = true;
  put(parse_settings(payload), &peer_settings_);
  sent_blocks_.set_max_table_size(peer_settings_.header_table_size);
  ++settings_to_acknowledge_;
}

}  // namespace headrace::self_play
