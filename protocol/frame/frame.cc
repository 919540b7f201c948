#include "headrace/protocol/frame/frame.h"

#include <iterator>
#include <type_traits>

namespace headrace {
HEADRACE_ABI_BEGIN
namespace {

// In the order of the variant.
constexpr const char* kNames[] = {
    "nothing",        "DataFrame",           "HeadersFrame",      "PriorityFrame",
    "RstStreamFrame", "SettingsFrame",       "PushPromiseFrame",  "PingFrame",
    "GoawayFrame",    "WindowUpdateFrame",   "ContinuationFrame", "AltSvcFrame",
    "OriginFrame",    "PriorityUpdateFrame", "UnknownFrame",
};
static_assert(std::size(kNames) == std::variant_size_v<Frame>);

// Calls `look` with each member that refers to bytes.
template <typename Look>
struct ForEachView {
  void operator()(DataFrame& frame) const { look(frame.data); }
  void operator()(HeadersFrame& frame) const { look(frame.fragment); }
  void operator()(SettingsFrame& frame) const { look(frame.entries); }
  void operator()(PushPromiseFrame& frame) const { look(frame.fragment); }
  void operator()(GoawayFrame& frame) const { look(frame.debug_data); }
  void operator()(ContinuationFrame& frame) const { look(frame.fragment); }
  void operator()(AltSvcFrame& frame) const {
    look(frame.origin);
    look(frame.value);
  }
  void operator()(OriginFrame& frame) const { look(frame.origins); }
  void operator()(PriorityUpdateFrame& frame) const { look(frame.value); }
  void operator()(UnknownFrame& frame) const { look(frame.payload); }
  template <typename Other>
  void operator()(Other&) const {}  // no member refers to bytes

  Look look;
};
template <typename Look>
ForEachView(Look) -> ForEachView<Look>;

}  // namespace

void own(Frame& frame) {
  std::visit(ForEachView{[](auto& view) { view.own(); }}, frame);
}

void retire(Frame& frame) {
  const char* const name = kNames[frame.index()];
  std::visit(ForEachView{[name](auto& view) { view.retire(name); }}, frame);
  std::visit(
      [](auto& alternative) {
        if constexpr (requires { alternative.header; }) {
          alternative.header.stream_id = AliveMark::kStaleId;
        }
      },
      frame);
}

HEADRACE_ABI_END
}  // namespace headrace
