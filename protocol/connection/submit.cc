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

// What we send is checked by the rules of what we receive; `rule` only with
// Options::validate_outbound, `head` always.
const Rule* Connection::check_fields(FieldsView fields, const Body& body, RequestHead* head) const {
  const bool connect_protocol = peer_settings_.enable_connect_protocol != 0;
  if (!options_.validate_outbound) {
    read_outbound_request(fields, head);
    return nullptr;
  }
  if (const Rule* rule = check_outbound_request(fields, connect_protocol, head)) return rule;
  std::optional<size_t> size = body.size();
  const bool kept = !size || head->content_length == kNoContentLength ||
                    static_cast<int64_t>(*size) == head->content_length;
  return kept ? nullptr : &kContentLengthKept;
}

const Rule* Connection::check_fields(FieldsView fields, ResponseHead* head) const {
  if (options_.validate_outbound) return check_outbound_response(fields, head);
  read_outbound_response(fields, head);
  return nullptr;
}

// RFC 9113 §6.5.2: the peer has said what it takes; more would only be refused.
bool Connection::exceeds_peer_limit(FieldsView fields) const {
  const uint32_t limit = peer_settings_.max_header_list_size;
  if (limit == SettingValues::kUnlimited) return false;
  size_t size = 0;
  for (const Field& field : fields) size += field.name.size() + field.value.size() + 32;
  return size > limit;
}

Stream* Connection::find_for_command(StreamId id, SubmitError* error) {
  *error = SubmitError::kNone;
  if (phase_ != Phase::kOpen) {
    *error = SubmitError::kConnectionGone;
    return nullptr;
  }
  Stream* stream = streams_.find(id);
  if (stream != nullptr && stream->announced && !is_closed(stream->state)) return stream;
  const bool unused = is_own(id) ? id >= next_own_stream_ : id > last_peer_stream_;
  *error = id == 0 || unused ? SubmitError::kUnknownStream : SubmitError::kStreamGone;
  return nullptr;
}

RequestResult Connection::submit_request(FieldsView fields, Body body, uintptr_t user_data) {
  if (role_ != Role::kClient) return {SubmitError::kWrongRole};
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  if (is_going_away()) return {SubmitError::kGoingAway};
  if (next_own_stream_ > kMaxStreamId) return {SubmitError::kStreamIdsExhausted};
  RequestHead head;
  if (const Rule* rule = check_fields(fields, body, &head)) {
    return {SubmitError::kInvalidFields, rule};
  }
  if (exceeds_peer_limit(fields)) return {SubmitError::kTooLarge};
  Stream* stream = create_own_stream(head, user_data);
  if (stream == nullptr) return {SubmitError::kTooManyStreams};
  const StreamId id = stream->id;
  stream->body.start(std::move(body), options_.send_buffer_size);
  ++statistics_.requests_sent;
  if (waiting_.empty() && own_streams_ < own_streams_limit()) {
    open_request(stream, fields);
  } else {
    stream->held_head = std::make_unique<HeldFields>(fields);
    waiting_.push_back(stream);
    ++waiting_requests_;
  }
  return {SubmitError::kNone, nullptr, id};
}

