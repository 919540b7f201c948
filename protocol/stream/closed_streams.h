#ifndef HEADRACE_PROTOCOL_STREAM_CLOSED_STREAMS_H_
#define HEADRACE_PROTOCOL_STREAM_CLOSED_STREAMS_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "headrace/memory/abi.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/state_table.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// Remembers how the streams of one side were closed: two bits for each of the `limit` ids up to the
// highest one that was closed. A forgotten stream is treated like one that we reset: late frames on
// it are discarded.
class ClosedStreams {
 public:
  // `limit`: the most streams that are remembered (Limits::remembered_streams).
  ClosedStreams(Ledger* ledger, uint32_t limit) : ledger_(ledger), limit_(limit) {}
  ~ClosedStreams() { trim(); }
  ClosedStreams(const ClosedStreams&) = delete;
  ClosedStreams& operator=(const ClosedStreams&) = delete;

  // `state`: one of the closed states. If the ledger refuses memory, the stream is forgotten at
  // once.
  void remember(StreamId id, StreamState state) {
    // Most often the next id is closed next, and the oldest one has to go for it.
    if (number_of(id) == end_ && capacity_ == limit_ && capacity_ > 0) [[likely]] {
      if (set_state_at(end_++, state) != StreamState::kClosedUnused) forget(id - 2 * capacity_);
      return;
    }
    remember_other(id, state);
  }
  // The state of a stream that is not live. `id` must not be above the highest one ever used.
  StreamState find(StreamId id) const;
  // Forgets all streams and frees the memory.
  void trim();

 private:
  // How many there is room for at first.
  static constexpr uint32_t kFirstCapacity = 256;

  // The ids of one side are all odd or all even, so half of one is its number.
  static uint32_t number_of(StreamId id) { return id / 2; }
  bool in_window(uint32_t number) const { return number < end_ && end_ - number <= capacity_; }
  StreamState state_at(uint32_t number) const {
    const uint32_t place = number % capacity_;
    return static_cast<StreamState>(kUnused - (bits_[place / 4] >> place % 4 * 2 & 3));
  }
  // Returns what was there before.
  StreamState set_state_at(uint32_t number, StreamState state) {
    const uint32_t place = number % capacity_;
    const uint32_t shift = place % 4 * 2;
    uint8_t& bits = bits_[place / 4];
    const uint32_t before = bits;
    const uint32_t code = kUnused - static_cast<uint32_t>(state);
    bits = static_cast<uint8_t>((before & ~(3u << shift)) | code << shift);
    return static_cast<StreamState>(kUnused - (before >> shift & 3));
  }
  void remember_other(StreamId id, StreamState state);
  void move_window(StreamId id);
  // Below the limit only. False if the ledger refused.
  bool grow();
  void forget(StreamId id) {
    if (id > forgotten_up_to_) forgotten_up_to_ = id;
  }
  static size_t octets(uint32_t capacity) { return (size_t{capacity} + 3) / 4; }

  // The closed states are the last four, so that zero stands for one that was not remembered.
  static constexpr auto kUnused = static_cast<uint8_t>(StreamState::kClosedUnused);
  static_assert(kUnused - static_cast<uint8_t>(StreamState::kClosedEnded) == 3);

  Ledger* ledger_;
  std::unique_ptr<uint8_t[]> bits_;  // a ring: the number's place is its rest by the capacity
  uint32_t limit_;
  uint32_t capacity_ = 0;
  uint32_t end_ = 0;              // one above the highest number that was remembered
  StreamId forgotten_up_to_ = 0;  // the highest id that was forgotten
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_STREAM_CLOSED_STREAMS_H_
