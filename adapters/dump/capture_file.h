#ifndef HEADRACE_ADAPTERS_DUMP_CAPTURE_FILE_H_
#define HEADRACE_ADAPTERS_DUMP_CAPTURE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::dump {

// How a packet begins: https://www.tcpdump.org/linktypes.html
enum class LinkType : uint16_t {
  kNull = 0,
  kEthernet = 1,
  kRaw = 101,
  kLoop = 108,
  kLinuxCooked = 113,
  kIpv4 = 228,
  kIpv6 = 229,
  kLinuxCooked2 = 276,
};

// Whether a file that begins so is a capture of packets, as tcpdump and Wireshark write it: pcap or
// pcapng. Four octets are enough.
bool begins_capture(std::string_view octets);

// Cuts such a file, in any pieces, into packets.
class CaptureFile {
 public:
  // `packet`: the octets that were captured of one.
  using TakePacket = std::function<void(LinkType link_type, std::string_view packet)>;

  explicit CaptureFile(TakePacket take) : take_(std::move(take)) {}

  void read(std::string_view octets);
  // What is wrong with the file, of which nothing more is read; null if nothing is.
  const char* error() const { return error_; }
  // The file has ended: whether within a packet.
  bool is_cut() const { return error_ == nullptr && !buffer_.empty(); }

 private:
  enum class Format : uint8_t { kUnknown, kPcap, kPcapng };

  bool step();
  bool read_header();
  bool read_record();
  bool read_block();
  void take_block(uint32_t type, std::string_view body);
  void fail(const char* error);
  uint32_t number(std::string_view octets, size_t at, size_t size) const;

  const TakePacket take_;
  Format format_ = Format::kUnknown;
  bool big_endian_ = false;
  std::string buffer_;                // octets that were not read yet
  size_t read_ = 0;                   // of them, at the front
  std::vector<uint16_t> link_types_;  // of the interfaces; one in pcap
  const char* error_ = nullptr;
};

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_CAPTURE_FILE_H_
