#ifndef HEADRACE_PROTOCOL_EVENT_OVERLOADED_H_
#define HEADRACE_PROTOCOL_EVENT_OVERLOADED_H_

#include <type_traits>

namespace headrace {

// The parameter type of a handler that is not a generic lambda. (To determine that of a generic one
// its body would be compiled for types that it may not be meant for.)
template <typename Call>
struct HandlerParameter {
  using Type = void;  // not a function of one parameter
};
template <typename R, typename C, typename P, bool kNoexcept>
struct HandlerParameter<R (C::*)(P) noexcept(kNoexcept)> {
  using Type = P;
};
template <typename R, typename C, typename P, bool kNoexcept>
struct HandlerParameter<R (C::*)(P) const noexcept(kNoexcept)> {
  using Type = P;
};

// Whether a handler can be called with a const object of its parameter type, as events are. Instead
// of one that cannot (`[](RequestReceived& request)`), the catch-all would be called silently.
template <typename Handler>
consteval bool takes_const() {
  if constexpr (requires { &Handler::operator(); }) {
    using Parameter = typename HandlerParameter<decltype(&Handler::operator())>::Type;
    if constexpr (!std::is_void_v<Parameter>) {
      return std::is_invocable_v<Handler, const std::remove_cvref_t<Parameter>&>;
    }
  }
  return true;
}

// Handlers for std::visit: one lambda for each type of event or frame that matters, and a catch-all
// for the others.
//
//   std::visit(headrace::Overloaded{[&](const RequestReceived& request) { ... },
//                                   [&](const DataReceived& data) { ... },
//                                   [](const auto&) {}},
//              *event);
template <typename... Handlers>
struct Overloaded : Handlers... {
  static_assert((takes_const<Handlers>() && ...),
                "a handler of headrace::Overloaded must take its event by const reference, as in "
                "[&](const RequestReceived& request): events are const, so this handler would "
                "never be called");
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_OVERLOADED_H_
