#include <utility>

#include "benchmarks/cycle.h"
#include "benchmarks/exchange.h"

// A client and a server back to back.

namespace headrace::benchmarks {
namespace {

CycleRow row(std::string name, const Exchange& exchange) {
  return {std::move(name), [exchange](Allocation allocation) {
            return make_exchange_cycle(allocation, exchange, make_direct_wires());
          }};
}

}  // namespace

std::vector<CycleRow> exchange_cycles() {
  std::vector<CycleRow> rows;
  for (const auto& [name, exchange] : exchanges_of_sizes()) rows.push_back(row(name, exchange));
  rows.push_back(
      row("Ten_sources_at_once", {.body = 1000, .bodies = Bodies::kSources, .at_once = 10}));
  for (const bool complete : {false, true}) {
    const std::string heads = complete ? "_heads_completed" : "";
    rows.push_back(
        row("Bodies_and_trailers" + heads, {.trailers = true, .complete_heads = complete}));
    rows.push_back(row("Streams_and_trailers" + heads,
                       {.trailers = true, .bodies = Bodies::kStreams, .complete_heads = complete}));
    rows.push_back(row("Sources_and_trailers" + heads,
                       {.trailers = true, .bodies = Bodies::kSources, .complete_heads = complete}));
  }
  rows.push_back(row("Http1_download_of_8MiB", {.body = 8 * 1024 * 1024, .http1 = true}));
  rows.push_back(row("Http1_request_of_10_fields", {.request_fields = 10, .http1 = true}));
  rows.push_back(
      row("Http1_response_of_10_fields", {.response_fields = 10, .body = 1000, .http1 = true}));
  rows.push_back(
      row("Http1_response_heads_completed", {.body = 1000, .complete_heads = true, .http1 = true}));
  rows.push_back(row("Http1_ten_requests_that_wait", {.body = 1000, .at_once = 10, .http1 = true}));
  rows.push_back(row("Http1_streams_and_trailers",
                     {.trailers = true, .bodies = Bodies::kStreams, .http1 = true}));
  rows.push_back(row("Http1_sources_and_trailers",
                     {.trailers = true, .bodies = Bodies::kSources, .http1 = true}));
  return rows;
}

}  // namespace headrace::benchmarks
