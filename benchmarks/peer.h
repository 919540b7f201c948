#ifndef HEADRACE_BENCHMARKS_PEER_H_
#define HEADRACE_BENCHMARKS_PEER_H_

#include <cstddef>
#include <cstdint>
#include <gsl/span>
#include <string>
#include <vector>

#include "benchmarks/measure.h"
#include "benchmarks/workload.h"
#include "headrace/memory/allocation.h"
#include "headrace/recording.h"

namespace headrace::benchmarks {

// The flat buffer that all output is drained into, reused after each chunk: what a program hands to
// its socket.
class FlatOutput {
 public:
  FlatOutput() : octets_(256 * 1024) {}

  // From now on everything is kept in `record`, too (null: nothing is).
  void record(std::string* record) { record_ = record; }

  void append(const uint8_t* data, size_t size);
  // It is on its way.
  void flush();

  // Octets that went through so far.
  uint64_t total() const { return total_; }

 private:
  std::vector<uint8_t> octets_;
  size_t size_ = 0;
  uint64_t total_ = 0;
  std::string* record_ = nullptr;
};

// One round: a fresh session that is fed the workload chunk by chunk, drained after each chunk, and
// destroyed.
struct Round {
  const Workload* workload;
  FlatOutput* output;
  bool with_epilogue = false;

  Tally tally = {};
  bool begun = false;             // the first chunk was through
  uint64_t warm_allocations = 0;  // heap_allocations() when the first chunk was through

  // Calls `feed` with each chunk; it feeds and drains. A client asks first, in `ask`, which is
  // called with the requests of this turn.
  template <typename Feed, typename Ask>
  void for_each_chunk(const Feed& feed, const Ask& ask) {
    size_t asked = 0;
    for_each_chunk([&](gsl::span<const uint8_t> bytes) {
      // (The first chunk is the server's SETTINGS.)
      const size_t now = begun ? workload->requests_a_chunk : 0;
      for (size_t i = asked; i < asked + now; ++i) ask(i);
      asked += now;
      begun = true;
      feed(bytes);
    });
  }
  template <typename Feed>
  void for_each_chunk(const Feed& feed) {
    const auto* input = reinterpret_cast<const uint8_t*>(workload->input.data());
    size_t begin = 0;
    for (size_t end : workload->chunk_ends) {
      feed(gsl::span<const uint8_t>(input + begin, end - begin));
      output->flush();
      if (begin == 0) warm_allocations = heap_allocations();
      begin = end;
    }
    if (!with_epilogue || workload->epilogue.empty()) return;
    feed(gsl::span<const uint8_t>(reinterpret_cast<const uint8_t*>(workload->epilogue.data()),
                                  workload->epilogue.size()));
    output->flush();
  }
};

// What the application does with DATA that it reads.
uint64_t sum_octets(const uint8_t* octets, size_t size);

// Runs a round, in the workload's role.
using Peer = void (*)(Round* round);

struct NamedPeer {
  const char* name;
  Peer run;
};

// Each in a file of its own, by the role.
void serve_with_headrace(Round* round, Allocation allocation, RecordSink* record = nullptr);
void ask_with_headrace(Round* round, Allocation allocation, RecordSink* record = nullptr);
void serve_with_nghttp2(Round* round);
void ask_with_nghttp2(Round* round);

void run_headrace_reuse(Round* round);
void run_headrace_fresh(Round* round);
// Into a ring (docs/flight-recorder.md).
void run_headrace_recorded(Round* round);
void run_nghttp2(Round* round);

inline constexpr NamedPeer kPeers[] = {
    {"headrace_reuse", run_headrace_reuse},
    {"headrace_fresh", run_headrace_fresh},
    {"headrace_recorded", run_headrace_recorded},
    {"nghttp2", run_nghttp2},
};

[[noreturn]] void fail(const char* what);

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_PEER_H_
