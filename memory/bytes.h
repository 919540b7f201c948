#ifndef HEADRACE_MEMORY_BYTES_H_
#define HEADRACE_MEMORY_BYTES_H_

#include <cstdint>
#include <cstring>
#include <gsl/span>
#include <memory>
#include <string_view>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/memory/poison.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// The payload bytes of a frame or an event: a view into the caller's input, or a copy of its own
// after own(). Valid as long as the frame or event it is a member of.
class Bytes {
 public:
  Bytes() = default;
  // A view. Under AddressSanitizer every view is a copy, so that a stale use of it is a report.
  explicit Bytes(gsl::span<const uint8_t> view) : data_(view.data()), size_(view.size()) {
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
  // Implicit: it stands for the bytes themselves.
  operator gsl::span<const uint8_t>() const HEADRACE_LIFETIME_BOUND { return {data(), size_}; }

  // Copies the bytes, so that they depend on nothing else. Under AddressSanitizer the copy that a
  // view is of goes with the view: what was taken from it before is stale from now on.
  void own() {
    if (size_ == 0 || (owned_ != nullptr && HEADRACE_ASAN == 0)) return;
    std::unique_ptr<uint8_t[]> copy(new uint8_t[size_]);
    std::memcpy(copy.get(), data_, size_);
    owned_ = std::move(copy);
    data_ = owned_.get();
  }
  // What it is a member of was handed back (AliveMark).
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
