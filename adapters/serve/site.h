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

// The site that all connections of all threads serve. It does not change while serving.
struct Site {
  std::optional<DocumentRoot> root;  // none: the built-in pages
  std::unique_ptr<AccessLog> log;    // null: no log
  std::vector<const adapters::LoopStatistics*> loops;
  std::vector<const OpenFiles*> files;   // one for each loop, for /stats
  std::vector<const FileCache*> caches;  // likewise
  bool diagnostics = true;               // serve all endpoints other than files and pages
  bool websocket = true;                 // serve /ws beside them
  bool check_authority = false;          // answer 421 for hosts that the certificate does not cover
  bool stats_to_all = false;             // serve /stats to clients on other machines, too
  size_t open_files = 128;               // descriptors of files of one loop
  FileCache::Limits file_cache;          // of one loop
  std::string allocation;                // "reuse" or "fresh", for /stats
  std::string io;                        // "epoll" or "io_uring", for /stats
  std::chrono::steady_clock::time_point started;
};

// Whether the endpoint handles the request's body. The others respond when it has ended.
bool takes_request_body(const Responder& responder, const Site& site);

// Answers a request by the endpoint for its path.
void answer(Responder& responder, const Site& site, const Client& client);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_SITE_H_
