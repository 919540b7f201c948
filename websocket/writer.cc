#include "headrace/websocket/writer.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

void Writer::add(Opcode opcode, bool fin, ByteView payload) {
  FrameHeader header;
  header.fin = fin;
  header.opcode = opcode;
  header.length = payload.size();
  if (masks_ != nullptr) header.mask = masks_->next_mask();
  uint8_t octets[kMaxFrameHeaderSize];
  octets_.insert(octets_.end(), octets, write_frame_header(header, octets));
  octets_.insert(octets_.end(), payload.begin(), payload.end());
  if (!header.mask || payload.empty()) return;
  uint8_t* const first = octets_.data() + octets_.size() - payload.size();
  apply_mask(*header.mask, 0, {first, payload.size()}, first);
}

void Writer::sent(size_t size) {
  sent_ += size;
  total_sent_ += size;
  // Not each time, because it moves the rest.
  if (sent_ < octets_.size() / 2) return;
  octets_.erase(octets_.begin(), octets_.begin() + static_cast<ptrdiff_t>(sent_));
  sent_ = 0;
}

void Writer::trim() {
  const std::span<const uint8_t> rest = pending();
  octets_ = std::vector<uint8_t>(rest.begin(), rest.end());
  sent_ = 0;
}

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace
