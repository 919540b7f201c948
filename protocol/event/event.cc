#include "headrace/protocol/event/event.h"

#include <iterator>

#include "headrace/memory/recycler.h"
#include "headrace/protocol/frame/foreign_protocol.h"

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// In the order of the variant.
constexpr const char* kNames[] = {
    "nothing",
    "RequestReceived",
    "ResponseReceived",
    "InformationalReceived",
    "PushPromiseReceived",
    "DataReceived",
    "TrailersReceived",
    "StreamClosed",
    "StreamWritable",
    "ResponseSent",
    "BodyReleased",
    "PriorityUpdateReceived",
    "SettingsReceived",
    "SettingsAcknowledged",
    "PingReceived",
    "PingAcknowledged",
    "GoawayReceived",
    "AltSvcReceived",
    "OriginReceived",
    "UnknownFrameReceived",
    "StreamIdsExhausted",
    "ConnectionClosed",
};
static_assert(std::size(kNames) == std::variant_size_v<Event>);

// Overloaded for events that are not const.
template <typename... Handlers>
struct Changing : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Changing(Handlers...) -> Changing<Handlers...>;

// Calls `look` with each member that refers to bytes.
template <typename Look>
void for_each_view(Event& event, Look look) {
  std::visit(Changing{
                 [&](RequestReceived& request) { look(request.fields); },
                 [&](ResponseReceived& response) { look(response.fields); },
                 [&](InformationalReceived& response) { look(response.fields); },
                 [&](PushPromiseReceived& promise) { look(promise.fields); },
                 [&](DataReceived& data) { look(data.bytes); },
                 [&](TrailersReceived& trailers) { look(trailers.fields); },
                 [&](SettingsReceived& settings) { look(settings.entries); },
                 [&](GoawayReceived& goaway) { look(goaway.debug_data); },
                 [&](AltSvcReceived& altsvc) {
                   look(altsvc.origin);
                   look(altsvc.value);
                 },
                 [&](OriginReceived& origin) { look(origin.origins); },
                 [&](UnknownFrameReceived& frame) { look(frame.payload); },
                 [](auto&) {},  // no member refers to bytes
             },
             event);
}

}  // namespace

void own(Event& event) {
  for_each_view(event, [](auto& view) { view.own(); });
}

void retire(Event& event) {
  for_each_view(event, [name = event_name(event)](auto& view) { view.retire(name); });
  std::visit(
      [](auto& alternative) {
        if constexpr (requires { alternative.stream_id; }) {
          alternative.stream_id = AliveMark::kStaleId;
        }
        if constexpr (requires { alternative.user_data; }) {
          alternative.user_data = AliveMark::kStaleAddress;
        }
        if constexpr (requires { alternative.promised_stream_id; }) {
          alternative.promised_stream_id = AliveMark::kStaleId;
        }
        if constexpr (requires { alternative.status; }) alternative.status = 0;
        if constexpr (requires { alternative.opaque; }) alternative.opaque = 0;
        if constexpr (requires { alternative.end_stream; }) {
          alternative.end_stream = !alternative.end_stream;
        }
      },
      event);
}

bool StreamClosed::asks_for_http1() const {
  if (detail.rule == &kServerOfHttp1) return true;
  return closed_by == ClosedBy::kPeer && error == ErrorCode::kHttp11Required;
}

const char* event_name(const Event& event) { return kNames[event.index()]; }

template struct HandBack<Event>;
template EventPtr keep(EventPtr);

HEADRACE_ABI_END
}  // namespace headrace
