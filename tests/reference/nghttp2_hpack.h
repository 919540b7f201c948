#ifndef HEADRACE_TESTS_REFERENCE_NGHTTP2_HPACK_H_
#define HEADRACE_TESTS_REFERENCE_NGHTTP2_HPACK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/reference/hpack.h"

struct nghttp2_hd_deflater;
struct nghttp2_hd_inflater;

// libnghttp2's HPACK in the terms of this directory: a third opinion, which nobody here wrote.
namespace reference {

class Nghttp2Inflater {
 public:
  Nghttp2Inflater();

  // The fields of a whole block, or nothing: then it must not be used again.
  std::optional<std::vector<HeaderField>> decode(std::string_view block);

  // The limit that size updates must keep. An entry that is too much for it goes at once, and not
  // when the encoder says so.
  void set_max_table_size(uint32_t limit);

  // The dynamic table, newest entry first, and its maximum size.
  std::vector<HeaderField> table() const;
  uint64_t table_max_size() const;

 private:
  std::unique_ptr<nghttp2_hd_inflater, void (*)(nghttp2_hd_inflater*)> inflater_;
};

class Nghttp2Deflater {
 public:
  // `table_size`: what it uses of the peer's offer at most.
  explicit Nghttp2Deflater(uint32_t table_size);

  std::string encode(const std::vector<HeaderField>& fields);
  void set_max_table_size(uint32_t limit);
  std::vector<HeaderField> table() const;

 private:
  std::unique_ptr<nghttp2_hd_deflater, void (*)(nghttp2_hd_deflater*)> deflater_;
};

}  // namespace reference

#endif  // HEADRACE_TESTS_REFERENCE_NGHTTP2_HPACK_H_
