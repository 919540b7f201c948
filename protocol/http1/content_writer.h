#ifndef HEADRACE_PROTOCOL_HTTP1_CONTENT_WRITER_H_
#define HEADRACE_PROTOCOL_HTTP1_CONTENT_WRITER_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "headrace/field/field.h"
#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/protocol/message/target_syntax.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {

// Writes the chunked coding (RFC 9112 §7.1). Functions that write return the end of the text.

inline constexpr std::string_view kEndOfChunk = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n";

inline uint8_t* write_text(std::string_view text, uint8_t* out) {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// The octets of the line in front of a chunk of `size` octets.
constexpr size_t chunk_line_size(size_t size) {
  return (static_cast<size_t>(std::bit_width(size)) + 3) / 4 + kEndOfChunk.size();
}
inline uint8_t* write_chunk_line(size_t size, uint8_t* out) {
  uint8_t* const end = out + chunk_line_size(size);
  for (uint8_t* digit = end - kEndOfChunk.size(); digit > out; size >>= 4) {
    *--digit = static_cast<uint8_t>("0123456789abcdef"[size & 15]);
  }
  write_text(kEndOfChunk, end - kEndOfChunk.size());
  return end;
}

// The field lines of a trailer section, in a block of the pool. None can break the syntax: those
// with invalid names are left out, and CR, LF and NUL in a value become spaces (RFC 9110 §5.5).
inline BlockPool::BlockPtr encode_trailers(FieldsView fields, BlockPool* pool) {
  constexpr std::string_view kColon = ": ";
  size_t size = 0;
  for (const Field& field : fields) size += field.name.size() + field.value.size() + 4;
  BlockPool::BlockPtr block = pool->take(size);
  uint8_t* out = block->octets();
  for (const Field& field : fields) {
    if (!is_token(field.name)) continue;
    out = write_text(field.name, out);
    out = write_text(kColon, out);
    uint8_t* const value = out;
    out = write_text(field.value, out);
    for (uint8_t* at = value; at < out; ++at) {
      if (*at == '\r' || *at == '\n' || *at == '\0') *at = ' ';
    }
    out = write_text(kEndOfChunk, out);
  }
  block->size = static_cast<uint32_t>(out - block->octets());
  return block;
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP1_CONTENT_WRITER_H_
