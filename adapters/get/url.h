#ifndef HEADRACE_ADAPTERS_GET_URL_H_
#define HEADRACE_ADAPTERS_GET_URL_H_

#include <absl/status/statusor.h>

#include <string_view>

#include "headrace/protocol/message/url.h"

namespace headrace::get {

// Parses a URL of the command line, where the scheme defaults to http. A mistake names the URL.
absl::StatusOr<Url> parse_url(std::string_view text);

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_URL_H_
