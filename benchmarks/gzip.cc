#include "benchmarks/gzip.h"

#include "benchmarks/peer.h"

namespace headrace::benchmarks {
namespace {

// zlib's way to say: with gzip's head and checksum.
constexpr int kGzip = MAX_WBITS + 16;
constexpr size_t kRoom = 64 * 1024;

}  // namespace

std::string gzip(std::string_view text) {
  z_stream stream{};
  constexpr int kMemoryLevel = 8;  // zlib's default
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    fail("zlib does not begin");
  }
  std::string file(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(file.data());
  stream.avail_out = static_cast<uInt>(file.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) fail("zlib does not end");
  file.resize(stream.total_out);
  deflateEnd(&stream);
  return file;
}

Gunzip::Gunzip() : room_(kRoom) {
  if (inflateInit2(&stream_, kGzip) != Z_OK) fail("zlib does not begin");
}
Gunzip::~Gunzip() { inflateEnd(&stream_); }

size_t Gunzip::read(std::span<const uint8_t> piece) {
  if (piece.empty()) return 0;
  stream_.next_in = const_cast<Bytef*>(piece.data());
  stream_.avail_in = static_cast<uInt>(piece.size());
  size_t size = 0;
  do {
    stream_.next_out = room_.data();
    stream_.avail_out = static_cast<uInt>(room_.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) fail("zlib fails");
    size += room_.size() - stream_.avail_out;
    ended_ = result == Z_STREAM_END;
  } while (!ended_ && stream_.avail_out == 0);
  if (stream_.avail_in != 0) fail("there is more than a file");
  return size;
}

bool Gunzip::end() {
  if (!ended_) return false;
  ended_ = false;
  return inflateReset(&stream_) == Z_OK;
}

}  // namespace headrace::benchmarks
