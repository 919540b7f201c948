#include "headrace/protocol/message/trailer_names.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// In alphabetical order.
constexpr std::string_view kForbidden[] = {
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "max-forwards",
    "pragma",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
};
static_assert(std::is_sorted(std::begin(kForbidden), std::end(kForbidden)));

}  // namespace

bool may_be_trailer(const Field& field) {
  return !std::binary_search(std::begin(kForbidden), std::end(kForbidden), field.name);
}

HEADRACE_ABI_END
}  // namespace headrace
