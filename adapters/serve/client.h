#ifndef HEADRACE_ADAPTERS_SERVE_CLIENT_H_
#define HEADRACE_ADAPTERS_SERVE_CLIENT_H_

#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/serve/file_cache.h"
#include "headrace/adapters/serve/open_files.h"

namespace headrace::serve {

// The client of a request, for an endpoint: its connection's driver, the files of its thread, and
// its connection's share of those that are open.
struct Client {
  adapters::Driver& driver;
  OpenFiles& files;
  FileCache& cache;
  OpenFiles::Share& share;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_CLIENT_H_
