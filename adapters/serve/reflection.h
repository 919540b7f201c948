#ifndef HEADRACE_ADAPTERS_SERVE_REFLECTION_H_
#define HEADRACE_ADAPTERS_SERVE_REFLECTION_H_

#include <string>
#include <string_view>

#include "adapters/serve/responder.h"

namespace headrace::serve {

// A field list as a JSON object in its order. A name that comes more than once has an array of its
// values; octets that are not UTF-8 become U+FFFD.
std::string fields_as_json(FieldsView fields);

// /headers: the request's fields, pseudo-header fields included; 431 where they come to more than
// 48 KiB. Any method.
void answer_headers(Responder& responder);

// /status/NNN: an answer with that status, 200 to 599. Any method.
void answer_status(Responder& responder, std::string_view status);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_REFLECTION_H_
