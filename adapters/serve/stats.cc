#include "headrace/adapters/serve/stats.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "headrace/adapters/serve/made_body.h"

namespace headrace::serve {
namespace {

using adapters::kConnectionCounters;
using adapters::LoopStatistics;

// The sum of `read` over all loops. It wraps around as the counters do.
template <typename Read>
uint64_t sum(const Site& site, Read read) {
  uint64_t total = 0;
  for (const LoopStatistics* loop : site.loops) total += read(*loop).value();
  return total;
}

class StatsBody : public MadeBody {
 public:
  explicit StatsBody(const Site& site) : site_(site) {}

 private:
  bool make_next(std::string* piece) override {
    piece->append(stats_as_json(site_));
    return false;
  }

  const Site& site_;
};

}  // namespace

std::string stats_as_json(const Site& site) {
  const auto uptime = std::chrono::steady_clock::now() - site.started;
  const auto of = [&](adapters::Counter LoopStatistics::*counter) {
    return sum(
        site, [=](const LoopStatistics& loop) -> auto& { return loop.*counter; });
  };
  const uint64_t accepted = of(&LoopStatistics::connections_accepted);
  const uint64_t closed = of(&LoopStatistics::connections_closed);
  uint64_t files_open = 0;
  for (const OpenFiles* files : site.files) files_open += files->count();
  uint64_t file_memory = 0;
  for (const FileCache* cache : site.caches) file_memory += cache->memory();
  nlohmann::ordered_json stats = {
      {"uptime_seconds", std::chrono::duration<double>(uptime).count()},
      {"threads", site.loops.size()},
      {"allocation", site.allocation},
      {"io", site.io},
      {"connections_open", accepted - closed},
      {"connections_accepted", accepted},
      {"connections_closed", closed},
      {"connections_failed", of(&LoopStatistics::connections_failed)},
      {"handshakes_failed", of(&LoopStatistics::handshakes_failed)},
      {"accept_pauses", of(&LoopStatistics::accept_pauses)},
      {"input_shortages", of(&LoopStatistics::input_shortages)},
      {"connection_memory", of(&LoopStatistics::connection_memory)},
      {"memory", of(&LoopStatistics::memory)},
      {"connections_evicted", of(&LoopStatistics::connections_evicted)},
      {"socket_memory", of(&LoopStatistics::socket_memory)},
      {"connections_refused", of(&LoopStatistics::connections_refused)},
      {"connections_yielded", of(&LoopStatistics::connections_yielded)},
      {"files_open", files_open},
      {"file_memory", file_memory},
  };
  for (size_t i = 0; i < kConnectionCounters.size(); ++i) {
    stats[kConnectionCounters[i].name] = sum(
        site, [=](const LoopStatistics& loop) -> auto& { return loop.connection_counters[i]; });
  }
  nlohmann::ordered_json& limits = stats["limits_hit"];
  for (size_t i = 0; i < kLimits; ++i) {
    limits[to_string(static_cast<Limit>(i))] = sum(
        site, [=](const LoopStatistics& loop) -> auto& { return loop.limits_hit[i]; });
  }
  return stats.dump(2) + "\n";
}

void answer_stats(Responder& responder, const Site& site, const Client& client) {
  if (!site.stats_to_all && !client.driver.remote().is_loopback())
    return responder.respond_error(403);
  if (!responder.require_get_or_head()) return;
  responder.respond_made(200, {{"content-type", "application/json"}, {"cache-control", "no-store"}},
                         std::make_unique<StatsBody>(site), 0);
}

}  // namespace headrace::serve
