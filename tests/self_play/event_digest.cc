#include <string>
#include <variant>

#include "tests/self_play/application.h"
#include "tests/transcript/event_text.h"

namespace headrace::self_play {
namespace {

struct Digester {
  Report* report;

  template <typename E>
  void head(const E& event) const {
    report->digest(event.stream_id);
    report->digest(event.user_data);
  }
  template <typename E>
  void with_fields(const E& event) const {
    head(event);
    report->digest(event.fields.size());
    for (const Field& field : event.fields) {
      report->digest(field.name);
      report->digest(field.value);
      report->digest(field.never_indexed);
    }
  }
  void operator()(const RequestReceived& event) const {
    with_fields(event);
    report->digest(event.end_stream);
  }
  void operator()(const ResponseReceived& event) const {
    with_fields(event);
    report->digest(event.end_stream);
    report->digest(event.status);
  }
  void operator()(const InformationalReceived& event) const { with_fields(event); }
  void operator()(const PushPromiseReceived& event) const {
    with_fields(event);
    report->digest(event.promised_stream_id);
  }
  void operator()(const TrailersReceived& event) const { with_fields(event); }
  void operator()(const DataReceived& event) const {
    head(event);
    report->digest(event.bytes.text());
    report->digest(event.end_stream);
  }
  void operator()(const StreamClosed& event) const {
    head(event);
    report->digest(static_cast<uint64_t>(event.error));
    report->digest(static_cast<uint64_t>(event.closed_by));
    report->digest(event.retry_safe);
    report->digest(event.body_released);
  }
  void operator()(const StreamWritable& event) const { head(event); }
  void operator()(const ResponseSent& event) const { head(event); }
  void operator()(const BodyReleased& event) const { head(event); }
  void operator()(const PriorityUpdateReceived& event) const {
    head(event);
    report->digest(event.priority.urgency);
    report->digest(event.priority.incremental);
  }
  void operator()(const SettingsReceived& event) const {
    for (const Setting setting : event.entries) {
      report->digest(static_cast<uint64_t>(setting.id));
      report->digest(setting.value);
    }
  }
  void operator()(const PingReceived& event) const { report->digest(event.opaque); }
  void operator()(const PingAcknowledged& event) const {
    report->digest(event.opaque);
    report->digest(static_cast<uint64_t>(event.round_trip.count()));
  }
  void operator()(const GoawayReceived& event) const {
    report->digest(event.last_stream_id);
    report->digest(static_cast<uint64_t>(event.error));
    report->digest(event.debug_data.text());
  }
  void operator()(const UnknownFrameReceived& event) const {
    report->digest(event.stream_id);
    report->digest(event.type);
    report->digest(event.flags);
    report->digest(event.payload.text());
  }
  void operator()(const ConnectionClosed& event) const {
    report->digest(static_cast<uint64_t>(event.error.code));
    report->digest(static_cast<uint64_t>(event.closed_by));
  }
  void operator()(const std::monostate&) const {}
  void operator()(const SettingsAcknowledged&) const {}
  void operator()(const StreamIdsExhausted&) const {}
  // Nobody sends these here.
  void operator()(const AltSvcReceived&) const {}
  void operator()(const OriginReceived&) const {}
};

}  // namespace

void digest(const Event& event, Report* report) {
  report->digest(event.index());
  std::visit(Digester{report}, event);
}

std::string event_line(const Event& event) {
  if (const auto* data = std::get_if<DataReceived>(&event)) {
    return "DataReceived " + std::to_string(data->stream_id) + " " +
           std::to_string(data->bytes.size()) + " octets" + (data->end_stream ? " END_STREAM" : "");
  }
  transcript::Item item = transcript::describe_event(event);
  for (auto& field : item.fields) {
    if (field.value.size() > 40) field.value = field.value.substr(0, 40) + "...";
  }
  if (item.bytes && item.bytes->size() > 40) item.bytes = item.bytes->substr(0, 40);
  std::string text = transcript::format_item(item);
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

}  // namespace headrace::self_play
