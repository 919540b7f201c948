#include "headrace/protocol/stream/priority_scheduler.h"

#include <bit>

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

ScheduledStream* PriorityScheduler::next() const {
  if (occupied_ == 0) return nullptr;
  const int urgency = std::countr_zero(occupied_);
  const Level& level = levels_[static_cast<size_t>(urgency)];
  if (level.sequential.empty()) return level.incremental.front();
  if (level.incremental.empty()) return level.sequential.front();
  const bool incremental = (incrementals_turn_ >> urgency & 1) != 0;
  return (incremental ? level.incremental : level.sequential).front();
}

void PriorityScheduler::took_turn(ScheduledStream* stream) {
  if (!stream->priority.incremental) {
    incrementals_turn_ |= bit_of(stream);
    return;
  }
  incrementals_turn_ &= static_cast<uint8_t>(~bit_of(stream));
  ScheduleList& list = levels_[stream->priority.urgency].incremental;
  list.remove(stream);
  list.push_back(stream);
}

}  // namespace headrace
