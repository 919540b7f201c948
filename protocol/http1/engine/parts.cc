#include "headrace/protocol/http1/engine/parts.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace http1 {
namespace {

constexpr size_t kNoBudget = std::numeric_limits<size_t>::max();

// Capacity kept between sections, as in HTTP/2: for the most fields, of ordinary length.
size_t kept_fields(const Limits& limits) {
  return std::max(FieldStorage::kKeptFields, std::bit_ceil(size_t{limits.fields_per_request}));
}
size_t kept_text(const Limits& limits) {
  return std::max(FieldStorage::kKeptArena, std::bit_ceil(size_t{limits.field_list_size}) / 4);
}

RequestOptions request_options(const Options& options) {
  return {options.secure_transport ? "https" : "http", options.limits.request_line_size,
          options.limits.content_size, options.accept_raw_targets, options.accept_path_fragment};
}

}  // namespace

Parts::Parts(std::shared_ptr<const Options> options_, TimePoint now_)
    : shared_options(std::move(options_)),
      options(*shared_options),
      now(now_),
      ledger(options.limits.connection_memory),
      // Apart from the budget, so that what is refused does not depend on how the input is cut.
      line_memory(kNoBudget),
      recycler(options.allocation),
      reports(options.observer),
      input(&ledger),
      lines(&line_memory),
      section(&ledger,
              {options.limits.field_list_size, options.limits.fields_per_request,
               Limit::kFieldsPerRequest},
              kept_fields(options.limits), kept_text(options.limits)),
      requests(&section, request_options(options)),
      chunks(options.limits.chunk_extension_size, /*lenient=*/false),
      exchanges(&ledger),
      deadlines(options.limits, options.seed, now) {
  requests.begin();
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
