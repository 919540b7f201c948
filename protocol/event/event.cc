#include "protocol/event/event.h"

namespace headrace::inline HEADRACE_ABI {

void own(Event& event) {
  std::visit(Overloaded{
                 [](RequestReceived& request) { request.fields.own(); },
                 [](ResponseReceived& response) { response.fields.own(); },
                 [](InformationalReceived& response) { response.fields.own(); },
                 [](PushPromiseReceived& promise) { promise.fields.own(); },
                 [](DataReceived& data) { data.bytes.own(); },
                 [](TrailersReceived& trailers) { trailers.fields.own(); },
                 [](SettingsReceived& settings) { settings.entries.own(); },
                 [](GoawayReceived& goaway) { goaway.debug_data.own(); },
                 [](AltSvcReceived& altsvc) {
                   altsvc.origin.own();
                   altsvc.value.own();
                 },
                 [](OriginReceived& origin) { origin.origins.own(); },
                 [](UnknownFrameReceived& frame) { frame.payload.own(); },
                 [](auto&) {},  // the others refer to nothing
             },
             event);
}

}  // namespace headrace::inline HEADRACE_ABI
