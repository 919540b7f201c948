#include "headrace/adapters/serve/file_body.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <span>

namespace headrace::serve {

BodySource::Filled FileBody::fill(std::span<uint8_t> room) {
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(room.size(), left_));
  const ssize_t n = file_->read(room.data(), wanted, position_, client_.share);
  if (n < 0 && lacks_descriptor(errno)) {
    client_.files.wait(*this);
    return {};
  }
  if (n <= 0) return {.failed = true};
  position_ += static_cast<uint64_t>(n);
  left_ -= static_cast<uint64_t>(n);
  // Octets of two versions do not make a whole body. (Fewer than wanted: the file is shorter now.)
  unlooked_ += static_cast<uint64_t>(n);
  const bool is_short = static_cast<size_t>(n) < wanted;
  if (left_ == 0 || is_short || unlooked_ >= kLookedAtEvery) {
    if (!file_->is_current()) return {.failed = true};
    unlooked_ = 0;
  }
  return {.size = static_cast<size_t>(n), .end = left_ == 0};
}

void FileBody::try_again() {
  (void)connection_.resume(stream_id_);  // an error means that the stream has ended
  client_.driver.attend();
}

}  // namespace headrace::serve