RequestResult Connection::submit_push(StreamId stream_id, FieldsView fields, uintptr_t user_data) {
  static constexpr Rule kSafe = {"RFC 9113 §8.4",
                                 "a promised request is safe, cacheable and without content"};
  if (role_ != Role::kServer) return {SubmitError::kWrongRole};
  SubmitError error;
  Stream* on = find_for_command(stream_id, &error);
  if (on == nullptr) return {error};
  // §6.6: on a stream of the client's, before its end.
  if (is_own(stream_id) || on->sending_ended ||
      !on_send(on->state, StreamInput::kPushPromise).accepted()) {
    return {SubmitError::kWrongState};
  }
  if (peer_settings_.enable_push == 0) return {SubmitError::kPushDisabled};
  if (is_going_away()) return {SubmitError::kGoingAway};
  if (next_own_stream_ > kMaxStreamId) return {SubmitError::kStreamIdsExhausted};
  // A reserved stream does not count yet (§5.1.2), but its response would have to wait.
  if (own_streams_ >= own_streams_limit()) return {SubmitError::kTooManyStreams};
  RequestHead head;
  if (const Rule* rule = check_fields(fields, Body::none(), &head)) {
    return {SubmitError::kInvalidFields, rule};
  }
  if (exceeds_peer_limit(fields)) return {SubmitError::kTooLarge};
  if (!head.is_safe || head.content_length > 0) return {SubmitError::kInvalidFields, &kSafe};
  Stream* stream = create_own_stream(head, user_data);
  if (stream == nullptr) return {SubmitError::kTooManyStreams};
  stream->state = on_send(StreamState::kIdle, StreamInput::kPromised).next;
  stream->head_received = true;
  stream->counted = true;
  ++own_streams_;
  write_promise(stream_id, stream->id, fields);
  return {SubmitError::kNone, nullptr, stream->id};
}

uint32_t Connection::own_streams_limit() const {
  return settings_received_ ? peer_settings_.max_concurrent_streams
                            : options_.assumed_concurrent_streams;
}

Stream* Connection::create_own_stream(const RequestHead& request, uintptr_t user_data) {
  Stream* stream = streams_.create(next_own_stream_);
  if (stream == nullptr) return nullptr;
  next_own_stream_ += 2;
  if (next_own_stream_ > kMaxStreamId && role_ == Role::kClient) ids_exhausted_event_due_ = true;
  stream->request = request;
  stream->announced = true;
  stream->user_data = user_data;
  stream->automatic_credit = options_.automatic_credit;
  return stream;
}

// The request goes out: from now on the stream is open.
void Connection::open_request(Stream* stream, FieldsView fields) {
  stream->counted = true;
  ++own_streams_;
  start_message(stream, fields, /*bodiless=*/false);
}

bool Connection::can_open_waiting() const {
  return phase_ == Phase::kOpen && !waiting_.empty() && own_streams_ < own_streams_limit();
}

void Connection::open_waiting() {
  while (can_open_waiting()) {
    Stream* stream = waiting_.front();
    std::unique_ptr<HeldFields> head = stop_waiting(stream);
    open_request(stream, head->view());
  }
}

std::unique_ptr<HeldFields> Connection::stop_waiting(Stream* stream) {
  waiting_.remove(stream);
  --waiting_requests_;
  return std::move(stream->held_head);
}

// Writes the head of a message whose body is set: END_STREAM rides on it when nothing follows.
void Connection::start_message(Stream* stream, FieldsView fields, bool bodiless) {
  stream->state = on_send(stream->state, StreamInput::kHeaders).next;
  stream->head_sent = true;
  const bool end_stream = bodiless || (stream->body.drained() && !stream->body.has_trailers());
  write_field_block(stream->id, fields, end_stream);
  if (!end_stream) return send_end_or_schedule(stream);
  stream->body.cancel();
  stream->released_event_due = stream->body.owes_release();
  notify(stream);
  finish_sending(stream);
}

SubmitResult Connection::submit_response(StreamId stream_id, FieldsView fields, Body body) {
  if (role_ != Role::kServer) return {SubmitError::kWrongRole};
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->head_sent) return {SubmitError::kWrongState};
  ResponseHead head;
  if (const Rule* rule = check_fields(fields, &head)) return {SubmitError::kInvalidFields, rule};
  if (exceeds_peer_limit(fields)) return {SubmitError::kTooLarge};
  if (head.status < 200) return {SubmitError::kInvalidArgument};
  // RFC 9110 §6.4.1: these responses have no content, whatever their fields say of one.
  bool bodiless = stream->request.is_head || head.status == 204 || head.status == 304;
  std::optional<size_t> size = body.size();
  if (!bodiless && size && head.content_length != kNoContentLength &&
      static_cast<int64_t>(*size) != head.content_length) {
    return {SubmitError::kInvalidFields, &kContentLengthKept};
  }

  stream->tunnel = stream->request.is_connect && head.status < 300;
  stream->body.start(std::move(body), options_.send_buffer_size);
  start_message(stream, fields, bodiless);
  return {};
}

