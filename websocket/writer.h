#ifndef HEADRACE_WEBSOCKET_WRITER_H_
#define HEADRACE_WEBSOCKET_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/memory/byte_view.h"
#include "headrace/websocket/frame.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace websocket {

// Where the masks of a client's frames come from.
class MaskSource {
 public:
  virtual ~MaskSource() = default;
  // Called for each frame that is sent. RFC 6455 §5.3, §10.3: four octets that nobody can predict,
  // of a strong source of randomness, so that no script chooses what an intermediary sees.
  virtual Mask next_mask() = 0;
};

// Frames that are to be sent, one behind the other. An Endpoint has one.
class Writer {
 public:
  // `masks`: null if frames are not masked. It must outlive the writer.
  explicit Writer(MaskSource* masks) : masks_(masks) {}

  // Appends a frame.
  void add(Opcode opcode, bool fin, ByteView payload);

  // The octets to be sent, valid until the writer changes.
  std::span<const uint8_t> pending() const { return std::span(octets_).subspan(sent_); }
  // The first `size` of them, at most all, were sent.
  void sent(size_t size);
  // All that was ever added, in octets: what was added up to now has left when total_sent() is
  // there.
  uint64_t total_added() const { return total_sent_ + pending().size(); }
  uint64_t total_sent() const { return total_sent_; }

  size_t memory() const { return octets_.capacity(); }
  void trim();

 private:
  MaskSource* masks_;
  std::vector<uint8_t> octets_;
  size_t sent_ = 0;  // of octets_, at its front
  uint64_t total_sent_ = 0;
};

}  // namespace websocket
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_WEBSOCKET_WRITER_H_
