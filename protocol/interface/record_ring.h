#ifndef HEADRACE_PROTOCOL_INTERFACE_RECORD_RING_H_
#define HEADRACE_PROTOCOL_INTERFACE_RECORD_RING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "headrace/memory/abi.h"
#include "headrace/protocol/interface/record_sink.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The last octets of a connection's record, in memory of a fixed size, for programs that look at it
// when something has gone wrong:
//
//   headrace::RecordRing ring(1 << 20);
//   options.record = &ring;
//   ...
//   write_file(ring.copy());        // bazel run //tests:replay -- FILE.record
//
// A record that has lost its beginning says so. It can be read, but not be repeated, so a ring that
// is to serve for that is as large as the whole record: what comes in and the bodies that go out,
// and about 20 octets a call.
class RecordRing final : public RecordSink {
 public:
  // `capacity`: the octets of entries that are kept, all of them allocated now.
  explicit RecordRing(size_t capacity);

  void begin(std::span<const uint8_t> preamble) override;
  void append(std::span<const uint8_t> entry) override;

  // The record in the format of a file.
  std::vector<uint8_t> copy() const;
  // The entries that were given up for newer ones.
  uint64_t lost() const { return lost_; }

 private:
  uint8_t at(size_t index) const { return octets_[(first_ + index) % capacity_]; }
  void drop_oldest();

  const size_t capacity_;
  std::vector<uint8_t> preamble_;
  std::unique_ptr<uint8_t[]> octets_;
  size_t first_ = 0;  // the place of the oldest entry
  size_t size_ = 0;   // octets of all entries
  uint64_t lost_ = 0;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_RECORD_RING_H_
