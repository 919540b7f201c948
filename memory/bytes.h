#ifndef HEADRACE_MEMORY_BYTES_H_
#define HEADRACE_MEMORY_BYTES_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/alive_mark.h"
#include "headrace/memory/byte_view.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The payload bytes of a frame or an event: a view into the caller's input or, after own(), a copy.
// Valid as long as the frame or event that it is a member of.
class Bytes {
 public:
  Bytes() = default;
  // A view. Under AddressSanitizer it is a copy, so that each use of a stale view is reported.
  explicit Bytes(ByteView view) : data_(view.data()), size_(view.size()) {
    if constexpr (HEADRACE_ASAN != 0) own();
  }
  Bytes(Bytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        owned_(std::move(other.owned_)) {}
  Bytes& operator=(Bytes&& other) noexcept {
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    owned_ = std::move(other.owned_);
    return *this;
  }

  const uint8_t* data() const HEADRACE_LIFETIME_BOUND {
    alive_.check("bytes");
    return data_;
  }
  size_t size() const {
    alive_.check("bytes");
    return size_;
  }
  bool empty() const { return size() == 0; }
  const uint8_t* begin() const HEADRACE_LIFETIME_BOUND { return data(); }
  const uint8_t* end() const HEADRACE_LIFETIME_BOUND { return data() + size_; }
  std::string_view text() const HEADRACE_LIFETIME_BOUND {
    return {reinterpret_cast<const char*>(data()), size_};
  }
  // Implicit, because Bytes stands for the octets themselves.
  operator std::span<const uint8_t>() const HEADRACE_LIFETIME_BOUND { return {data(), size_}; }

  // Copies the bytes, so that they depend on no other object. Pointers and views obtained before
  // are to be obtained anew (under AddressSanitizer they dangle at once).
  void own() {
    if (size_ == 0 || (owned_ != nullptr && HEADRACE_ASAN == 0)) return;
    std::unique_ptr<uint8_t[]> copy(new uint8_t[size_]);
    std::memcpy(copy.get(), data_, size_);
    owned_ = std::move(copy);
    data_ = owned_.get();
  }
  // The event or frame that this is a member of was handed back. `owner`: as AliveMark::retire().
  void retire(const char* owner) {
    *this = Bytes();
    alive_.retire(owner);
  }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  std::unique_ptr<uint8_t[]> owned_;
  [[no_unique_address]] AliveMark alive_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_MEMORY_BYTES_H_
