#ifndef HEADRACE_TESTS_SELF_PLAY_RANDOM_H_
#define HEADRACE_TESTS_SELF_PLAY_RANDOM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headrace::self_play {

// The same numbers from the same seed, on every machine and with every standard library
// (splitmix64); or what a fuzzer chose, octet by octet, and such numbers behind it.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  // `choices` must outlive it, and its copies.
  explicit Random(std::string_view choices) : chosen_(true), choices_(choices) {}

  // Whether there were choices, and all were taken.
  bool choices_are_over() const { return chosen_ && choices_.empty(); }

  uint64_t number() {
    if (!choices_.empty()) return choice(8);
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  // One of 0 ... count - 1.
  uint32_t below(uint32_t count) {
    // One octet where it will do, so that an octet that a fuzzer changes changes one thing.
    if (!choices_.empty()) return static_cast<uint32_t>(choice(count <= 256 ? 1 : 4) % count);
    return static_cast<uint32_t>((number() >> 32) * count >> 32);
  }
  // Once in `count` draws.
  bool one_in(uint32_t count) { return below(count) == 0; }
  // Up to `most`, every order of magnitude as often as the others.
  uint32_t up_to(uint32_t most) {
    const uint32_t bits = below(33);
    const uint64_t bound = uint64_t{1} << bits;
    return below(bound > most ? most + 1 : static_cast<uint32_t>(bound));
  }
  template <typename T, size_t kSize>
  T pick(const std::array<T, kSize>& choices) {
    return choices[below(kSize)];
  }

 private:
  uint64_t choice(size_t octets) {
    uint64_t value = 0;
    for (; octets > 0 && !choices_.empty(); --octets, choices_.remove_prefix(1)) {
      value = value << 8 | static_cast<uint8_t>(choices_.front());
    }
    return value;
  }

  uint64_t state_ = 0;
  bool chosen_ = false;
  std::string_view choices_;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_RANDOM_H_
