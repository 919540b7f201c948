#ifndef HEADRACE_ADAPTERS_SOCKET_STATUS_H_
#define HEADRACE_ADAPTERS_SOCKET_STATUS_H_

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/memory/contract.h"

namespace headrace::adapters {

// The result of something that the system can refuse: done, or the reason in one line for people.
// The interface is that of absl::Status, as far as it is used here, so that a program needs no
// other library than Headrace.
class [[nodiscard]] Status {
 public:
  enum class Code : uint8_t {
    kOk,
    kInvalid,      // the request makes no sense
    kNotFound,     // a name that does not exist
    kUnavailable,  // the system refused, or cannot do it
  };

  Status() = default;  // done
  static Status invalid(std::string reason) { return {Code::kInvalid, std::move(reason)}; }
  static Status not_found(std::string reason) { return {Code::kNotFound, std::move(reason)}; }
  static Status unavailable(std::string reason) { return {Code::kUnavailable, std::move(reason)}; }
  // kUnavailable. `error`: an errno value; `what` failed with it.
  static Status from_errno(int error, std::string_view what);

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  // Empty if ok().
  const std::string& message() const { return message_; }

 private:
  Status(Code code, std::string reason) : code_(code), message_(std::move(reason)) {}

  Code code_ = Code::kOk;
  std::string message_;
};

// "ok", or the message.
std::ostream& operator<<(std::ostream& out, const Status& status);

// A value, or the reason why there is none.
template <typename T>
class [[nodiscard]] StatusOr {
 public:
  StatusOr(T value) : value_(std::move(value)) {}
  // `reason` must not be ok().
  StatusOr(Status reason) : status_(std::move(reason)) {
    HEADRACE_EXPECTS(!status_.ok(), "StatusOr::StatusOr()", "without a value there is a reason");
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  // The value. Only if ok(); otherwise the program stops with the reason.
  T& operator*() & { return *checked(); }
  const T& operator*() const& { return *checked(); }
  T&& operator*() && { return std::move(*checked()); }
  T* operator->() { return &*checked(); }
  const T* operator->() const { return &*checked(); }

 private:
  std::optional<T>& checked() {
    require_value();
    return value_;
  }
  const std::optional<T>& checked() const {
    require_value();
    return value_;
  }
  void require_value() const {
    HEADRACE_EXPECTS(ok(), "StatusOr::operator*()", "only a result that is ok() has a value",
                     {"status", status_.message().c_str()});
  }

  Status status_;
  std::optional<T> value_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_SOCKET_STATUS_H_
