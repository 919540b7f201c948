#include "headrace/adapters/tls/identities.h"

#include <algorithm>
#include <utility>

#include "headrace/adapters/tls/openssl.h"

namespace headrace::tls {

void Identities::set(std::vector<Identity> identities) {
  auto fresh = std::make_shared<const std::vector<Identity>>(std::move(identities));
  const std::scoped_lock lock(mutex_);
  all_.swap(fresh);
}

std::vector<Identity> Identities::for_host(const std::string& host) const {
  const All all = this->all();
  const bool covered = std::ranges::any_of(*all, [&](const Identity& i) { return i.covers(host); });
  const auto kind = [](const Identity& i) { return EVP_PKEY_get_base_id(i.key()); };
  std::vector<Identity> chosen;
  for (const Identity& identity : *all) {
    if (covered && !identity.covers(host)) continue;
    if (std::ranges::find(chosen, kind(identity), kind) == chosen.end()) chosen.push_back(identity);
  }
  return chosen;
}

Identities::All Identities::all() const {
  const std::scoped_lock lock(mutex_);
  return all_;
}

}  // namespace headrace::tls
