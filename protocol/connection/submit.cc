#include <limits>
#include <optional>

#include "protocol/connection/connection.h"
#include "protocol/frame/frame_writer.h"

// Commands. Each checks everything first; after an error nothing was sent and nothing was taken.

namespace headrace::inline HEADRACE_ABI {
namespace {

// Octets that `fields` can come to as a field block.
size_t max_block_size(FieldsView fields) {
  size_t size = hpack::Encoder::kMaxBeginSize;
  for (const Field& field : fields) size += hpack::Encoder::max_field_size(field);
  return size;
}

}  // namespace

Stream* Connection::find_for_command(StreamId id, SubmitError* error) {
  *error = SubmitError::kNone;
  if (phase_ != Phase::kOpen) {
    *error = SubmitError::kConnectionGone;
    return nullptr;
  }
  Stream* stream = streams_.find(id);
  if (stream != nullptr && stream->announced && !is_closed(stream->state)) return stream;
  *error = id % 2 == 0 || id > last_peer_stream_ ? SubmitError::kUnknownStream
                                                 : SubmitError::kStreamGone;
  return nullptr;
}

SubmitResult Connection::submit_response(StreamId stream_id, FieldsView fields, Body body) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->response_started) return {SubmitError::kWrongState};
  ResponseHead head;
  if (const Rule* rule = check_outbound_response(fields, &head)) {
    return {SubmitError::kInvalidFields, rule};
  }
  if (head.status < 200) return {SubmitError::kInvalidArgument};
  // RFC 9110 §6.4.1: these responses have no content, whatever their fields say of one.
  bool bodiless = stream->request.is_head || head.status == 204 || head.status == 304;
  std::optional<size_t> size = body.size();
  if (!bodiless && size && head.content_length != kNoContentLength &&
      static_cast<int64_t>(*size) != head.content_length) {
    return {SubmitError::kInvalidFields, &kContentLengthKept};
  }

  stream->response_started = true;
  stream->tunnel = stream->request.is_connect && head.status < 300;
  bool end_stream = bodiless || size == 0;
  write_field_block(stream_id, fields, end_stream);
  stream->body.start(std::move(body), options_.send_buffer_size);
  if (end_stream) {
    stream->body.cancel();
    stream->released_event_due = stream->body.owes_release();
    notify(stream);
    finish_sending(stream);
  } else {
    schedule(stream);
  }
  return {};
}

SubmitResult Connection::submit_informational(StreamId stream_id, FieldsView fields) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->response_started) return {SubmitError::kWrongState};
  ResponseHead head;
  if (const Rule* rule = check_outbound_response(fields, &head)) {
    return {SubmitError::kInvalidFields, rule};
  }
  if (head.status >= 200) return {SubmitError::kInvalidArgument};
  write_field_block(stream_id, fields, /*end_stream=*/false);
  return {};
}

SendResult Connection::send_data(StreamId stream_id, gsl::span<const uint8_t> bytes,
                                 bool end_stream) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (!stream->body.accepts_data()) return {SubmitError::kWrongState};
  size_t accepted = stream->body.append(bytes);
  if (end_stream && accepted == bytes.size()) stream->body.finish();
  send_end_or_schedule(stream);
  return {SubmitError::kNone, accepted};
}

SubmitResult Connection::send_trailers(StreamId stream_id, FieldsView fields) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  // Not before the head, not after the end, and not in a tunnel (§8.5).
  if (!stream->response_started || stream->tunnel || stream->body.has_trailers() ||
      stream->sending_ended) {
    return {SubmitError::kWrongState};
  }
  if (const Rule* rule = check_outbound_trailers(fields)) {
    return {SubmitError::kInvalidFields, rule};
  }
  // Taken now, sent when the body is out: so they are encoded without the table.
  std::vector<uint8_t> block(max_block_size(fields));
  uint8_t* end = block.data();
  for (const Field& field : fields) end = hpack::Encoder::add_stateless(field, end);
  block.resize(static_cast<size_t>(end - block.data()));
  stream->body.set_trailers(std::move(block));
  stream->body.finish();
  send_end_or_schedule(stream);
  return {};
}

SubmitResult Connection::resume(StreamId stream_id) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->body.source() == nullptr) return {SubmitError::kWrongState};
  stream->body.set_source_waiting(false);
  schedule(stream);
  return {};
}

