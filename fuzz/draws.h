#ifndef HEADRACE_FUZZ_DRAWS_H_
#define HEADRACE_FUZZ_DRAWS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headrace::fuzz {

// The fuzzer's input as a source of choices. Behind its end every choice is the first one.
class Draws {
 public:
  explicit Draws(std::string_view input) : input_(input) {}

  bool done() const { return input_.empty(); }
  uint8_t octet() {
    if (input_.empty()) return 0;
    auto octet = static_cast<uint8_t>(input_.front());
    input_.remove_prefix(1);
    return octet;
  }
  uint32_t number() {
    uint32_t value = octet();
    for (int i = 0; i < 3; ++i) value = value << 8 | octet();
    return value;
  }
  // One of 0 ... count - 1.
  uint32_t below(uint32_t count) { return octet() % count; }
  // Once in `one_in` draws.
  bool seldom(uint32_t one_in) { return below(one_in) == one_in - 1; }
  template <typename T, size_t kSize>
  T pick(const std::array<T, kSize>& choices) {
    return choices[below(kSize)];
  }
  std::string octets(size_t size) {
    std::string taken(input_.substr(0, size));
    input_.remove_prefix(std::min(size, input_.size()));
    return taken;
  }

 private:
  std::string_view input_;
};

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_DRAWS_H_
