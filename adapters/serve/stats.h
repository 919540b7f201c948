#ifndef HEADRACE_ADAPTERS_SERVE_STATS_H_
#define HEADRACE_ADAPTERS_SERVE_STATS_H_

#include <string>

#include "headrace/adapters/serve/client.h"
#include "headrace/adapters/serve/responder.h"
#include "headrace/adapters/serve/site.h"

namespace headrace::serve {

// The sums of the counters of all loops as JSON. A connection's are those of its last turn's end.
std::string stats_as_json(const Site& site);

// GET /stats; 403 for a client on another machine, unless Site::stats_to_all.
void answer_stats(Responder& responder, const Site& site, const Client& client);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_STATS_H_
