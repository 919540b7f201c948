#include <algorithm>

#include "headrace/field/field.h"
#include "headrace/memory/recycler.h"
#include "headrace/protocol/connection/connection.h"
#include "headrace/protocol/event/event.h"
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

}  // namespace

size_t max_bytes(const Options& options) {
  const size_t frame_size =
      announced(options, SettingId::kMaxFrameSize, options.max_frame_size) + FrameHeader::kSize;
  const size_t list_size =
      announced(options, SettingId::kMaxHeaderListSize, options.limits.field_list_size);

  // The ledger's budget; what grows is there twice for a moment, and kept input may be nearly all.
  const size_t ledger = 2 * options.limits.connection_memory;
  // A frame that is cut: a buffer that doubles, beside the one before it.
  const size_t cut_frame = 3 * frame_size;
  // An event, and in checked builds those that rest; where it owns its bytes, those of DATA or of a
  // field section.
  size_t events = (1 + Recycler<Event>::kQuarantine) * sizeof(RecycledSlot<Event>);
  if (options.allocation == Allocation::kFresh || HEADRACE_ASAN != 0) {
    const size_t fields = list_size / 32;  // of no octets
    events += std::max(frame_size, list_size + fields * sizeof(Field));
  }
  // Replies, of 17 octets at most but for a bare 431, in blocks of at most 16 KiB, each with its
  // place in the count and its mark; GOAWAY.
  const size_t replies = 96 * size_t{options.limits.queued_replies} + 2 * (16 * 1024 + 1024);
  return sizeof(Connection) + sizeof(Engine) + sizeof(Options) + ledger + cut_frame + events + replies;
}

HEADRACE_ABI_END
}  // namespace headrace
