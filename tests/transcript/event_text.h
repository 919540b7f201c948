#ifndef HEADRACE_TESTS_TRANSCRIPT_EVENT_TEXT_H_
#define HEADRACE_TESTS_TRANSCRIPT_EVENT_TEXT_H_

#include <string_view>
#include <vector>

#include "headrace/protocol/event/event.h"
#include "tests/transcript/item.h"

namespace headrace::transcript {

// How a transcript writes an event; a copy of everything in it.
Item describe_event(const Event& event);

// Appends an event to those of the same turn. Adjacent DataReceived of a stream become one, since
// where they are cut depends on how the input came in.
void append_event(const Event& event, std::vector<Item>* events);

// The names of enumerators, as transcripts write them.
std::string_view closed_by_name(ClosedBy closed_by);
bool is_event_name(std::string_view name);

// urgency=3, and `incremental` when it is.
void add_priority(const Priority& priority, Item* item);

}  // namespace headrace::transcript

#endif  // HEADRACE_TESTS_TRANSCRIPT_EVENT_TEXT_H_
