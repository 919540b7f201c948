#ifndef HEADRACE_ADAPTERS_GET_TRACE_H_
#define HEADRACE_ADAPTERS_GET_TRACE_H_

#include <chrono>
#include <gsl/span>
#include <span>
#include <string>
#include <string_view>

#include "headrace/adapters/get/console.h"
#include "headrace/field/field.h"
#include "headrace/protocol/interface/frame_observer.h"

namespace headrace::get {

// Prints the lines of -v for one connection, each with its number:
//
//   [1] * connected to 127.0.0.1:8080 in 0.213 ms
//   [1] 0.250 ms --> SETTINGS ENABLE_PUSH=0
//   [1] > :method: GET
//   [1] 0.731 ms <-- HEADERS 1 END_HEADERS (40)
//   [1] < :status: 200
class Trace : public FrameObserver {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // The times of frames count from `start`.
  Trace(Console* console, int number, TimePoint start);

  void note(std::string_view text);
  void fields_sent(FieldsView fields);
  void fields_received(FieldsView fields);

  void on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) override;
  void on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) override;

 private:
  void fields(std::string_view direction, FieldsView fields);
  void frame(std::string_view direction, const FrameHeader& header,
             gsl::span<const uint8_t> payload);

  Console* const console_;
  const std::string prefix_;
  const TimePoint start_;
};

}  // namespace headrace::get

#endif  // HEADRACE_ADAPTERS_GET_TRACE_H_
