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

SectionReader::Bounds section_bounds(const Options& options, bool is_client) {
  const Limits& limits = options.limits;
  if (!is_client) {
    return {limits.field_list_size, limits.fields_per_request, Limit::kFieldsPerRequest};
  }
  return {limits.field_list_size, limits.fields_per_response, Limit::kFieldsPerResponse,
          /*joins_folds=*/true};
}

}  // namespace

// A client is lenient where RFC 9112 lets it be and servers in use need it: it chose the server,
// and nobody stands behind it who could read a response in another way.
Parts::Parts(Role role_, std::shared_ptr<const Options> options_, TimePoint now_)
    : role(role_),
      shared_options(std::move(options_)),
      options(*shared_options),
      now(now_),
      ledger(options.limits.connection_memory),
      // Apart from the budget, so that what is refused does not depend on how the input is cut.
      line_memory(kNoBudget),
      request_memory(kNoBudget),
      recycler(options.allocation),
      life(options.limits.stream_stall_timeout),
      reports(options.observer),
      input(&ledger),
      lines(&line_memory, is_client() && options.accept_bare_lf),
      section(&ledger, section_bounds(options, is_client()), kept_fields(options.limits),
              kept_text(options.limits)),
      requests(&section, request_options(options)),
      responses(&section, {options.limits.field_list_size, options.accept_length_beside_chunked}),
      chunks(options.limits.chunk_extension_size, /*lenient=*/is_client(),
             is_client() && options.accept_bare_lf),
      exchanges(is_client() ? &request_memory : &ledger,
                is_client() && options.first_stream_id > 0 ? options.first_stream_id : 1),
      deadlines(options.limits, options.seed, now) {
  requests.begin();
  responses.begin();
  // A client waits for nothing before it has asked.
  if (is_client()) deadlines.stop(Deadline::kFirst);
}

}  // namespace http1
HEADRACE_ABI_END
}  // namespace headrace
