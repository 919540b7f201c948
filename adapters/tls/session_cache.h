#ifndef HEADRACE_ADAPTERS_TLS_SESSION_CACHE_H_
#define HEADRACE_ADAPTERS_TLS_SESSION_CACHE_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "headrace/adapters/tls/openssl.h"

namespace headrace::tls {

using SessionPtr = std::unique_ptr<SSL_SESSION, Free<SSL_SESSION_free>>;

// A client's sessions that can be resumed, the latest one of each host. May be used on any thread.
class SessionCache {
 public:
  static constexpr size_t kMost = 256;  // hosts; a session has a few KiB

  void put(const std::string& host, SessionPtr session) {
    const std::scoped_lock lock(mutex_);
    if (sessions_.size() >= kMost && !sessions_.contains(host)) sessions_.erase(sessions_.begin());
    sessions_[host] = std::move(session);
  }
  // Null if there is none. One of TLS 1.3 is resumed once, because an observer could otherwise tell
  // that two connections are of one client (RFC 8446 §C.4); each connection brings new ones.
  SessionPtr take(const std::string& host) {
    const std::scoped_lock lock(mutex_);
    const auto found = sessions_.find(host);
    if (found == sessions_.end()) return nullptr;
    SSL_SESSION* const session = found->second.get();
    SSL_SESSION_up_ref(session);
    if (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION) sessions_.erase(found);
    return SessionPtr(session);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, SessionPtr> sessions_;
};

}  // namespace headrace::tls

#endif  // HEADRACE_ADAPTERS_TLS_SESSION_CACHE_H_
