#ifndef HEADRACE_ADAPTERS_SERVE_STATIC_FILES_H_
#define HEADRACE_ADAPTERS_SERVE_STATIC_FILES_H_

#include "headrace/adapters/serve/client.h"
#include "headrace/adapters/serve/responder.h"

namespace headrace::serve {

// Serves a file of the root, for GET and HEAD, with conditions (304, 412) and a range (206, 416).
// The file of a directory is its index.html. FileCache tells how old the look at a file may be.
void answer_file(Responder& responder, const Client& client);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_STATIC_FILES_H_
