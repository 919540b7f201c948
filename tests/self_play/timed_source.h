#ifndef HEADRACE_TESTS_SELF_PLAY_TIMED_SOURCE_H_
#define HEADRACE_TESTS_SELF_PLAY_TIMED_SOURCE_H_

#include <algorithm>
#include <cstdint>
#include <span>

#include "headrace/protocol/stream/body.h"
#include "tests/self_play/body_source.h"
#include "tests/self_play/timed_world.h"

namespace headrace::self_play {

// Has the octets that were said up to now.
class TimedSource final : public BodySource {
 public:
  // `asked`: is set when it is.
  TimedSource(StreamId id, bool response, TimedMessage* message, bool* asked)
      : id_(id), response_(response), message_(*message), asked_(*asked) {}

  void say(uint64_t size) { said_ += size; }

  Filled fill(std::span<uint8_t> room) override {
    asked_ = true;
    const uint64_t left = said_ - message_.given;
    const auto size = static_cast<size_t>(std::min<uint64_t>(room.size(), left));
    fill_body(id_, response_, message_.given, room.first(size));
    message_.given += size;
    return {.size = size, .end = message_.ended && size == left};
  }

 private:
  const StreamId id_;
  const bool response_;
  TimedMessage& message_;
  bool& asked_;
  uint64_t said_ = 0;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_TIMED_SOURCE_H_
