#ifndef HEADRACE_ADAPTERS_SERVE_SITE_H_
#define HEADRACE_ADAPTERS_SERVE_SITE_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headrace/adapters/loop/loop_statistics.h"
#include "headrace/adapters/serve/access_log.h"
#include "headrace/adapters/serve/client.h"
#include "headrace/adapters/serve/document_root.h"
#include "headrace/adapters/serve/responder.h"

namespace headrace::serve {

// What all connections of all threads answer from. It never changes once serving has begun.
struct Site {
  std::optional<DocumentRoot> root;  // none: the built-in pages
  std::unique_ptr<AccessLog> log;    // null: no log
  std::vector<const adapters::LoopStatistics*> loops;
  std::vector<const OpenFiles*> files;  // one a loop, for /stats
  bool diagnostics = true;              // the endpoints for trying it: all but files and pages
  bool stats_to_all = false;            // /stats answers clients from other machines too
  size_t open_files = 128;              // descriptors of files, one loop's
  std::string allocation;               // "reuse" or "fresh", for /stats
  std::string io;                       // "epoll" or "io_uring", for /stats
  std::chrono::steady_clock::time_point started;
};

// Whether the endpoint looks at the request's body. The others answer when it has ended.
bool takes_request_body(const Responder& responder, const Site& site);

// Chooses the endpoint by the request's path, and lets it answer. `client` knows who asks.
void answer(Responder& responder, const Site& site, const Client& client);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_SITE_H_
