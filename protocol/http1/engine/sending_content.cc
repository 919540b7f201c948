#include "headrace/protocol/http1/engine/sending_content.h"

#include <algorithm>
#include <cstring>

#include "headrace/protocol/http1/content_writer.h"
#include "headrace/protocol/http1/rules.h"
#include "headrace/protocol/interface/common_rules.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

// Bodies up to this size are copied, larger ones are referred to.
constexpr size_t kCopiedBody = 512;
// The most that is copied, or asked for from a source, at a time.
constexpr size_t kLargestCopy = 16 * 1024;
// Less room than this is not used for content if other output is waiting.
constexpr size_t kSmallestCut = 1024;
// The octets around a chunk's data.
constexpr size_t kChunkOverhead = 16 + 2 * kEndOfChunk.size();

}  // namespace

void SendingContent::write_text(std::string_view text) const {
  uint8_t* const out = p_.output.reserve(text.size());
  p_.output.commit(http1::write_text(text, out));
}

void SendingContent::note_shown() const {
  for (Record *record = p_.exchanges.front(), *next; record != nullptr; record = next) {
    next = record->next;
    if (!record->sending_ended() || record->end_offset > p_.output.shown_offset()) break;
    if (!record->end_shown) on_end_shown(record);
  }
}

void SendingContent::on_end_shown(Record* record) const {
  p_.exchanges.end_shown(record);
  if (record->closed) return p_.exchanges.erase_if_done(record);
  if (record->framing == Framing::kTunnel) {
    const bool ended = record->received;
    ending().stop(nullptr);
    return ending().close(record, {}, ended ? ClosedBy::kEnd : ClosedBy::kLocal);
  }
  if (record->received) return ending().close(record, {}, ClosedBy::kEnd);
  if (p_.is_client()) return;
  if (!p_.options.reset_after_early_response) return;
  if (record->closes) ending().stop(record);
  ending().close(record, {}, ClosedBy::kLocal);
}

bool SendingContent::can_write(const Record* record) const {
  return record->exchange.head_sent() && !record->waits_for_switch &&
         (record->body.drained() || record->body.has_something());
}

bool SendingContent::write_content(Record* record, size_t room) const {
  if (record->body.drained()) {
    write_end(record);
    return true;
  }
  // A tiny piece only when nothing else is on its way.
  if (room < kSmallestCut && p_.output.unsent() > 0) return false;
  const bool chunked = record->framing == Framing::kChunked;
  room = chunked && room > kChunkOverhead ? room - kChunkOverhead : std::max<size_t>(room, 1);
  if (chunked && room > kLargestCopy && !record->body.stable()) room = kLargestCopy;
  const bool wrote =
      record->body.at_source() ? write_source(record, room) : write_ready(record, room);
  if (!wrote) return true;  // the message has failed, or the source has nothing
  if (record->body.drained()) {
    write_end(record);
  } else {
    ending().note_release(record);
  }
  if (record->body.take_writable()) p_.exchanges.notify(record, Notice::kWritable);
  return true;
}

bool SendingContent::write_ready(Record* record, size_t room) const {
  const gsl::span<const uint8_t> ready = record->body.ready();
  size_t size = std::min(room, ready.size());
  const bool by_reference = record->body.stable() && size > kCopiedBody;
  if (!by_reference) size = std::min(size, kLargestCopy);
  const gsl::span<const uint8_t> piece = ready.first(size);
  record->body.consume(size);
  if (size > 0) {
    const bool chunked = record->framing == Framing::kChunked;
    uint8_t* at = p_.output.reserve((by_reference ? 0 : size) + kChunkOverhead);
    if (chunked) at = write_chunk_line(size, at);
    if (by_reference) {
      p_.output.commit(at);
      record->body.hold(size);
      p_.output.append_reference(piece, record->id);
      at = p_.output.reserve(kEndOfChunk.size());
    } else {
      std::memcpy(at, piece.data(), size);
      at += size;
    }
    if (chunked) at = http1::write_text(kEndOfChunk, at);
    p_.output.commit(at);
    p_.reports.counts().data_sent += size;
  }
  record->body.rest();
  return true;
}

bool SendingContent::write_source(Record* record, size_t room) const {
  room = std::min(room, kLargestCopy);
  const bool chunked = record->framing == Framing::kChunked;
  uint8_t* const begin = p_.output.reserve(room + kChunkOverhead);
  uint8_t* data = begin + (chunked ? chunk_line_size(room) : 0);
  const BodySource::Filled filled = record->body.fill({data, room});
  if (filled.failed) {
    fail_source(record);
    return false;
  }
  if (!record->content.allows(filled.size, filled.end)) {
    fail_content(record, filled.size);
    return false;
  }
  record->content.count(filled.size);
  if (filled.end) record->body.source_ended();
  record->body.set_source_waiting(filled.size == 0 && !filled.end);
  if (filled.size == 0) return filled.end;
  if (chunked) {
    // The line may have fewer digits than there is room for.
    uint8_t* const place = write_chunk_line(filled.size, begin);
    if (place != data) std::memmove(place, data, filled.size);
    data = place;
  }
  uint8_t* end = data + filled.size;
  if (chunked) end = http1::write_text(kEndOfChunk, end);
  p_.output.commit(end);
  p_.reports.counts().data_sent += filled.size;
  return true;
}

void SendingContent::write_end(Record* record) const {
  const BlockPool::BlockPtr trailers = record->body.take_trailers();
  if (record->framing == Framing::kChunked) {
    write_text(kLastChunk);
    if (trailers != nullptr) {
      write_text({reinterpret_cast<const char*>(trailers->octets()), trailers->size});
      ++p_.reports.counts().frames_sent;
    }
    write_text(kEndOfChunk);
  }
  ending().note_release(record);
  finish(record);
}

void SendingContent::note_end(Record* record) const {
  const bool bare = record->exchange.head_sent() && !record->sending_ended() &&
                    !record->waits_for_switch && record->body.drained() &&
                    record->framing != Framing::kChunked;
  if (!bare) return;
  write_end(record);
  note_shown();
}

void SendingContent::finish(Record* record) const {
  record->exchange.note_sending_ended();
  record->end_offset = p_.output.end_offset();
}

void SendingContent::fail_source(Record* record) const {
  StreamError reason;
  reason.code = ErrorCode::kInternalError;
  reason.rule = &kSourceFailed;
  reason.stream_id = record->id;
  ending().cut(record, reason);
}

void SendingContent::fail_content(Record* record, uint64_t more) const {
  const ContentLength& content = record->content;
  StreamError reason;
  reason.code = ErrorCode::kInternalError;
  reason.rule = &kContentLengthKept;
  reason.stream_id = record->id;
  reason.observed = content.counted() + more;
  reason.limit = static_cast<uint64_t>(content.announced());
  ending().cut(record, reason);
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