SubmitResult Connection::submit_informational(StreamId stream_id, FieldsView fields) {
  if (role_ != Role::kServer) return {SubmitError::kWrongRole};
  SubmitError error;
  Stream* stream = find_for_command(stream_id, &error);
  if (stream == nullptr) return {error};
  if (stream->head_sent) return {SubmitError::kWrongState};
  ResponseHead head;
  if (const Rule* rule = check_fields(fields, &head)) return {SubmitError::kInvalidFields, rule};
  if (exceeds_peer_limit(fields)) return {SubmitError::kTooLarge};
  if (head.status < 100 || head.status >= 200) return {SubmitError::kInvalidArgument};
  stream->state = on_send(stream->state, StreamInput::kHeaders).next;
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
  const bool has_head = stream->head_sent || stream->held_head != nullptr;
  if (!has_head || stream->tunnel || (is_own(stream_id) && stream->request.is_connect) ||
      stream->body.has_trailers() || stream->sending_ended) {
    return {SubmitError::kWrongState};
  }
  if (options_.validate_outbound) {
    if (const Rule* rule = check_outbound_trailers(fields)) {
      return {SubmitError::kInvalidFields, rule};
    }
  }
  if (exceeds_peer_limit(fields)) return {SubmitError::kTooLarge};
  stream->body.finish();
  if (fields.empty()) {
    stream->body.drop_trailers();
    send_end_or_schedule(stream);
    return {};
  }
  // Taken now, sent when the body is out: so they are encoded without the table.
  std::vector<uint8_t> block(max_block_size(fields));
  uint8_t* end = block.data();
  for (const Field& field : fields) end = hpack::Encoder::add_stateless(field, end);
  block.resize(static_cast<size_t>(end - block.data()));
  stream->body.set_trailers(std::move(block));
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
  StreamError reason;
  reason.code = code;
  reason.frame = FrameType::kRstStream;
  reason.stream_id = stream_id;
  if (stream->held_head != nullptr) {  // the peer knows nothing of it
    stream->retry_safe = true;
    close_stream(stream, StreamState::kClosedSkipped, ClosedBy::kLocal, reason);
  } else {
    reset(stream_id, code);
    close_stream(stream, StreamState::kClosedResetSent, ClosedBy::kLocal, reason);
  }
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
    if (setting.id == SettingId::kEnablePush && setting.value != 0 && role_ == Role::kServer) {
      rule = &kServerPush;
    }
    if (rule != nullptr) return {SubmitError::kInvalidArgument, rule};
  }
  send_settings(settings);
  return {};
}

SubmitResult Connection::ping(uint64_t opaque) {
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  send_ping(opaque, PingPurpose::kApplication);
  return {};
}

SubmitResult Connection::submit_frame(uint8_t type, uint8_t flags, StreamId stream_id,
                                      gsl::span<const uint8_t> payload) {
  if (phase_ != Phase::kOpen) return {SubmitError::kConnectionGone};
  if (type <= static_cast<uint8_t>(FrameType::kContinuation) || stream_id > kMaxStreamId) {
    return {SubmitError::kInvalidArgument};
  }
  if (payload.size() > peer_settings_.max_frame_size) return {SubmitError::kTooLarge};
  uint8_t* room = output_.reserve(FrameHeader::kSize + payload.size());
  queue(room, write_frame(static_cast<FrameType>(type), flags, stream_id, payload, room));
  return {};
}

