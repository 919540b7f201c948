#ifndef HEADRACE_ADAPTERS_LOOP_OUTPUT_BUFFERS_H_
#define HEADRACE_ADAPTERS_LOOP_OUTPUT_BUFFERS_H_

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "headrace/protocol/connection/connection.h"

namespace headrace::adapters {

// A connection's output, up to kMost buffers of it, as a message for sendmsg(2). Not a copy.
class OutputBuffers {
 public:
  static constexpr size_t kMost = 256;  // a hundred heads with their bodies

  OutputBuffers() = default;
  explicit OutputBuffers(std::span<const ConstBuffer> output) { set(output); }
  OutputBuffers(const OutputBuffers&) = delete;
  OutputBuffers& operator=(const OutputBuffers&) = delete;

  void set(std::span<const ConstBuffer> output) {
    message_.msg_iov = buffers_.data();
    message_.msg_iovlen = std::min(output.size(), kMost);
    size_ = 0;
    for (size_t i = 0; i < message_.msg_iovlen; ++i) {
      buffers_[i] = {const_cast<uint8_t*>(output[i].data), output[i].size};
      size_ += output[i].size;
    }
  }

  // Reduces the message to its first `size` octets, or to all if it has fewer.
  void shorten(size_t size) {
    size_ = std::min(size_, size);
    size_t left = size_;
    for (size_t i = 0; i < message_.msg_iovlen; ++i) {
      buffers_[i].iov_len = std::min(buffers_[i].iov_len, left);
      left -= buffers_[i].iov_len;
      if (left == 0) message_.msg_iovlen = i + 1;
    }
  }

  // Points into this object.
  const msghdr* message() const { return &message_; }
  size_t size() const { return size_; }  // octets

 private:
  std::array<iovec, kMost> buffers_;  // those beyond msg_iovlen are not set
  msghdr message_{};
  size_t size_ = 0;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_OUTPUT_BUFFERS_H_
