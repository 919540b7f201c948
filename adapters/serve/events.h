#ifndef HEADRACE_ADAPTERS_SERVE_EVENTS_H_
#define HEADRACE_ADAPTERS_SERVE_EVENTS_H_

#include <string_view>

#include "headrace/adapters/serve/responder.h"

namespace headrace::serve {

// /events/N: N server-sent events (WHATWG HTML §9.2), numbered from 1; with last-event-id those
// that follow it, and 204 behind the last one, so that the client does not come again. GET and
// HEAD.
void answer_events(Responder& responder, std::string_view count);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_EVENTS_H_