SubmitResult Connection::reset_stream(StreamId stream_id, ErrorCode code) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  reset(stream_id, code);
  StreamError reason;
  reason.code = code;
  reason.frame = FrameType::kRstStream;
  reason.stream_id = stream_id;
  close_stream(stream, StreamState::kClosedResetSent, ClosedBy::kLocal, reason);
  return {};
}

SubmitResult Connection::credit(StreamId stream_id, uint32_t size) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (size > stream->uncredited) return {SubmitError::kTooLarge};
  stream->uncredited -= size;
  give_connection_credit(size);
  give_stream_credit(stream, size);
  return {};
}

SubmitResult Connection::set_automatic_credit(StreamId stream_id, bool automatic) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  stream->automatic_credit = automatic;
  return automatic ? credit(stream_id, stream->uncredited) : SubmitResult{};
}

SubmitResult Connection::set_user_data(StreamId stream_id, uintptr_t user_data) {
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  stream->user_data = user_data;
  return {};
}

SubmitResult Connection::submit_settings(gsl::span<const Setting> settings) {
  static constexpr Rule kServerPush = {"RFC 9113 §6.5.2", "a server does not enable push"};
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  if (settings.size() * SettingsEntries::kEntrySize > peer_settings_.max_frame_size) {
    return {SubmitError::kTooLarge};
  }
  for (const Setting& setting : settings) {
    ErrorCode code;
    const Rule* rule = check_setting(setting, own_settings_, &code);
    if (setting.id == SettingId::kEnablePush && setting.value != 0) rule = &kServerPush;
    if (rule != nullptr) return {SubmitError::kInvalidArgument, rule};
  }
  send_settings(settings);
  return {};
}

SubmitResult Connection::ping(uint64_t opaque) {
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  ++pings_in_flight_;
  output_.commit(write_ping(opaque, /*ack=*/false, output_.reserve(kPingSize)));
  return {};
}

void Connection::send_settings(gsl::span<const Setting> settings) {
  for (const Setting& setting : settings) {
    if (setting.id == SettingId::kMaxConcurrentStreams) announced_max_streams_ = setting.value;
  }
  size_t size = FrameHeader::kSize + settings.size() * SettingsEntries::kEntrySize;
  output_.commit(write_settings(settings, output_.reserve(size)));
  settings_in_flight_.push(settings);
  restart_settings_deadline(now_);
}

// A field block in HEADERS, and CONTINUATION when it does not fit into one frame.
void Connection::write_field_block(StreamId id, FieldsView fields, bool end_stream) {
  size_t bound = max_block_size(fields);
  if (bound <= kMinMaxFrameSize) {
    // One frame for sure, whatever the peer's maximum: encoded where it is sent from.
    uint8_t* frame = output_.reserve(FrameHeader::kSize + bound);
    uint8_t* block = frame + FrameHeader::kSize;
    uint8_t* end = encoder_.begin_block(block);
    for (const Field& field : fields) end = encoder_.add(field, end);
    FrameHeader header;
    header.length = static_cast<uint32_t>(end - block);
    header.type = FrameType::kHeaders;
    header.flags = flags::kEndHeaders | (end_stream ? flags::kEndStream : 0);
    header.stream_id = id;
    write_frame_header(header, frame);
    output_.commit(end);
    return;
  }
  std::vector<uint8_t> block(bound);
  uint8_t* end = encoder_.begin_block(block.data());
  for (const Field& field : fields) end = encoder_.add(field, end);
  block.resize(static_cast<size_t>(end - block.data()));
  write_headers_frames(id, block, end_stream);
}

// The trailers were encoded without the table; only table size updates may come before them.
void Connection::write_trailers(Stream* stream) {
  gsl::span<const uint8_t> fields = stream->body.trailers();
  std::vector<uint8_t> block(hpack::Encoder::kMaxBeginSize + fields.size());
  uint8_t* end = encoder_.begin_block(block.data());
  end = std::copy(fields.begin(), fields.end(), end);
  block.resize(static_cast<size_t>(end - block.data()));
  write_headers_frames(stream->id, block, /*end_stream=*/true);
}

void Connection::write_headers_frames(StreamId id, gsl::span<const uint8_t> block,
                                      bool end_stream) {
  uint32_t max_frame_size = peer_settings_.max_frame_size;
  uint8_t* room = output_.reserve(field_block_frames_size(block.size(), max_frame_size));
  output_.commit(write_headers(id, block, end_stream, max_frame_size, room));
}

}  // namespace headrace::inline HEADRACE_ABI
