#ifndef HEADRACE_BENCHMARKS_EXCHANGE_H_
#define HEADRACE_BENCHMARKS_EXCHANGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/cycle.h"
#include "benchmarks/wire.h"
#include "headrace/memory/allocation.h"

namespace headrace::benchmarks {

enum class Bodies { kViews, kStreams, kSources };

// What a client asks for, and what it gets.
struct Exchange {
  uint32_t frame_size = 16384;  // that the client takes
  size_t request_fields = 0;    // beside the pseudo-header fields
  size_t response_fields = 0;
  size_t body = 0;        // the response's
  bool trailers = false;  // behind a small body in both directions
  Bodies bodies = Bodies::kViews;
  bool complete_heads = false;
  size_t at_once = 1;    // requests
  bool gzipped = false;  // the response is 1 MiB of text, which the client inflates
  bool http1 = false;    // HTTP/1.1
};

struct NamedExchange {
  std::string name;
  Exchange exchange;
};

// Downloads by the size of their frames, requests and responses by the number of their fields.
std::vector<NamedExchange> exchanges_of_sizes();

// A client's and a server's connection, joined by wires, which do the exchange with each run. Both
// are counted, and both are in the row's mode.
std::unique_ptr<Cycle> make_exchange_cycle(Allocation allocation, const Exchange& exchange,
                                           Wires wires);

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_EXCHANGE_H_
