#ifndef HEADRACE_ADAPTERS_SERVE_MEDIA_TYPE_H_
#define HEADRACE_ADAPTERS_SERVE_MEDIA_TYPE_H_

#include <string_view>

namespace headrace::serve {

// The media type (RFC 9110 §8.3.1) of a file by the extension of its name; application/octet-stream
// for an unknown one.
std::string_view media_type_of(std::string_view file_name);

}  // namespace headrace::serve

#endif  // HEADRACE_ADAPTERS_SERVE_MEDIA_TYPE_H_
