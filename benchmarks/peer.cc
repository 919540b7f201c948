#include "benchmarks/peer.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace headrace::benchmarks {

void FlatOutput::append(const uint8_t* data, size_t size) {
  if (size > octets_.size() - size_) flush();
  if (size > octets_.size()) fail("a span is larger than the output buffer");
  std::memcpy(octets_.data() + size_, data, size);
  size_ += size;
}

void FlatOutput::flush() {
  if (record_ != nullptr) record_->append(reinterpret_cast<const char*>(octets_.data()), size_);
  total_ += size_;
  size_ = 0;
}

uint64_t sum_octets(const uint8_t* octets, size_t size) {
  uint64_t sum = 0;
  for (size_t i = 0; i < size; ++i) sum += octets[i];
  return sum;
}

void run_headrace_reuse(Round* round) {
  (round->workload->client ? ask_with_headrace : serve_with_headrace)(round, Allocation::kReuse,
                                                                      nullptr);
}
void run_headrace_fresh(Round* round) {
  (round->workload->client ? ask_with_headrace : serve_with_headrace)(round, Allocation::kFresh,
                                                                      nullptr);
}
void run_headrace_recorded(Round* round) {
  static RecordRing ring(1 << 20);
  (round->workload->client ? ask_with_headrace : serve_with_headrace)(round, Allocation::kReuse,
                                                                      &ring);
}
void run_nghttp2(Round* round) {
  (round->workload->client ? ask_with_nghttp2 : serve_with_nghttp2)(round);
}

void fail(const char* what) {
  std::fprintf(stderr, "benchmark: %s\n", what);
  std::exit(1);
}

}  // namespace headrace::benchmarks
