#include "tests/transcript/event_text.h"

#include <algorithm>
#include <string>

#include "tests/transcript/frame_names.h"
#include "tests/transcript/frame_text.h"

namespace headrace::transcript {
namespace {

constexpr std::string_view kEventNames[] = {
    "RequestReceived",    "ResponseReceived",     "InformationalReceived",  "PushPromiseReceived",
    "StreamIdsExhausted", "DataReceived",         "TrailersReceived",       "StreamClosed",
    "StreamWritable",     "BodyReleased",         "PriorityUpdateReceived", "SettingsReceived",
    "ResponseSent",       "SettingsAcknowledged", "PingReceived",           "PingAcknowledged",
    "GoawayReceived",     "AltSvcReceived",       "OriginReceived",         "UnknownFrameReceived",
    "ConnectionClosed",
};

Item named(std::string_view name) {
  Item item;
  item.name = name;
  return item;
}

// The part that every event of a stream has.
template <typename StreamEvent>
Item of_stream(std::string_view name, const StreamEvent& event) {
  Item item = named(name);
  item.numbers.push_back(event.stream_id);
  item.details.emplace_back("user_data", std::to_string(event.user_data));
  return item;
}

void add_end_stream(bool end_stream, Item* item) {
  if (end_stream) item->words.emplace_back("END_STREAM");
}

void add_fields(const FieldSection& fields, Item* item) {
  for (const Field& field : fields) {
    FieldLine line;
    line.name = field.name;
    line.value = field.value;
    line.never = field.never_indexed;
    item->fields.push_back(std::move(line));
  }
  item->fields_may_be_left_out = true;
}

void add_error(ErrorCode code, const ErrorDetail& detail, Item* item) {
  add_error_code(static_cast<uint32_t>(code), item);
  if (detail.rule != nullptr) item->details.emplace_back("rule", detail.rule->section);
  if (detail.status != 0) item->details.emplace_back("status", std::to_string(detail.status));
  if (detail.limit != 0 || detail.observed != 0) {
    item->details.emplace_back("observed", std::to_string(detail.observed));
    item->details.emplace_back("limit", std::to_string(detail.limit));
  }
  if (detail.bound) {
    item->details.emplace_back("bound", to_string(*detail.bound));
    item->details.emplace_back("suggested", std::to_string(detail.suggested()));
  }
}

void add_bytes(const Bytes& bytes, Item* item) {
  item->bytes = std::string(bytes.text());
  item->details.emplace_back("len", std::to_string(bytes.size()));
}

struct Describe {
  Item operator()(std::monostate) const { return named("nothing"); }
  Item operator()(const RequestReceived& event) const {
    Item item = of_stream("RequestReceived", event);
    add_end_stream(event.end_stream, &item);
    add_fields(event.fields, &item);
    return item;
  }
  Item operator()(const ResponseReceived& event) const {
    Item item = of_stream("ResponseReceived", event);
    add_end_stream(event.end_stream, &item);
    item.details.emplace_back("status", std::to_string(event.status));
    add_fields(event.fields, &item);
    return item;
  }
  Item operator()(const InformationalReceived& event) const {
    Item item = of_stream("InformationalReceived", event);
    add_end_stream(event.end_stream, &item);  // it never has it
    item.details.emplace_back("status", std::to_string(event.status));
    add_fields(event.fields, &item);
    return item;
  }
  Item operator()(const PushPromiseReceived& event) const {
    Item item = of_stream("PushPromiseReceived", event);
    item.attributes.emplace_back("promised", std::to_string(event.promised_stream_id));
    add_fields(event.fields, &item);
    return item;
  }
  Item operator()(const StreamIdsExhausted&) const { return named("StreamIdsExhausted"); }
  Item operator()(const DataReceived& event) const {
    Item item = of_stream("DataReceived", event);
    add_end_stream(event.end_stream, &item);
    add_bytes(event.bytes, &item);
    return item;
  }
  Item operator()(const TrailersReceived& event) const {
    Item item = of_stream("TrailersReceived", event);
    if (!event.end_stream) item.words.emplace_back("WITHOUT_END_STREAM");  // it always has it
    add_fields(event.fields, &item);
    return item;
  }
  Item operator()(const StreamClosed& event) const {
    Item item = of_stream("StreamClosed", event);
    add_error(event.error, event.detail, &item);
    item.words.emplace_back(closed_by_name(event.closed_by));
    if (event.retry_safe) item.words.emplace_back("retry_safe");
    if (event.retry_idempotent) item.words.emplace_back("retry_idempotent");
    if (event.body_released) item.words.emplace_back("body_released");
    return item;
  }
  Item operator()(const StreamWritable& event) const { return of_stream("StreamWritable", event); }
  Item operator()(const ResponseSent& event) const { return of_stream("ResponseSent", event); }
  Item operator()(const BodyReleased& event) const { return of_stream("BodyReleased", event); }
  Item operator()(const PriorityUpdateReceived& event) const {
    Item item = of_stream("PriorityUpdateReceived", event);
    add_priority(event.priority, &item);
    return item;
  }
  Item operator()(const SettingsReceived& event) const {
    Item item = named("SettingsReceived");
    for (const Setting setting : event.entries) {
      item.attributes.emplace_back(setting_name(static_cast<uint16_t>(setting.id)),
                                   std::to_string(setting.value));
    }
    return item;
  }
  Item operator()(const SettingsAcknowledged&) const { return named("SettingsAcknowledged"); }
  Item operator()(const PingReceived& event) const {
    Item item = named("PingReceived");
    item.numbers.push_back(event.opaque);
    return item;
  }
  Item operator()(const PingAcknowledged& event) const {
    Item item = named("PingAcknowledged");
    item.numbers.push_back(event.opaque);
    return item;
  }
  Item operator()(const GoawayReceived& event) const {
    Item item = named("GoawayReceived");
    add_error_code(static_cast<uint32_t>(event.error), &item);
    item.attributes.emplace_back("last", std::to_string(event.last_stream_id));
    add_bytes(event.debug_data, &item);
    return item;
  }
  Item operator()(const AltSvcReceived& event) const {
    Item item = of_stream("AltSvcReceived", event);
    if (!event.origin.empty()) item.attributes.emplace_back("origin", event.origin.text());
    item.bytes = std::string(event.value.text());
    return item;
  }
  Item operator()(const OriginReceived& event) const {
    Item item = named("OriginReceived");
    for (std::string_view origin : event.origins) item.attributes.emplace_back("origin", origin);
    return item;
  }
  Item operator()(const UnknownFrameReceived& event) const {
    Item item = named("UnknownFrameReceived");
    item.numbers.push_back(event.stream_id);
    item.attributes.emplace_back("type", hex_number(event.type));
    item.attributes.emplace_back("flags", hex_number(event.flags));
    add_bytes(event.payload, &item);
    return item;
  }
  Item operator()(const ConnectionClosed& event) const {
    Item item = named("ConnectionClosed");
    add_error(event.error.code, event.error, &item);
    item.words.emplace_back(closed_by_name(event.closed_by));
    return item;
  }
};

}  // namespace

void add_priority(const Priority& priority, Item* item) {
  item->attributes.emplace_back("urgency", std::to_string(priority.urgency));
  if (priority.incremental) item->words.emplace_back("incremental");
}

std::string_view closed_by_name(ClosedBy closed_by) {
  switch (closed_by) {
    case ClosedBy::kEnd:
      return "end";
    case ClosedBy::kLocal:
      return "local";
    case ClosedBy::kPeer:
      return "peer";
    case ClosedBy::kTransport:
      return "transport";
  }
  return "?";
}

bool is_event_name(std::string_view name) {
  return std::find(std::begin(kEventNames), std::end(kEventNames), name) != std::end(kEventNames);
}

Item describe_event(const Event& event) { return std::visit(Describe(), event); }

void append_event(const Event& event, std::vector<Item>* events) {
  const auto* data = std::get_if<DataReceived>(&event);
  const bool joins = data != nullptr && !events->empty() && events->back().name == "DataReceived" &&
                     events->back().numbers[0] == data->stream_id &&
                     !events->back().has_word("END_STREAM");
  if (!joins) {
    events->push_back(describe_event(event));
    return;
  }
  Item& before = events->back();
  before.bytes->append(data->bytes.text());
  add_end_stream(data->end_stream, &before);
  before.details = {{"user_data", std::to_string(data->user_data)},
                    {"len", std::to_string(before.bytes->size())}};
}

}  // namespace headrace::transcript
