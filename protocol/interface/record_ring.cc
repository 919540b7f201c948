#include "headrace/protocol/interface/record_ring.h"

#include <algorithm>

#include "headrace/protocol/interface/record_format.h"
#include "headrace/protocol/interface/record_writer.h"

namespace headrace {
HEADRACE_ABI_BEGIN

RecordRing::RecordRing(size_t capacity)
    : capacity_(capacity), octets_(new uint8_t[std::max<size_t>(capacity, 1)]) {}

void RecordRing::begin(std::span<const uint8_t> preamble) {
  preamble_.assign(preamble.begin(), preamble.end());
  size_ = 0;
  lost_ = 0;
}

void RecordRing::append(std::span<const uint8_t> entry) {
  if (entry.size() > capacity_) {
    while (size_ > 0) drop_oldest();
    ++lost_;
    return;
  }
  while (entry.size() > capacity_ - size_) drop_oldest();
  const size_t end = (first_ + size_) % capacity_;
  const size_t before_wrap = std::min(entry.size(), capacity_ - end);
  std::copy_n(entry.begin(), before_wrap, octets_.get() + end);
  std::copy(entry.begin() + static_cast<ptrdiff_t>(before_wrap), entry.end(), octets_.get());
  size_ += entry.size();
}

// An entry begins with the number of its octets behind that number.
void RecordRing::drop_oldest() {
  size_t rest = 0;
  size_t digits = 0;
  do {
    rest |= size_t{at(digits) & 0x7fu} << (7 * digits);
  } while (at(digits++) >= 0x80);
  first_ = (first_ + digits + rest) % capacity_;
  size_ -= digits + rest;
  ++lost_;
}

std::vector<uint8_t> RecordRing::copy() const {
  std::vector<uint8_t> record = preamble_;
  if (lost_ > 0) {
    RecordWriter writer;
    const auto entry = writer.begin(RecordEntry::kLost).number(lost_).entry();
    record.insert(record.end(), entry.begin(), entry.end());
  }
  for (size_t i = 0; i < size_; ++i) record.push_back(at(i));
  return record;
}

HEADRACE_ABI_END
}  // namespace headrace
