#ifndef HEADRACE_TESTS_SELF_PLAY_BODY_SOURCE_H_
#define HEADRACE_TESTS_SELF_PLAY_BODY_SOURCE_H_

#include <algorithm>
#include <cstdint>
#include <span>

#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/stream/body.h"
#include "tests/self_play/random.h"

namespace headrace::self_play {

// The octet at a place of a message's body, so that both sides know it.
inline uint8_t body_octet(StreamId id, bool response, uint64_t offset) {
  uint64_t mixed = (offset + 1) * 0x9e3779b97f4a7c15 ^ (uint64_t{id} * 2 + response) * 0xff51afd7;
  return static_cast<uint8_t>(mixed >> 40 ^ mixed >> 17);
}

inline void fill_body(StreamId id, bool response, uint64_t offset, std::span<uint8_t> room) {
  for (uint8_t& octet : room) octet = body_octet(id, response, offset++);
}

// Gives pieces of all sizes, says "not yet" now and then, and may fail.
class TestBodySource : public BodySource {
 public:
  // `fails_at`: octets that it gives before it fails; beyond `size`, it does not.
  TestBodySource(StreamId id, bool response, uint64_t size, uint64_t fails_at, uint64_t seed)
      : id_(id), response_(response), size_(size), fails_at_(fails_at), random_(seed) {}

  Filled fill(std::span<uint8_t> room) override {
    asked_ = true;
    if (room.empty()) no_room_ = true;
    if (!hurries_ && random_.one_in(4)) {
      waiting_ = true;
      return {};
    }
    if (given_ >= fails_at_) {
      failed_ = true;
      return {.failed = true};
    }
    uint64_t size = std::min<uint64_t>(room.size(), size_ - given_);
    if (!random_.one_in(3)) size = std::min<uint64_t>(size, 1 + random_.up_to(20000));
    fill_body(id_, response_, given_, room.first(static_cast<size_t>(size)));
    given_ += size;
    // The end may come with the last octets, or by itself.
    const bool end = given_ == size_ && (size == 0 || random_.one_in(2));
    ended_ = end;
    return {.size = static_cast<size_t>(size), .end = end};
  }

  uint64_t given() const { return given_; }
  bool ended() const { return ended_; }
  bool failed() const { return failed_; }
  // It was called without room to fill.
  bool had_no_room() const { return no_room_; }
  // It said "not yet", and there is more now; once.
  bool take_waiting() { return std::exchange(waiting_, false); }
  bool waiting() const { return waiting_; }
  // Whether it was asked since the last time.
  bool take_asked() { return std::exchange(asked_, false); }
  // From now on it always has something.
  void hurry() { hurries_ = true; }

 private:
  StreamId id_;
  bool response_;
  uint64_t size_;
  uint64_t fails_at_;
  Random random_;
  uint64_t given_ = 0;
  bool ended_ = false;
  bool failed_ = false;
  bool waiting_ = false;
  bool asked_ = false;
  bool no_room_ = false;
  bool hurries_ = false;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_BODY_SOURCE_H_
