#ifndef HEADRACE_BENCHMARKS_WORKLOAD_BUILDER_H_
#define HEADRACE_BENCHMARKS_WORKLOAD_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "benchmarks/workload.h"
#include "tests/reference/frames.h"
#include "tests/reference/hpack.h"

namespace headrace::benchmarks {

inline constexpr uint16_t kMaxConcurrentStreams = 0x3;  // RFC 9113 §6.5.2
inline constexpr uint16_t kInitialWindowSize = 0x4;

// What the client announces.
inline constexpr uint32_t kClientStreamWindow = 6291456;
inline constexpr uint32_t kClientConnectionIncrement = 15663105;
inline constexpr uint32_t kClientConnectionWindow = 65535 + kClientConnectionIncrement;

// The input of a session, frame by frame.
class Builder {
 public:
  // Begins with a client's preface, settings and window.
  explicit Builder(std::string_view name);

  void add(std::string_view octets) { workload_.input += octets; }
  // A request or a response.
  void headers(uint32_t stream_id, bool end_stream, const FieldPairs& fields, std::string block);
  void end_chunk() { workload_.chunk_ends.push_back(workload_.input.size()); }
  // The input behind the last chunk in chunks of one size.
  void end_chunks_of(size_t size);

  Workload& workload() { return workload_; }
  Workload take() { return std::move(workload_); }

 private:
  Workload workload_;
};

// A server's answers to W1 for a client.
Workload make_client(std::string_view name, Size size);
// W1 (indexing) and W1b. `cut`: in pieces of so many octets, each of which is answered; 0: by the
// hundred requests.
Workload make_requests(std::string_view name, Size size, bool indexing, size_t cut = 0);
// W1, answered with a body of `size` octets.
Workload make_bodies(std::string_view name, Size size, BodyKind kind, size_t octets);

// Indexed where a browser indexes; a name of the tables by its index.
std::string write_block(const FieldPairs& fields, bool indexing, reference::HpackEncoder* encoder);

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_WORKLOAD_BUILDER_H_
