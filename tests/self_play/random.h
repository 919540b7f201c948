#ifndef HEADRACE_TESTS_SELF_PLAY_RANDOM_H_
#define HEADRACE_TESTS_SELF_PLAY_RANDOM_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace headrace::self_play {

// The same numbers from the same seed, on every machine and with every standard library
// (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t number() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  // One of 0 ... count - 1.
  uint32_t below(uint32_t count) { return static_cast<uint32_t>((number() >> 32) * count >> 32); }
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
  uint64_t state_;
};

}  // namespace headrace::self_play

#endif  // HEADRACE_TESTS_SELF_PLAY_RANDOM_H_
