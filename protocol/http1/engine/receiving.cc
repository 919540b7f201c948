#include "headrace/protocol/http1/engine/receiving.h"

#include <algorithm>

#include "headrace/protocol/http1/engine/sending_heads.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/message/trailer_names.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

bool Receiving::is_blocked() const {
  switch (p_.incoming.step()) {
    case Incoming::Step::kHead:
      return !p_.is_client() && requests().is_blocked();
    case Incoming::Step::kChunked:
      // The octets around the data take no credit, nor does the end of all chunks.
      return in_chunk() && most() == 0;
    case Incoming::Step::kLength:
    case Incoming::Step::kUntilClose:
    case Incoming::Step::kTunnel:
      return most() == 0;
    case Incoming::Step::kTrailers:
    case Incoming::Step::kStopped:
      break;
  }
  return false;
}

bool Receiving::parse(const Event** event) const {
  if (p_.incoming.step() == Incoming::Step::kHead) {
    return p_.is_client() ? responses().read(event) : requests().read(event);
  }
  if (owes_continue()) SendingHeads(parts()).send_continue(p_.incoming.record());
  if (is_blocked()) return false;
  switch (p_.incoming.step()) {
    case Incoming::Step::kLength:
      return read_length(event);
    case Incoming::Step::kChunked:
      return read_chunks(event);
    case Incoming::Step::kTrailers:
      return read_trailers(event);
    case Incoming::Step::kUntilClose:
    case Incoming::Step::kTunnel:
      return read_all(event);
    case Incoming::Step::kHead:
    case Incoming::Step::kStopped:
      break;
  }
  while (!p_.input.empty()) p_.input.consume(p_.input.size());
  return false;
}

// The octets of content that may be passed to the application now.
uint64_t Receiving::most() const {
  const Record* const record = p_.incoming.record();
  return record == nullptr ? UINT64_MAX : record->credit.left();
}

bool Receiving::read_length(const Event** event) const {
  if (p_.input.empty()) return false;
  const auto size =
      static_cast<size_t>(std::min({uint64_t{p_.input.size()}, p_.incoming.left(), most()}));
  const gsl::span<const uint8_t> octets(p_.input.data(), size);
  p_.input.consume(size);
  p_.incoming.take(size);
  *event = take_content(octets, p_.incoming.left() == 0);
  return true;
}

bool Receiving::read_chunks(const Event** event) const {
  const size_t before = p_.input.size();
  const ChunkReader::Item item = p_.chunks.next(&p_.input, &p_.lines, most());
  p_.octets_came |= p_.input.size() != before;  // what stands around the data, too
  if (is_too_large()) return true;
  switch (item) {
    case ChunkReader::Item::kNothing:
      return false;
    case ChunkReader::Item::kPiece:
      *event = take_content(p_.chunks.piece(), /*ends=*/false);
      return true;
    case ChunkReader::Item::kTrailers:
      p_.incoming.begin_trailers();
      if (p_.section.begin(0)) return true;
      ending().refuse(p_.section.no_memory());
      return true;
    case ChunkReader::Item::kRefused:
      break;
  }
  ending().refuse(p_.chunks.refusal());
  return true;
}

bool Receiving::is_too_large() const {
  const uint64_t limit = p_.is_client() ? 0 : p_.options.limits.content_size;
  const uint64_t announced = p_.chunks.announced();
  if (limit == 0 || announced <= limit) return false;
  ending().refuse(
      {kContentTooLarge, &kContentSize, {}, LimitHit{Limit::kContentSize, limit, announced}});
  return true;
}

