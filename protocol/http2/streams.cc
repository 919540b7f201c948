#include "headrace/protocol/http2/streams.h"

namespace headrace {
HEADRACE_ABI_BEGIN

[[gnu::always_inline]] inline void Streams::free_apart(Stream* stream) {
  if (stream->incoming != nullptr) apart_->incoming.destroy(stream->incoming);
  if (stream->outgoing != nullptr) apart_->outgoing.destroy(stream->outgoing);
  if (stream->end.reason_ != nullptr) apart_->reasons.destroy(stream->end.reason_);
}

Streams::~Streams() {
  for (Stream* stream = oldest(); stream != nullptr; stream = next(stream)) free_apart(stream);
}

Streams::Apart& Streams::make_apart() {
  apart_.reset(new Apart{SlabPool<IncomingMessage>(records_), SlabPool<OutgoingMessage>(unbounded_),
                         SlabPool<StreamError>(unbounded_)});
  return *apart_;
}

bool Streams::add_incoming(Stream* stream) {
  stream->incoming = apart().incoming.create();
  return stream->incoming != nullptr;
}

void Streams::keep_reason(Stream* stream, const StreamError& reason) {
  stream->end.reason_ = apart().reasons.create(reason);
}

Stream* Streams::create_own(bool content) {
  Stream* stream = create(next_own_, content);
  if (stream != nullptr) next_own_ += 2;
  return stream;
}

void Streams::reset_again(StreamId id, Stream* stream) {
  if (stream != nullptr) {  // its record is still needed
    stream->life.state_ = StreamState::kClosedResetSent;
  } else {
    (is_own(id) ? closed_own_ : closed_peer_).remember(id, StreamState::kClosedResetSent);
  }
}

void Streams::erase(Stream* stream) {
  (is_own(stream->id) ? closed_own_ : closed_peer_).remember(stream->id, stream->life.state_);
  free_apart(stream);
  table_.erase(stream);
}

HEADRACE_ABI_END
}  // namespace headrace
