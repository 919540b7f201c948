#ifndef HEADRACE_ADAPTERS_SERVE_SITE_H_
#define HEADRACE_ADAPTERS_SERVE_SITE_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/loop/loop_statistics.h"
#include "adapters/serve/access_log.h"
#include "adapters/serve/document_root.h"
#include "adapters/serve/responder.h"

namespace headrace::serve {

// What all connections of all threads answer from. It never changes once serving has begun.
struct Site {
  std::optional<DocumentRoot> root;  // none: the built-in pages
  std::unique_ptr<AccessLog> log;    // null: no log
  std::vector<const adapters::LoopStatistics*> loops;
  std::string allocation;  // "reuse" or "fresh", for /stats
  std::string io;          // "epoll" or "io_uring", for /stats
  std::chrono::steady_clock::time_point started;
};

// Whether the endpoint looks at the request's body. The others answer when it has ended.
bool takes_request_body(const Responder& responder);

// Chooses the endpoint by the request's path, and lets it answer.
void answer(Responder& responder, const Site& site);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_SITE_H_
