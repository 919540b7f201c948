#ifndef HEADRACE_BENCHMARKS_CONNECTION_ROWS_H_
#define HEADRACE_BENCHMARKS_CONNECTION_ROWS_H_

#include <string>
#include <vector>

#include "benchmarks/rows.h"
#include "benchmarks/workload.h"

namespace headrace::benchmarks {

// Each of the workloads with each of the peers. A row is checked when it is made
// for the first time.
std::vector<Row> connection_rows(const std::vector<std::string>& workloads, Size size);

// --size=tiny, or all of it.
Size take_size(int* argc, char** argv);

}  // namespace headrace::benchmarks

#endif  // HEADRACE_BENCHMARKS_CONNECTION_ROWS_H_
