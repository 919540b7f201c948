#include "headrace/protocol/http2/engine/sending_heads.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// Octets read ahead from a BodySource before a head is written that depends on its length. Most
// such bodies fit, so they get a content-length.
constexpr size_t kSmallBody = 2048;
// One more, because a source may report its end only after its last octet.
constexpr size_t kFirstOctets = kSmallBody + 1;

}  // namespace

ResponseFacts SendingHeads::facts_of(const Stream* stream) const {
  ResponseFacts facts;
  facts.is_head = stream->exchange.request().is_head;
  facts.is_connect = stream->exchange.request().is_connect;
  facts.date = date().text();
  return facts;
}

OutgoingHead SendingHeads::outgoing_head(const Stream* stream, const NamedFields& fields,
                                         const Body& body, const PreparedPart& prepared) const {
  if (!options().complete_heads) return OutgoingHead(fields, prepared);
  ResponseFacts facts = facts_of(stream);
  facts.body = body.bytes();
  facts.body_size = body.size();
  return OutgoingHead::complete(fields, facts, prepared);
}

void SendingHeads::begin_message(Stream* stream, const OutgoingHead& head, bool end_stream) const {
  (void)streams().send(stream, StreamInput::kHeaders);
  writing_frames().write_field_block(stream->id, head, end_stream);
  stream->exchange.note_head_sent(outbox().end_offset());
}

void SendingHeads::start_message(Stream* stream, const OutgoingHead& head, bool bodiless) const {
  SendBody* const body = stream->outgoing == nullptr ? nullptr : &stream->outgoing->body;
  const bool end_stream = bodiless || body == nullptr || (body->drained() && !body->has_trailers());
  begin_message(stream, head, end_stream);
  if (!end_stream) return sending_data().send_end_or_schedule(stream);
  if (body != nullptr) {
    body->cancel();
    if (body->owes_release()) ending().notify(stream, Notice::kBodyReleased);
  }
  ending().finish_sending(stream);
}

void SendingHeads::answer_too_large(Stream* stream) const {
  static constexpr Field kHead[] = {{":status", "431"}};
  const FieldsView fields = gsl::span<const Field>(kHead);
  begin_message(stream, outgoing_head(stream, fields, Body::none()), /*end_stream=*/true);
  writing_frames().count_reply();
  ending().finish_sending(stream);
}

void SendingHeads::owe_continue(Stream* stream) const {
  const bool has_content = stream->life.state() == StreamState::kOpen;
  const bool waits = has_content && !stream->exchange.request().is_connect;
  if (waits && options().automatic_continue) ending().notify(stream, Notice::kContinue);
}

void SendingHeads::send_continue(Stream* stream) const {
  static constexpr Field kHead[] = {{":status", "100"}};
  if (stream->answered() || !life().is_open()) return;
  const FieldsView fields = gsl::span<const Field>(kHead);
  write_interim(stream, outgoing_head(stream, fields, Body::none()));
  writing_frames().count_reply();
}

void SendingHeads::write_interim(Stream* stream, const OutgoingHead& head) const {
  (void)streams().send(stream, StreamInput::kHeaders);
  writing_frames().write_field_block(stream->id, head, /*end_stream=*/false);
}

uint32_t SendingHeads::own_streams_limit() const {
  return settings().peer_known() ? settings().peer().max_concurrent_streams
                                 : options().assumed_concurrent_streams;
}

void SendingHeads::open_waiting(size_t max_bytes) const {
  while (can_open_waiting() && outbox().unsent() < max_bytes) {
    Stream* stream = waiting_heads().front();
    const HeldFields head = waiting_heads().take(stream->outgoing);
    if (role() == Role::kServer) {
      open_response(stream, head.view());
    } else {
      open_request(stream, head.view());
    }
  }
}

void SendingHeads::open_request(Stream* stream, const OutgoingHead& head) const {
  streams().count(stream);
  start_message(stream, head, /*bodiless=*/false);
  if (stream->signals.update_due()) prioritizing().write_priority_update(stream);
}

// Completes a head that waited, with the octets of the body that are known now, and writes it.
void SendingHeads::open_response(Stream* stream, FieldsView fields) const {
  SendBody& body = stream->outgoing->body;
  ContentLength& content = stream->outgoing->content;
  const bool was_asked = body.source() != nullptr;
  if (was_asked) {
    if (body.prefetch(kFirstOctets, &blocks()).failed) return sending_data().fail_source(stream);
    const size_t size = body.ready().size();
    const bool ended = body.source() == nullptr;
    if (!content.allows(size, ended)) return sending_data().fail_content(stream, size);
    content.count(size);
  }
  ResponseFacts facts = facts_of(stream);
  facts.body = body.ready();
  facts.body_size = body.size_left();
  if (facts.body_size == kFirstOctets && was_asked) facts.body_size.reset();
  start_message(stream, OutgoingHead::complete(fields, facts), /*bodiless=*/false);
}

HEADRACE_ABI_END
}  // namespace headrace
