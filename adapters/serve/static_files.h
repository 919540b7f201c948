#ifndef HEADRACE_ADAPTERS_SERVE_STATIC_FILES_H_
#define HEADRACE_ADAPTERS_SERVE_STATIC_FILES_H_

#include "headrace/adapters/serve/client.h"
#include "headrace/adapters/serve/responder.h"

namespace headrace::serve {

// A file beneath the root, for GET and HEAD: with conditions (304, 412) and a range (206, 416). A
// directory stands for its index.html. Every request opens the file and looks at it anew: nothing
// is cached.
void answer_file(Responder& responder, const Client& client);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_STATIC_FILES_H_
