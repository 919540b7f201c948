#include "protocol/connection/connection.h"
#include "protocol/frame/frame_writer.h"

// Field blocks -> messages (RFC 9113 §4.3, §8). A block is decoded before its stream is looked up,
// so that the HPACK table is right whatever becomes of the stream.

namespace headrace::inline HEADRACE_ABI {
namespace {

constexpr Rule kSelf = {"RFC 7540 §5.3.1", "a stream does not depend on itself"};

}  // namespace

EventPtr Connection::on_headers(gsl::span<const uint8_t> payload) {
  static constexpr Rule kClientIds = {"RFC 9113 §5.1.1", "a client uses odd-numbered streams"};
  PaddedPayload parsed;
  ErrorDetail error;
  FrameFault fault = parse_padded(header_, payload, &parsed, &error);
  if (fault == FrameFault::kConnection) {
    fail(ConnectionError{error});
    return nullptr;
  }
  if (header_.stream_id % 2 == 0) {
    fail(ErrorCode::kProtocolError, kClientIds, header_.stream_id);
    return nullptr;
  }
  block_ = {};
  block_.open = true;
  block_.stream_id = header_.stream_id;
  block_.end_stream = header_.has(flags::kEndStream);
  block_.depends_on_itself = fault == FrameFault::kStream;
  block_bytes_.clear();
  // The usual case: the whole block lies in the payload and is decoded where it is.
  if (header_.has(flags::kEndHeaders)) return on_field_block(parsed.content);
  add_fragment(parsed.content);
  return nullptr;
}

EventPtr Connection::on_continuation(gsl::span<const uint8_t> payload) {
  if (!add_fragment(payload)) return nullptr;
  if (!header_.has(flags::kEndHeaders)) return nullptr;
  return on_field_block(block_bytes_.bytes());
}

// A block that is too long, or cut into too many pieces, costs the connection: it has to be decoded
// to its end to keep the table right, and it never ends.
bool Connection::add_fragment(gsl::span<const uint8_t> fragment) {
  static constexpr Rule kFrames = {"limits.h extra_continuations",
                                   "a field block comes in a bounded number of frames"};
  static constexpr Rule kTinyFrames = {"limits.h tiny_continuations",
                                       "a field block is not cut into many tiny frames"};
  static constexpr Rule kMemory = {"limits.h connection_memory",
                                   "a field block fits into the connection's memory budget"};
  constexpr size_t kTiny = 64;
  const Limits& limits = options_.limits;
  uint32_t needed =
      (limits.field_list_size + own_settings_.max_frame_size - 1) / own_settings_.max_frame_size;
  if (++block_.frames > needed + limits.extra_continuations) {
    fail(ErrorCode::kEnhanceYourCalm, kFrames, block_.frames, needed + limits.extra_continuations);
  } else if (header_.type == FrameType::kContinuation && fragment.size() < kTiny &&
             !header_.has(flags::kEndHeaders) && ++block_.tiny_frames > limits.tiny_continuations) {
    fail(ErrorCode::kEnhanceYourCalm, kTinyFrames, block_.tiny_frames, limits.tiny_continuations);
  } else if (!block_bytes_.append(fragment)) {
    fail(ErrorCode::kEnhanceYourCalm, kMemory, block_bytes_.size() + fragment.size(),
         ledger_.budget());
  } else {
    return true;
  }
  return false;
}

EventPtr Connection::on_field_block(gsl::span<const uint8_t> block) {
  static constexpr Rule kMemory = {"limits.h connection_memory",
                                   "decoded fields fit into the connection's memory budget"};
  block_.open = false;
  block_deadline_ = TimePoint::max();
  field_storage_.clear();
  hpack::DecodeLimits limits{options_.limits.field_list_size, options_.limits.fields_per_section};
  hpack::DecodeResult result = decoder_.decode(block, limits, &field_storage_);
  using Status = hpack::DecodeResult::Status;
  if (result.status == Status::kMalformed) {
    fail(ErrorCode::kCompressionError, *result.rule, result.offset);
    return nullptr;
  }
  if (result.status == Status::kNoMemory) {
    fail(ErrorCode::kEnhanceYourCalm, kMemory, result.list_size, ledger_.budget());
    return nullptr;
  }
  bool too_large = result.status == Status::kTooLarge;
  Stream* stream = streams_.find(block_.stream_id);
  StreamState before = state_of(block_.stream_id, stream);
  if (!receive_on(stream, StreamInput::kHeaders)) return nullptr;
  return before == StreamState::kIdle ? on_request(too_large) : on_trailers(stream, too_large);
}

// The stream has just left the idle state.
EventPtr Connection::on_request(bool too_large) {
  static constexpr Rule kConcurrency = {"RFC 9113 §5.1.2",
                                        "no more streams are open than MAX_CONCURRENT_STREAMS"};
  static constexpr Rule kMemory = {"limits.h connection_memory",
                                   "a stream fits into the connection's memory budget"};
  StreamId id = block_.stream_id;
  last_peer_stream_ = id;
  if (id > goaway_last_stream_) {  // §6.8: sent before our GOAWAY arrived; the client will retry
    closed_streams_.remember(id, StreamState::kClosedResetSent);
    return nullptr;
  }
  if (peer_streams_ >= announced_max_streams_) {
    fail_stream(frame_error(ErrorCode::kRefusedStream, kConcurrency, peer_streams_ + 1,
                            announced_max_streams_));
    return nullptr;
  }
  Stream* stream = streams_.create(id);
  if (stream == nullptr) {
    fail_stream(frame_error(ErrorCode::kRefusedStream, kMemory));
    return nullptr;
  }
  stream->state = StreamState::kOpen;
  stream->counted = true;
  ++peer_streams_;
  stream->automatic_credit = options_.automatic_credit;

  if (block_.depends_on_itself) {
    fail_stream(frame_error(ErrorCode::kProtocolError, kSelf));
    return nullptr;
  }
  if (too_large) {
    if (block_.end_stream) end_of_message(stream);
    refuse_too_large(stream);
    return nullptr;
  }
  MessageOptions rules{options_.trim_field_values, own_settings_.enable_connect_protocol != 0};
  if (const Rule* rule = check_request(field_storage_.fields(), rules, &stream->request)) {
    fail_stream(frame_error(ErrorCode::kProtocolError, *rule));
    return nullptr;
  }
  if (!content_length_kept(stream, 0, block_.end_stream)) {
    fail_stream(frame_error(ErrorCode::kProtocolError, kContentLengthKept, 0,
                            static_cast<uint64_t>(stream->request.content_length)));
    return nullptr;
  }
  ++statistics_.requests_received;
  stream->announced = true;
  if (block_.end_stream) end_of_message(stream);
  return recycler_.lend(RequestReceived{id, 0, block_.end_stream, FieldSection(field_storage_)});
}

EventPtr Connection::on_trailers(Stream* stream, bool too_large) {
  static constexpr Rule kEndStream = {"RFC 9113 §8.1", "a trailer section ends its stream"};
  static constexpr Rule kTunnel = {"RFC 9113 §8.5",
                                   "a connected tunnel carries DATA and nothing else"};
  static constexpr Rule kListSize = {"limits.h field_list_size",
                                     "a trailer section stays within the limits of a field list"};
  if (!stream->announced) {  // the rest of a request that was answered 431
    if (block_.end_stream) end_of_message(stream);
    return nullptr;
  }
  MessageOptions rules{options_.trim_field_values, false};
  const Rule* broken = nullptr;
  ErrorCode code = ErrorCode::kProtocolError;
  if (block_.depends_on_itself) {
    broken = &kSelf;
  } else if (!block_.end_stream) {
    broken = &kEndStream;
  } else if (stream->tunnel) {
    broken = &kTunnel;
  } else if (too_large) {
    broken = &kListSize;
    code = ErrorCode::kEnhanceYourCalm;
  } else if (!content_length_kept(stream, 0, /*end_stream=*/true)) {
    broken = &kContentLengthKept;
  } else {
    broken = check_trailers(field_storage_.fields(), rules);
  }
  if (broken != nullptr) {
    fail_stream(frame_error(code, *broken));
    return nullptr;
  }
  StreamId id = stream->id;
  uintptr_t user_data = stream->user_data;
  end_of_message(stream);
  return recycler_.lend(TrailersReceived{id, user_data, true, FieldSection(field_storage_)});
}

// The peer's END_STREAM has been accepted.
void Connection::end_of_message(Stream* stream) {
  Transition end = on_receive(stream->state, StreamInput::kEndStream);
  stream->state = end.next;
  if (is_closed(end.next)) close_stream(stream, end.next, ClosedBy::kEnd, StreamError{});
}

// RFC 6585 §5: the request's fields were too large to be looked at. The application never hears of
// it.
void Connection::refuse_too_large(Stream* stream) {
  ++statistics_.requests_too_large;
  stream->response_started = true;
  write_field_block(stream->id, {{":status", "431"}}, /*end_stream=*/true);
  count_reply();
  finish_sending(stream);
}

// RFC 9113 §8.1.1: whether the announced content-length can still come true after `more` octets of
// DATA.
bool Connection::content_length_kept(const Stream* stream, uint32_t more, bool end_stream) const {
  int64_t announced = stream->request.content_length;
  if (announced == kNoContentLength) return true;
  int64_t sum = stream->body_received + more;
  return end_stream ? sum == announced : sum <= announced;
}

}  // namespace headrace::inline HEADRACE_ABI
