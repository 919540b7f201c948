#include "headrace/protocol/stream/priority_scheduler.h"

#include "headrace/memory/contract.h"

namespace headrace {
namespace {

void insert_by_id(ScheduleList* list, ScheduledStream* stream) {
  ScheduledStream* behind = nullptr;
  if (!list->empty() && list->back()->id > stream->id) {
    behind = list->front();
    while (behind->id < stream->id) behind = ScheduleList::after(behind);
  }
  list->insert_before(behind, stream);
}

}  // namespace

void PriorityScheduler::add(ScheduledStream* stream) {
  HEADRACE_EXPECTS(stream->priority.urgency < Priority::kLevels, "PriorityScheduler::add()",
                   "urgency is 0 to 7 (RFC 9218 §4.1)", {"urgency", stream->priority.urgency},
                   {"stream_id", stream->id});
  Level& level = levels_[stream->priority.urgency];
  if (stream->priority.incremental) {
    level.incremental.push_back(stream);
  } else {
    insert_by_id(&level.sequential, stream);
  }
  occupied_ |= bit_of(stream);
}

void PriorityScheduler::remove(ScheduledStream* stream) {
  Level& level = levels_[stream->priority.urgency];
  (stream->priority.incremental ? level.incremental : level.sequential).remove(stream);
  if (level.incremental.empty() && level.sequential.empty()) {
    occupied_ &= static_cast<uint8_t>(~bit_of(stream));
  }
}

}  // namespace headrace
