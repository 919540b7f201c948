#ifndef HEADRACE_ADAPTERS_SERVE_REFLECTION_H_
#define HEADRACE_ADAPTERS_SERVE_REFLECTION_H_

#include <string_view>

#include "headrace/adapters/serve/responder.h"

namespace headrace::serve {

// /headers: the request's fields as JSON, including pseudo-header fields; 431 if they exceed 48
// KiB. Any method.
void answer_headers(Responder& responder);

// /status/NNN: a response with that status, 200 to 599. Any method.
void answer_status(Responder& responder, std::string_view status);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_REFLECTION_H_
