#ifndef HEADRACE_ADAPTERS_SERVE_FRONT_PAGE_H_
#define HEADRACE_ADAPTERS_SERVE_FRONT_PAGE_H_

#include "headrace/adapters/serve/responder.h"

namespace headrace::serve {

// The built-in site: a page that lists the endpoints, and its style sheet; 404 for anything else.
void answer_front_page(Responder& responder);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_FRONT_PAGE_H_
