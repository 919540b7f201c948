#ifndef HEADRACE_ADAPTERS_SERVE_SITE_SERVICE_H_
#define HEADRACE_ADAPTERS_SERVE_SITE_SERVICE_H_

#include <algorithm>
#include <memory>
#include <string>

#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/serve/file_cache.h"
#include "headrace/adapters/serve/open_files.h"
#include "headrace/adapters/serve/site.h"

namespace headrace::serve {

// Serves the site on one loop's connections, which must have Options::complete_heads.
class SiteService : public adapters::Service {
 public:
  explicit SiteService(const Site* site);
  std::unique_ptr<adapters::Handler> open(Connection& connection,
                                          adapters::Driver& driver) override;

  void handshake_failed(const std::string& reason, const adapters::SocketAddress& remote) override;
  bool give_back_descriptor() override { return files_.close_one(); }
  TimePoint next_deadline() const override {
    return std::min(cache_.next_deadline(), files_.next_deadline());
  }
  void expire(TimePoint now) override;

  const OpenFiles& files() const { return files_; }
  const FileCache& cache() const { return cache_; }

 private:
  const Site* site_;
  OpenFiles files_;
  FileCache cache_;
};

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_SITE_SERVICE_H_
