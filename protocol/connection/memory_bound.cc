#include <algorithm>

#include "headrace/field/field.h"
#include "headrace/memory/recycler.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/connection/detection.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/http1/engine/engine.h"
#include "headrace/protocol/http2/engine/engine.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

size_t announced(const Options& options, SettingId id, size_t otherwise) {
  for (const Setting& setting : options.settings) {
    if (setting.id == id) otherwise = setting.value;
  }
  return otherwise;
}

// The octets of an event, in hardened builds also of those in quarantine, with the content or field
// section of an event that owns its bytes.
size_t events_bytes(const Options& options, size_t content, size_t list_size) {
  const size_t events = (1 + Recycler<Event>::kQuarantine) * sizeof(RecycledSlot<Event>);
  if (options.allocation != Allocation::kFresh && HEADRACE_ASAN == 0) return events;
  const size_t fields = list_size / 32;  // as many as fit, each without octets
  return events + std::max(content, list_size + fields * sizeof(Field));
}

// The objects that an engine makes when the peer makes them necessary.
constexpr size_t kMadeWhenNeeded = sizeof(Statistics) + sizeof(ConnectionError);

// HTTP/1.1. Content that the peer sends at once is an event of its own size where it owns its
// bytes: as large as what the application gives to receive(), which is left out.
size_t max_bytes_of_http1(const Options& options) {
  const size_t list_size = options.limits.field_list_size;
  const size_t ledger = 2 * options.limits.connection_memory;
  // A line that is cut: a buffer that doubles, beside the one before it.
  const size_t line = 3 * std::max({list_size, size_t{options.limits.request_line_size},
                                    size_t{options.limits.chunk_extension_size} + 64});
  const size_t output = 2 * (16 * 1024 + 1024);  // of our own responses, which end the connection
  return sizeof(Connection) + sizeof(http1::Engine) + kMadeWhenNeeded + ledger + line +
         events_bytes(options, 0, list_size) + output;
}

size_t max_bytes_of_http2(const Options& options) {
  const size_t frame_size =
      announced(options, SettingId::kMaxFrameSize, options.max_frame_size) + FrameHeader::kSize;
  const size_t list_size =
      announced(options, SettingId::kMaxHeaderListSize, options.limits.field_list_size);

  // Twice the ledger's budget: memory that grows is copied, and kept input may be nearly all of it.
  const size_t ledger = 2 * options.limits.connection_memory;
  // A frame that is cut: a buffer that doubles, beside the one before it.
  const size_t cut_frame = 3 * frame_size;
  const size_t events = events_bytes(options, frame_size, list_size);
  // Replies, of 17 octets at most but for a bare 431, in blocks of at most 16 KiB, each with its
  // place in the count, its mark, and the reason of its stream's end; GOAWAY.
  const size_t replies = 96 * size_t{options.limits.queued_replies} + 2 * (16 * 1024 + 1024);
  return sizeof(Connection) + sizeof(Engine) + sizeof(Options) + kMadeWhenNeeded + ledger +
         cut_frame + events + replies;
}

}  // namespace

size_t max_bytes(const Options& options) {
  switch (options.protocol) {
    case ProtocolVersion::kHttp2:
      return max_bytes_of_http2(options);
    case ProtocolVersion::kHttp1:
      return max_bytes_of_http1(options);
    case ProtocolVersion::kDetect:  // either engine, and Detection
      break;
  }
  return sizeof(Detection) + std::max(max_bytes_of_http1(options), max_bytes_of_http2(options));
}

HEADRACE_ABI_END
}  // namespace headrace
