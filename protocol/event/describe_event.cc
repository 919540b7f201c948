#include <ostream>
#include <string>

#include "headrace/field/escape.h"
#include "headrace/protocol/event/event.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// A line in the making: "Name stream 1, this, that".
class Line {
 public:
  explicit Line(const char* name) : text_(name) {}

  Line& stream(StreamId id) {
    text_.append(" stream ").append(std::to_string(id));
    return *this;
  }
  // The next piece.
  Line& add(std::string_view piece) {
    text_.append(", ").append(piece);
    return *this;
  }
  Line& count(uint64_t number, const char* unit) {
    return add(std::to_string(number)).append(" ").append(unit).append(number == 1 ? "" : "s");
  }
  Line& append(std::string_view more) {
    text_.append(more);
    return *this;
  }
  Line& append_received(std::string_view received) {
    append_escaped(received, &text_);
    return *this;
  }
  Line& end_if(bool end_stream) { return end_stream ? add("end of stream") : *this; }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// "GET https://example.org/index.html", as much of it as there is.
void add_head(FieldsView fields, Line* line) {
  line->add("").append_received(fields.method()).append(" ");
  if (!fields.scheme().empty()) line->append_received(fields.scheme()).append("://");
  line->append_received(fields.authority()).append_received(fields.path());
}

void add_fields(FieldsView fields, Line* line) {
  uint64_t count = 0;
  for (const Field& field : fields) count += !field.name.starts_with(':');
  line->count(count, "field");
}

const char* to_text(ClosedBy closed_by) {
  switch (closed_by) {
    case ClosedBy::kEnd:
      return "by both ends";
    case ClosedBy::kLocal:
      return "by us";
    case ClosedBy::kPeer:
      return "by the peer";
    case ClosedBy::kTransport:
      return "by the transport";
  }
  return "";
}

struct Describe {
  Line* line;

  void operator()(const RequestReceived& event) const {
    add_head(event.fields, line);
    add_fields(event.fields, line);
    line->end_if(event.end_stream);
  }
  void operator()(const ResponseReceived& event) const {
    line->add(std::to_string(event.status));
    add_fields(event.fields, line);
    line->end_if(event.end_stream);
  }
  void operator()(const InformationalReceived& event) const {
    line->add(std::to_string(event.status));
    add_fields(event.fields, line);
  }
  void operator()(const PushPromiseReceived& event) const {
    line->add("promises stream ").append(std::to_string(event.promised_stream_id));
    add_head(event.fields, line);
    add_fields(event.fields, line);
  }
  void operator()(const DataReceived& event) const {
    line->count(event.bytes.size(), "octet");
    line->end_if(event.end_stream);
  }
  void operator()(const TrailersReceived& event) const {
    add_fields(event.fields, line);
    line->end_if(event.end_stream);
  }
  void operator()(const StreamClosed& event) const {
    // (Without a rule of ours that was broken, the detail has no more than the code.)
    if (event.detail.rule != nullptr) {
      line->add(describe(event.detail));
    } else {
      line->add(to_string(event.error));
    }
    line->add(to_text(event.closed_by));
    if (event.retry_safe) line->add("may be tried again");
    if (event.retry_idempotent) line->add("may be tried again, because it is idempotent");
    if (event.body_released) line->add("its body is released");
  }
  void operator()(const PriorityUpdateReceived& event) const {
    line->add("urgency ").append(std::to_string(event.priority.urgency));
    if (event.priority.incremental) line->add("incremental");
  }
  void operator()(const SettingsReceived& event) const {
    for (const Setting& setting : event.entries) {
      line->add(to_string(setting.id)).append("=").append(std::to_string(setting.value));
    }
  }
  void operator()(const PingReceived& event) const { line->add(std::to_string(event.opaque)); }
  void operator()(const PingAcknowledged& event) const {
    line->add(std::to_string(event.opaque));
    const auto round_trip = std::chrono::duration_cast<std::chrono::microseconds>(event.round_trip);
    line->add(std::to_string(round_trip.count())).append(" us");
  }
  void operator()(const GoawayReceived& event) const {
    line->add("last stream ").append(std::to_string(event.last_stream_id));
    line->add(to_string(event.error));
    if (!event.debug_data.empty()) {
      line->add("\"").append_received(event.debug_data.text()).append("\"");
    }
  }
  void operator()(const AltSvcReceived& event) const {
    line->add("").append_received(event.value.text());
    if (!event.origin.empty()) line->append(" for ").append_received(event.origin.text());
  }
  void operator()(const OriginReceived& event) const {
    for (const std::string_view origin : event.origins) line->add("").append_received(origin);
  }
  void operator()(const UnknownFrameReceived& event) const {
    line->add("type ").append(std::to_string(event.type));
    line->count(event.payload.size(), "octet");
  }
  void operator()(const ConnectionClosed& event) const {
    line->add(describe(event.error));
    line->add(to_text(event.closed_by));
  }
  // The name says it all.
  void operator()(const std::monostate&) const {}
  void operator()(const StreamWritable&) const {}
  void operator()(const ResponseSent&) const {}
  void operator()(const BodyReleased&) const {}
  void operator()(const SettingsAcknowledged&) const {}
  void operator()(const StreamIdsExhausted&) const {}
};

}  // namespace

std::string describe(const Event& event) {
  Line line(event_name(event));
  std::visit(
      [&](const auto& alternative) {
        if constexpr (requires { alternative.stream_id; }) line.stream(alternative.stream_id);
      },
      event);
  std::visit(Describe{&line}, event);
  return line.take();
}

std::ostream& operator<<(std::ostream& out, const Event& event) { return out << describe(event); }

HEADRACE_ABI_END
}  // namespace headrace
