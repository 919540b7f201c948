#include "headrace/adapters/serve/made_body.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace headrace::serve {

BodySource::Filled MadeBody::fill(std::span<uint8_t> room) {
  size_t filled = 0;
  while (filled < room.size()) {
    if (taken_ == piece_.size()) {
      if (complete_) break;
      piece_.clear();
      taken_ = 0;
      complete_ = !make_next(&piece_);
    }
    const size_t count = std::min(room.size() - filled, piece_.size() - taken_);
    std::memcpy(room.data() + filled, piece_.data() + taken_, count);
    filled += count;
    taken_ += count;
  }
  sent_ += filled;
  return {.size = filled, .end = complete_ && taken_ == piece_.size()};
}

}  // namespace headrace::serve
