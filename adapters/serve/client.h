#ifndef HEADRACE_ADAPTERS_SERVE_CLIENT_H_
#define HEADRACE_ADAPTERS_SERVE_CLIENT_H_

#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/serve/open_files.h"

namespace headrace::serve {

// Who asks, as an endpoint sees it: one connection's driver, and its share of the open files.
struct Client {
  const adapters::Driver& driver;
  OpenFiles& files;
  OpenFiles::Share& share;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_CLIENT_H_
