#ifndef HEADRACE_PROTOCOL_GUARD_CONNECTION_AGE_H_
#define HEADRACE_PROTOCOL_GUARD_CONNECTION_AGE_H_

#include <chrono>
#include <cstdint>

namespace headrace {

// `age` (Limits::connection_age), up to a tenth longer or shorter by a random number of the
// application's (Options::seed); 0 leaves it exact. SplitMix64's finalizer makes similar seeds
// differ.
inline std::chrono::milliseconds varied_age(std::chrono::milliseconds age, uint64_t seed) {
  if (seed == 0) return age;
  seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
  seed = (seed ^ (seed >> 27)) * 0x94d049bb133111eb;
  seed ^= seed >> 31;
  const int64_t most = age.count() / 10;
  return age + std::chrono::milliseconds(
                   static_cast<int64_t>(seed % (2 * static_cast<uint64_t>(most) + 1)) - most);
}

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_GUARD_CONNECTION_AGE_H_
