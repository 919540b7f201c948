#ifndef HEADRACE_FUZZ_HPACK_THIRD_CODEC_H_
#define HEADRACE_FUZZ_HPACK_THIRD_CODEC_H_

#include "tests/reference/hpack.h"

#if HEADRACE_FUZZ_NGHTTP2
#include "tests/reference/nghttp2_hpack.h"
#else
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#endif

// The codec beside ours and the reference's: libnghttp2's. MemorySanitizer has to see everything
// that is linked (--config=msan), which leaves the reference codec for this part too.
namespace headrace::fuzz {

#if HEADRACE_FUZZ_NGHTTP2

using ThirdInflater = reference::Nghttp2Inflater;
using ThirdDeflater = reference::Nghttp2Deflater;

#else

class ThirdInflater {
 public:
  std::optional<std::vector<reference::HeaderField> > decode(std::string_view block) {
    return decoder_.decode(block);
  }
  void set_max_table_size(uint32_t limit) { decoder_.set_max_table_size(limit); }
  std::vector<reference::HeaderField> table() const {
    return {decoder_.table().dynamic().begin(), decoder_.table().dynamic().end()};
  }
  uint64_t table_max_size() const { return decoder_.table().max_size(); }

 private:
  reference::HpackDecoder decoder_;
};

class ThirdDeflater {
 public:
  explicit ThirdDeflater(uint32_t table_size) : table_size_(table_size) {}

  std::string encode(const std::vector<reference::HeaderField>& fields) {
    std::string block;
    // RFC 7541 §4.2: the lowest limit since the last block, then the last.
    const uint64_t size = std::min(limit_, table_size_);
    if (lowest_ < std::min(size, encoder_.table().max_size())) {
      encoder_.write_size_update(lowest_, &block);
    }
    if (size != encoder_.table().max_size()) encoder_.write_size_update(size, &block);
    lowest_ = limit_;
    return block + encoder_.encode(fields);
  }
  void set_max_table_size(uint32_t limit) {
    limit_ = limit;
    lowest_ = std::min(lowest_, limit_);
  }
  std::vector<reference::HeaderField> table() const {
    return {encoder_.table().dynamic().begin(), encoder_.table().dynamic().end()};
  }

 private:
  const uint64_t table_size_;
  reference::HpackEncoder encoder_;
  uint64_t limit_ = 4096;
  uint64_t lowest_ = 4096;
};

#endif

}  // namespace headrace::fuzz

#endif  // HEADRACE_FUZZ_HPACK_THIRD_CODEC_H_