void Connection::send_ping(uint64_t opaque, PingPurpose purpose) {
  pings_in_flight_.push_back({opaque, purpose, now_});
  write_ping(opaque, /*ack=*/false);
}

void Connection::send_settings(gsl::span<const Setting> settings) {
  for (const Setting& setting : settings) {
    if (setting.id == SettingId::kMaxConcurrentStreams) announced_max_streams_ = setting.value;
    if (setting.id == SettingId::kEnablePush) announced_push_ = setting.value != 0;
  }
  size_t size = FrameHeader::kSize + settings.size() * SettingsEntries::kEntrySize;
  uint8_t* room = output_.reserve(size);
  queue(room, write_settings(settings, room));
  settings_in_flight_.push(settings);
  restart_settings_deadline(now_);
}

// A field block in HEADERS, and CONTINUATION when it does not fit into one frame.
void Connection::write_field_block(StreamId id, FieldsView fields, bool end_stream) {
  size_t bound = max_block_size(fields);
  if (bound <= kMinMaxFrameSize && options_.padding == nullptr) {
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
    queue(frame, end);
    return;
  }
  write_headers_frames(id, encode_block(fields), end_stream);
}

void Connection::write_promise(StreamId id, StreamId promised_id, FieldsView fields) {
  std::vector<uint8_t> block = encode_block(fields);
  uint32_t max_frame_size = peer_settings_.max_frame_size;
  if (options_.padding != nullptr) {
    std::vector<uint8_t> content(4);
    for (int i = 0; i < 4; ++i) content[i] = static_cast<uint8_t>(promised_id >> (24 - 8 * i));
    content.insert(content.end(), block.begin(), block.end());
    if (write_padded_block(FrameType::kPushPromise, 0, id, content)) return;
  }
  uint8_t* room = output_.reserve(field_block_frames_size(block.size() + 4, max_frame_size));
  queue(room, write_push_promise(id, promised_id, block, max_frame_size, room));
}

// RFC 9113 §6.2, §6.6: HEADERS or PUSH_PROMISE that fit into one frame, with padding. False: there
// is none to add.
bool Connection::write_padded_block(FrameType type, uint8_t flags, StreamId id,
                                    gsl::span<const uint8_t> content) {
  const size_t max_frame_size = peer_settings_.max_frame_size;
  if (content.size() >= max_frame_size) return false;
  flags |= flags::kEndHeaders;
  const FrameHeader plain{static_cast<uint32_t>(content.size()), type, flags, id};
  const size_t padding = padding_for(plain, max_frame_size - content.size());
  if (padding == 0) return false;
  FrameHeader header = plain;
  header.length += static_cast<uint32_t>(padding);
  header.flags |= flags::kPadded;
  uint8_t* frame = output_.reserve(FrameHeader::kSize + header.length);
  uint8_t* at = write_frame_header(header, frame);
  *at++ = static_cast<uint8_t>(padding - 1);
  at = std::copy(content.begin(), content.end(), at);
  queue(frame, std::fill_n(at, padding - 1, uint8_t{0}));
  return true;
}

std::vector<uint8_t> Connection::encode_block(FieldsView fields) {
  std::vector<uint8_t> block(max_block_size(fields));
  uint8_t* end = encoder_.begin_block(block.data());
  for (const Field& field : fields) end = encoder_.add(field, end);
  block.resize(static_cast<size_t>(end - block.data()));
  return block;
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
  const uint8_t end_flag = end_stream ? flags::kEndStream : 0;
  if (options_.padding != nullptr && write_padded_block(FrameType::kHeaders, end_flag, id, block)) {
    return;
  }
  uint32_t max_frame_size = peer_settings_.max_frame_size;
  uint8_t* room = output_.reserve(field_block_frames_size(block.size(), max_frame_size));
  queue(room, write_headers(id, block, end_stream, max_frame_size, room));
}

}  // namespace headrace::inline HEADRACE_ABI
