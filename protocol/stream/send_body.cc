#include "protocol/stream/send_body.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace headrace::inline HEADRACE_ABI {
namespace {

gsl::span<const uint8_t> octets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

void SendBody::start(Body body, uint32_t buffer_size) {
  trailers_expected_ = body.trailers_expected();
  body_ = std::move(body);
  buffer_capacity_ = buffer_size;
  if (auto* view = std::get_if<gsl::span<const uint8_t>>(&body_.kind())) {
    rest_ = *view;
    stable_ = owes_release_ = true;
  } else if (auto* text = std::get_if<std::string>(&body_.kind())) {
    rest_ = octets(*text);
    stable_ = true;
  } else if (auto* bytes = std::get_if<std::vector<uint8_t>>(&body_.kind())) {
    rest_ = *bytes;
    stable_ = true;
  } else {
    open_ = std::holds_alternative<Body::Stream>(body_.kind());
  }
}

size_t SendBody::append(gsl::span<const uint8_t> bytes) {
  size_t accepted = std::min<size_t>(bytes.size(), buffer_capacity_ - buffer_.size);
  if (accepted < bytes.size()) wrote_short_ = true;
  if (accepted == 0) return 0;
  if (buffer_.bytes == nullptr) buffer_.bytes.reset(new uint8_t[buffer_capacity_]);
  // A ring: up to two pieces.
  uint32_t end = (buffer_.begin + buffer_.size) % buffer_capacity_;
  size_t first = std::min<size_t>(accepted, buffer_capacity_ - end);
  std::memcpy(buffer_.bytes.get() + end, bytes.data(), first);
  if (accepted > first) std::memcpy(buffer_.bytes.get(), bytes.data() + first, accepted - first);
  buffer_.size += static_cast<uint32_t>(accepted);
  return accepted;
}

bool SendBody::take_writable() {
  // Half of the buffer is free again: often enough to keep the stream busy, seldom enough to be
  // cheap.
  if (!wrote_short_ || !open_ || buffer_.size > buffer_capacity_ / 2) return false;
  wrote_short_ = false;
  return true;
}

BodySource* SendBody::source() const {
  auto* source = std::get_if<BodySource*>(&body_.kind());
  return source == nullptr ? nullptr : *source;
}

void SendBody::source_ended() { body_ = Body::none(); }

BodySource::Filled SendBody::prefetch(size_t size) {
  buffer_capacity_ = static_cast<uint32_t>(size);
  buffer_.bytes.reset(new uint8_t[size]);
  BodySource::Filled filled;
  do {
    filled = source()->fill({buffer_.bytes.get() + buffer_.size, size - buffer_.size});
    Expects(filled.size <= size - buffer_.size);
    buffer_.size += static_cast<uint32_t>(filled.size);
  } while (filled.size > 0 && !filled.end && !filled.failed && buffer_.size < size);
  if (filled.end) source_ended();
  source_waiting_ = filled.size == 0;
  return filled;
}

std::optional<size_t> SendBody::size_left() const {
  if (open_ || source() != nullptr) return std::nullopt;
  return rest_.size() + buffer_.size;
}

gsl::span<const uint8_t> SendBody::ready() const {
  if (buffer_.size == 0) return rest_;
  return {buffer_.bytes.get() + buffer_.begin,
          std::min(buffer_.size, buffer_capacity_ - buffer_.begin)};
}

void SendBody::consume(size_t size) {
  if (buffer_.size == 0) {
    rest_ = rest_.subspan(size);
    return;
  }
  buffer_.size -= static_cast<uint32_t>(size);
  buffer_.begin =
      buffer_.size == 0 ? 0 : (buffer_.begin + static_cast<uint32_t>(size)) % buffer_capacity_;
}

bool SendBody::drained() const {
  return rest_.empty() && buffer_.size == 0 && !open_ && source() == nullptr && !trailers_expected_;
}

bool SendBody::has_something() const {
  if (!rest_.empty() || buffer_.size > 0) return true;
  return source() != nullptr ? !source_waiting_ : !open_ && !trailers_expected_;
}

void SendBody::set_trailers(TrailerBlock block) {
  trailers_ = std::move(block);
  trailers_expected_ = false;
}

void SendBody::cancel() {
  rest_ = {};
  buffer_ = {};
  open_ = false;
  wrote_short_ = false;
  trailers_expected_ = false;
  trailers_.reset();
  // Owned bytes stay until nothing refers to them: the record is destroyed after that.
  if (source() != nullptr) body_ = Body::none();
}

}  // namespace headrace::inline HEADRACE_ABI
