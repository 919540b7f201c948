#ifndef HEADRACE_ADAPTERS_DUMP_TCP_STREAM_H_
#define HEADRACE_ADAPTERS_DUMP_TCP_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "headrace/adapters/dump/tcp_segment.h"

namespace headrace::dump {

// One direction of a TCP connection, from segments in the order in which they were captured: lost,
// repeated, overlapping and out of order as they may be.
class TcpStream {
 public:
  // Octets that follow those before.
  using Take = std::function<void(std::string_view octets)>;
  // So many octets in front of the next ones were not captured.
  using Miss = std::function<void(uint64_t octets)>;

  TcpStream(Take take, Miss miss) : take_(std::move(take)), miss_(std::move(miss)) {}

  void receive(const TcpSegment& segment);
  // No more segments are coming: what waits for others is given without them.
  void end();

  // The direction has ended, by FIN or RST.
  bool has_ended() const { return ended_; }

  // Most octets that wait for others in front of them.
  static constexpr size_t kMostWaiting = size_t{4} << 20;

 private:
  void add(uint64_t at, std::string_view octets);
  void give();

  const Take take_;
  const Miss miss_;
  std::optional<uint32_t> first_;  // sequence number of octet 0
  uint64_t next_ = 0;              // octet
  std::optional<uint64_t> end_;    // octet behind the last, of a FIN
  std::map<uint64_t, std::string> waiting_;
  size_t waiting_size_ = 0;
  bool ended_ = false;
};

}  // namespace headrace::dump

#endif  // HEADRACE_ADAPTERS_DUMP_TCP_STREAM_H_
