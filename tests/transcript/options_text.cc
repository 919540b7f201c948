#include "tests/transcript/options_text.h"

#include <chrono>
#include <type_traits>

#include "headrace/protocol/interface/option_list.h"
#include "tests/transcript/words.h"

namespace headrace::transcript {
namespace {

// Sets the field when `wanted` is its name. The kind of value follows from the field's type.
class Setter {
 public:
  Setter(std::string_view wanted, std::string_view value) : wanted_(wanted), value_(value) {}

  template <typename T>
  void field(std::string_view name, T* target) {
    if (name != wanted_) return;
    known = true;
    if constexpr (std::is_same_v<T, bool>) {
      valid = value_ == "true" || value_ == "false";
      *target = value_ == "true";
    } else if constexpr (std::is_same_v<T, WindowPolicy>) {
      const bool immediate = value_ == "immediate" || value_ == "fixed";
      valid = immediate || value_ == "half_window" || value_ == "auto_tuned";
      *target = immediate                ? WindowPolicy::kImmediate
                : value_ == "auto_tuned" ? WindowPolicy::kAutoTuned
                                         : WindowPolicy::kHalfWindow;
    } else if constexpr (std::is_same_v<T, ProtocolVersion>) {
      valid = value_ == "http1" || value_ == "http2" || value_ == "detect";
      *target = value_ == "http1"   ? ProtocolVersion::kHttp1
                : value_ == "http2" ? ProtocolVersion::kHttp2
                                    : ProtocolVersion::kDetect;
    } else if constexpr (std::is_same_v<T, Scheduling>) {
      valid = value_ == "priority" || value_ == "round_robin";
      *target = value_ == "round_robin" ? Scheduling::kRoundRobin : Scheduling::kPriority;
    } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
      const auto time = parse_duration(value_);
      *target = std::chrono::duration_cast<T>(time.value_or(std::chrono::nanoseconds(0)));
      valid = time.has_value() && *target == *time;
    } else {
      const auto number = parse_number(value_);
      valid = number.has_value();
      *target = static_cast<T>(number.value_or(0));
    }
  }

  bool known = false;
  bool valid = true;

 private:
  std::string_view wanted_;
  std::string_view value_;
};

}  // namespace

bool set_option(std::string_view name, std::string_view value, Options* options,
                std::string* error) {
  Setter set(name, value);
  each_option(*options, [&set](const char* option, auto& value) { set.field(option, &value); });
  if (!set.known) *error = "unknown option " + std::string(name);
  if (!set.valid) *error = "not a value of " + std::string(name) + ": " + std::string(value);
  return set.known && set.valid;
}

}  // namespace headrace::transcript
