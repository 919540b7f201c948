#include "protocol/frame/frame.h"

namespace headrace::inline HEADRACE_ABI {
namespace {

struct Own {
  void operator()(DataFrame& frame) const { frame.data.own(); }
  void operator()(HeadersFrame& frame) const { frame.fragment.own(); }
  void operator()(SettingsFrame& frame) const { frame.entries.own(); }
  void operator()(PushPromiseFrame& frame) const { frame.fragment.own(); }
  void operator()(GoawayFrame& frame) const { frame.debug_data.own(); }
  void operator()(ContinuationFrame& frame) const { frame.fragment.own(); }
  void operator()(AltSvcFrame& frame) const {
    frame.origin.own();
    frame.value.own();
  }
  void operator()(OriginFrame& frame) const { frame.origins.own(); }
  void operator()(PriorityUpdateFrame& frame) const { frame.value.own(); }
  void operator()(UnknownFrame& frame) const { frame.payload.own(); }
  template <typename Other>
  void operator()(Other&) const {}  // refers to nothing
};

}  // namespace

void own(Frame& frame) { std::visit(Own{}, frame); }

}  // namespace headrace::inline HEADRACE_ABI
