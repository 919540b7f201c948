#ifndef HEADRACE_ADAPTERS_SERVE_CLIENT_H_
#define HEADRACE_ADAPTERS_SERVE_CLIENT_H_

#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/serve/open_files.h"

namespace headrace::serve {

// The client of a request, for an endpoint: its connection's driver and share of the open files.
struct Client {
  const adapters::Driver& driver;
  OpenFiles& files;
  OpenFiles::Share& share;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_CLIENT_H_
