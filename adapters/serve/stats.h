#ifndef HEADRACE_ADAPTERS_SERVE_STATS_H_
#define HEADRACE_ADAPTERS_SERVE_STATS_H_

#include <string>

#include "headrace/adapters/serve/client.h"
#include "headrace/adapters/serve/responder.h"
#include "headrace/adapters/serve/site.h"

namespace headrace::serve {

// The counters of all loops, added up, as JSON. A connection's are as of the end of its last turn.
std::string stats_as_json(const Site& site);

// GET /stats; 403 for a client from another machine, unless the site says otherwise.
void answer_stats(Responder& responder, const Site& site, const Client& client);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_STATS_H_
