#ifndef HEADRACE_PROTOCOL_EVENT_USER_DATA_H_
#define HEADRACE_PROTOCOL_EVENT_USER_DATA_H_

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace headrace {

// A word of the application's that comes back with every event of a stream: a number, or a pointer
// to an object of its own. The library does not look at it.
//
//   connection.submit_request(fields, Body::none(), &download);
//   ...
//   event.user_data.as<Download>()->write(data.bytes);
class UserData {
 public:
  constexpr UserData() = default;
  constexpr UserData(std::nullptr_t) {}
  template <std::integral T>
  constexpr UserData(T number) : word_(static_cast<uintptr_t>(number)) {}
  template <typename T>
  UserData(T* object) : word_(reinterpret_cast<uintptr_t>(object)) {}

  // The object whose pointer it was given: of that type, and alive.
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(word_);
  }
  // The number.
  constexpr operator uintptr_t() const { return word_; }

 private:
  uintptr_t word_ = 0;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_EVENT_USER_DATA_H_
