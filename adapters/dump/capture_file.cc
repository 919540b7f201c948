#include "headrace/adapters/dump/capture_file.h"

#include <algorithm>

namespace headrace::dump {
namespace {

// The Internet-Draft draft-ietf-opsawg-pcap, §4 and §5.
constexpr size_t kHeaderSize = 24;
constexpr size_t kRecordHeaderSize = 16;
constexpr size_t kLargestRecord = size_t{64} << 20;  // larger than any packet: the file is damaged
constexpr std::string_view kPcapLittle = "\xd4\xc3\xb2\xa1", kPcapBig = "\xa1\xb2\xc3\xd4";
constexpr std::string_view kNanoLittle = "\x4d\x3c\xb2\xa1", kNanoBig = "\xa1\xb2\x3c\x4d";
// draft-ietf-opsawg-pcapng, §3 and §4.
constexpr std::string_view kPcapng = "\x0a\x0d\x0d\x0a", kOrderBig = "\x1a\x2b\x3c\x4d",
                           kOrderLittle = "\x4d\x3c\x2b\x1a";
constexpr size_t kBlockFrame = 12;  // type and length in front, length behind
constexpr uint32_t kInterface = 1, kSimplePacket = 3, kEnhancedPacket = 6;

}  // namespace

bool begins_capture(std::string_view octets) {
  return octets.starts_with(kPcapLittle) || octets.starts_with(kPcapBig) ||
         octets.starts_with(kNanoLittle) || octets.starts_with(kNanoBig) ||
         octets.starts_with(kPcapng);
}

void CaptureFile::read(std::string_view octets) {
  if (error_ != nullptr) return;
  buffer_ += octets;
  while (error_ == nullptr && step()) {
  }
  buffer_.erase(0, read_);
  read_ = 0;
}

// Whether there was something whole to read.
bool CaptureFile::step() {
  switch (format_) {
    case Format::kUnknown:
      return read_header();
    case Format::kPcap:
      return read_record();
    case Format::kPcapng:
      return read_block();
  }
  return false;
}

bool CaptureFile::read_header() {
  const std::string_view rest = buffer_;
  if (rest.size() < kHeaderSize) return false;
  if (rest.starts_with(kPcapng)) {
    format_ = Format::kPcapng;
    return true;
  }
  format_ = Format::kPcap;
  big_endian_ = rest.starts_with(kPcapBig) || rest.starts_with(kNanoBig);
  link_types_ = {static_cast<uint16_t>(number(rest, 20, 4))};  // (above are flags)
  read_ += kHeaderSize;
  return true;
}

bool CaptureFile::read_record() {
  const std::string_view rest = std::string_view(buffer_).substr(read_);
  if (rest.size() < kRecordHeaderSize) return false;
  const size_t size = number(rest, 8, 4);
  if (size > kLargestRecord) {
    fail("a packet of the capture is larger than any can be");
    return false;
  }
  if (rest.size() < kRecordHeaderSize + size) return false;
  take_(static_cast<LinkType>(link_types_[0]), rest.substr(kRecordHeaderSize, size));
  read_ += kRecordHeaderSize + size;
  return true;
}

bool CaptureFile::read_block() {
  const std::string_view rest = std::string_view(buffer_).substr(read_);
  if (rest.size() < kBlockFrame) return false;
  if (rest.starts_with(kPcapng)) {  // a section, which says its order of octets
    big_endian_ = rest.substr(8, 4) == kOrderBig;
    if (!big_endian_ && rest.substr(8, 4) != kOrderLittle) {
      fail("a section of the capture says no order of octets");
      return false;
    }
    link_types_.clear();
  }
  const size_t size = number(rest, 4, 4);
  if (size < kBlockFrame || size % 4 != 0 || size > kLargestRecord) {
    fail("a block of the capture has a size that none can have");
    return false;
  }
  if (rest.size() < size) return false;
  take_block(number(rest, 0, 4), rest.substr(8, size - kBlockFrame));
  read_ += size;
  return true;
}

// Blocks of other types have statistics, names and comments.
void CaptureFile::take_block(uint32_t type, std::string_view body) {
  if (type == kInterface && body.size() >= 8) {
    link_types_.push_back(static_cast<uint16_t>(number(body, 0, 2)));
  } else if (type == kEnhancedPacket && body.size() >= 20) {
    const size_t interface = number(body, 0, 4), size = number(body, 12, 4);
    if (interface >= link_types_.size()) return fail("a packet is of no interface of the capture");
    take_(static_cast<LinkType>(link_types_[interface]), body.substr(20, size));
  } else if (type == kSimplePacket && body.size() >= 4) {
    if (link_types_.empty()) return fail("a packet is of no interface of the capture");
    take_(static_cast<LinkType>(link_types_[0]), body.substr(4, number(body, 0, 4)));
  }
}

void CaptureFile::fail(const char* error) {
  error_ = error;
  buffer_.clear();
  read_ = 0;
}

uint32_t CaptureFile::number(std::string_view octets, size_t at, size_t size) const {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<uint8_t>(octets[at + (big_endian_ ? i : size - 1 - i)]);
  }
  return value;
}

}  // namespace headrace::dump
