#include "headrace/protocol/http2/engine/parts.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

constexpr size_t kNoBudget = std::numeric_limits<size_t>::max();

// The highest identifier of the peer's streams: odd for a client's, even for a server's (§5.1.1).
StreamId highest_peer_stream(Role role) {
  return role == Role::kServer ? kMaxStreamId : kMaxStreamId - 1;
}

StreamId first_own_stream(Role role, const Options& options) {
  if (options.first_stream_id != 0) return options.first_stream_id;
  return role == Role::kClient ? 1 : 2;
}

// Enforced from the first octet, before the peer has acknowledged it.
uint32_t first_field_list_size(const Options& options) {
  uint32_t size = options.limits.field_list_size;
  for (const Setting& setting : options.settings) {
    if (setting.id == SettingId::kMaxHeaderListSize) size = setting.value;
  }
  return size;
}

// Capacity kept between field sections: enough for a section with the maximum number of fields of
// ordinary length.
size_t kept_fields(Role role, const Limits& limits) {
  const uint32_t fields =
      role == Role::kServer ? limits.fields_per_request : limits.fields_per_response;
  return std::max(FieldStorage::kKeptFields, std::bit_ceil(size_t{fields}));
}
size_t kept_text(const Limits& limits) {
  return std::max(FieldStorage::kKeptArena, std::bit_ceil(size_t{limits.field_list_size}) / 4);
}

}  // namespace

// A client's streams, and what it queues, are its own application's affair, so they have no budget.
Parts::Parts(Role role_, std::shared_ptr<const Options> options_, TimePoint now_)
    : role(role_),
      shared_options(std::move(options_)),
      options(*shared_options),
      now(now_),
      ledger(options.limits.connection_memory),
      own_memory(kNoBudget),
      // Apart from the budget, so that what is refused does not depend on how the input is cut.
      frame_memory(kNoBudget),
      recycler(options.allocation),
      life(options.limits.stream_stall_timeout),
      reports(options.observer),
      inbound(&ledger, &frame_memory, role == Role::kServer),
      // In the steady state nothing is allocated for a field section of the largest size.
      field_reader(&ledger, options.limits, kept_fields(role, options.limits),
                   kept_text(options.limits)),
      field_writer(&ledger, options.split_cookies),
      settings(role == Role::kClient,
               {options.limits.concurrent_streams, first_field_list_size(options)}),
      questions(options.limits.queued_replies),
      streams({role == Role::kClient, first_own_stream(role, options),
               options.limits.remembered_streams},
              role == Role::kClient ? &own_memory : &ledger, &ledger, &own_memory),
      sender(options.scheduler, options.custom_scheduler, now),
      priorities(options.limits, &ledger),
      credit({options.window_policy, options.connection_window_size, options.max_window_size,
              options.automatic_credit}),
      outbox(options.limits.queued_replies,
             role == Role::kClient ? kNoBudget : options.limits.output_backlog),
      budgets(options.limits, now),
      going_away(highest_peer_stream(role)),
      deadlines(options.limits, options.seed, now) {}

HEADRACE_ABI_END
}  // namespace headrace
