#ifndef HEADRACE_ADAPTERS_TLS_IDENTITIES_H_
#define HEADRACE_ADAPTERS_TLS_IDENTITIES_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "headrace/adapters/tls/identity.h"

namespace headrace::tls {

// The certificates of a server, which may be replaced while it runs. Its functions may be called on
// any thread.
class Identities {
 public:
  void set(std::vector<Identity> identities);

  // Those that a client which asks for `host` may be shown (SNI; empty: it asks for none): the
  // first of each kind of key among those that cover the host. If none does, all are as good.
  std::vector<Identity> for_host(const std::string& host) const;

 private:
  using All = std::shared_ptr<const std::vector<Identity>>;
  All all() const;

  mutable std::mutex mutex_;
  All all_ = std::make_shared<const std::vector<Identity>>();  // guarded by mutex_
};

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_IDENTITIES_H_