bool Receiving::read_trailers(const Event** event) const {
  for (;;) {
    switch (p_.section.next(&p_.input, &p_.lines)) {
      case SectionReader::Status::kNothing:
        return false;
      case SectionReader::Status::kRefused:
        ending().refuse(p_.section.refusal());
        return true;
      case SectionReader::Status::kField:
        if (may_be_trailer(p_.section.field())) continue;
        ending().refuse({kBadRequest, &kTrailerField, p_.section.field().name, {}});
        return true;
      case SectionReader::Status::kEnd:
        break;
    }
    break;
  }
  p_.deadlines.stop(Deadline::kSection);
  Record* const record = p_.incoming.record();
  const bool is_empty = p_.section.storage().size() == 0;
  if (!is_empty) ++p_.reports.counts().frames_received;
  if (record == nullptr || is_empty) {
    *event = take_content({}, /*ends=*/true);
    return true;
  }
  const StreamId id = record->id;
  const uintptr_t user_data = record->user_data;
  end_of_message();
  *event =
      p_.recycler.make(TrailersReceived{id, user_data, true, FieldSection(p_.section.storage())});
  return true;
}

// Takes all input as content: of a tunnel, or up to the end of the connection.
bool Receiving::read_all(const Event** event) const {
  if (p_.input.empty()) return false;
  const auto size = static_cast<size_t>(std::min(uint64_t{p_.input.size()}, most()));
  const gsl::span<const uint8_t> octets(p_.input.data(), size);
  p_.input.consume(size);
  *event = take_content(octets, /*ends=*/false);
  return true;
}

// Null if the content is discarded.
const Event* Receiving::take_content(gsl::span<const uint8_t> octets, bool ends) const {
  p_.octets_came = true;
  Record* const record = p_.incoming.record();
  if (record == nullptr) {
    if (ends) {
      end_of_message();
    } else {
      discard(octets.size());
    }
    return nullptr;
  }
  record->content_came = true;
  p_.reports.counts().data_received += octets.size();
  if (!record->credit.automatic) record->credit.held += static_cast<uint32_t>(octets.size());
  const StreamId id = record->id;
  const uintptr_t user_data = record->user_data;
  if (ends) end_of_message();
  return p_.recycler.make(
      DataReceived{id, user_data, ends, Bytes(ByteView(octets.data(), octets.size()))});
}

// RFC 9112 §9.3: what is left of a request that was answered early is read, but not without a
// bound.
void Receiving::discard(uint64_t size) const {
  p_.incoming.discard(size);
  const uint64_t limit = p_.options.limits.discarded_content;
  if (p_.incoming.discarded() <= limit) return;
  p_.reports.hit({Limit::kDiscardedContent, limit, p_.incoming.discarded()});
  ending().stop(nullptr);
}

void Receiving::end_of_message() const {
  Record* const record = p_.incoming.record();
  p_.incoming.end();
  p_.deadlines.stop(Deadline::kContent);
  if (record == nullptr) return;
  if (p_.is_client()) return responses().end(record);
  record->received = true;
  requests().stop_behind(record);
  if (record->end_shown) ending().close(record, {}, ClosedBy::kEnd);
}

bool Receiving::lift_window() const {
  Record* const record = p_.incoming.record();
  if (record == nullptr || record->credit.left() > 0) return false;
  record->credit.window = UINT32_MAX;
  return true;
}

const Event* Receiving::end_with_transport() const {
  Record* const record = p_.incoming.record();
  if (record == nullptr || record->received || p_.lost) return nullptr;
  const StreamId id = record->id;
  const uintptr_t user_data = record->user_data;
  if (p_.incoming.step() == Incoming::Step::kTunnel) {
    record->received = true;
  } else if (p_.incoming.step() == Incoming::Step::kUntilClose) {
    end_of_message();
  } else {
    return nullptr;
  }
  return p_.recycler.make(DataReceived{id, user_data, true, Bytes()});
}

bool Receiving::keep() const {
  if (p_.incoming.step() == Incoming::Step::kHead) {
    return p_.is_client() ? p_.responses.keep() : p_.requests.keep();
  }
  return p_.incoming.step() != Incoming::Step::kTrailers || p_.section.keep();
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
