#ifndef HEADRACE_BENCHMARKS_GZIP_H_
#define HEADRACE_BENCHMARKS_GZIP_H_

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headrace::benchmarks {

// A file of gzip's (RFC 1952).
std::string gzip(std::string_view text);

// Reads such files one after another, piece by piece. Allocates only when it is made.
class Gunzip {
 public:
  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // Inflates the next piece and returns the octets that came of it. The program stops when it is
  // not of a whole file.
  size_t read(std::span<const uint8_t> piece);
  // Whether the file has ended, with the checksum that it has. The next piece begins another one.
  bool end();

 private:
  z_stream stream_{};
  bool ended_ = false;
  std::vector<uint8_t> room_;
};

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_GZIP_H_
