#ifndef HEADRACE_BENCHMARKS_HEADER_SETS_H_
#define HEADRACE_BENCHMARKS_HEADER_SETS_H_

#include <string>
#include <utility>
#include <vector>

namespace headrace::benchmarks {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// What one side says on one connection: field sections in their order.
struct HeaderSet {
  std::string name;
  std::vector<HeaderList> lists;
};

// Connections as browsers, API clients, origins and content networks have them. Always the same.
std::vector<HeaderSet> realistic_header_sets();

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_HEADER_SETS_H_
