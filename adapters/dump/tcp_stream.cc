#include "headrace/adapters/dump/tcp_stream.h"

#include <algorithm>

namespace headrace::dump {

void TcpStream::receive(const TcpSegment& segment) {
  if (ended_) return;
  const uint32_t begin = segment.sequence + (segment.syn ? 1 : 0);
  if (!first_) {
    if (!segment.syn && segment.size == 0 && !segment.fin) return;  // an acknowledgement
    first_ = begin;
  }
  // The octet nearest to the next one that has this sequence number (RFC 9293 §3.4): they are
  // numbered modulo 2^32.
  const auto ahead = static_cast<int32_t>(begin - (*first_ + static_cast<uint32_t>(next_)));
  if (ahead < 0 && static_cast<uint64_t>(-int64_t{ahead}) > next_)
    return;  // from before the capture
  const uint64_t at = next_ + static_cast<uint64_t>(int64_t{ahead});
  if (!segment.payload.empty()) add(at, segment.payload);
  if (segment.fin) end_ = at + segment.size;
  give();
  while (waiting_size_ > kMostWaiting) {
    miss_(waiting_.begin()->first - next_);
    next_ = waiting_.begin()->first;
    give();
  }
  if (segment.rst) end();
}

void TcpStream::add(uint64_t at, std::string_view octets) {
  if (at == next_ && waiting_.empty()) {  // nearly always
    next_ += octets.size();
    take_(octets);
    return;
  }
  std::string& kept = waiting_[at];
  if (kept.size() >= octets.size()) return;
  waiting_size_ += octets.size() - kept.size();
  kept.assign(octets);
}

void TcpStream::give() {
  while (!waiting_.empty() && waiting_.begin()->first <= next_) {
    const auto [at, octets] = std::move(*waiting_.begin());
    waiting_.erase(waiting_.begin());
    waiting_size_ -= octets.size();
    if (at + octets.size() <= next_) continue;
    const std::string_view rest = std::string_view(octets).substr(next_ - at);
    next_ += rest.size();
    take_(rest);
  }
  if (end_ && next_ >= *end_) ended_ = true;
}

void TcpStream::end() {
  while (!waiting_.empty()) {
    miss_(waiting_.begin()->first - next_);
    next_ = waiting_.begin()->first;
    give();
  }
  if (end_ && *end_ > next_) {
    miss_(*end_ - next_);
    next_ = *end_;
  }
  ended_ = true;
}

}  // namespace headrace::dump
