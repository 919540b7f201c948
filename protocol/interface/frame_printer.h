#ifndef HEADRACE_PROTOCOL_INTERFACE_FRAME_PRINTER_H_
#define HEADRACE_PROTOCOL_INTERFACE_FRAME_PRINTER_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "headrace/memory/abi.h"
#include "headrace/protocol/event/error.h"
#include "headrace/protocol/frame/frame_type.h"
#include "headrace/protocol/interface/frame_observer.h"
#include "headrace/protocol/interface/frame_text.h"

namespace headrace {
HEADRACE_ABI_BEGIN

// A ready observer (Options::observer), which makes a line for each frame of a connection and each
// error of the peer.
//
//   FramePrinter printer([](std::string_view line) { std::cerr << line << '\n'; });
//   options.observer = &printer;
//
//   --> SETTINGS ENABLE_PUSH=0
//   <-- HEADERS 1 END_STREAM END_HEADERS (31)
//   refused: PROTOCOL_ERROR ...
//
// Frames only: HTTP/1.1 has none. Fields are not printed; they are in the events.
class FramePrinter final : public FrameObserver {
 public:
  // Called with each line, without a line break. It is called inside the connection's functions, so
  // it must not call the connection.
  using Print = std::function<void(std::string_view line)>;
  explicit FramePrinter(Print print) : print_(std::move(print)) {}

  void on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) override {
    print_("<-- " + describe_frame(header, payload));
  }
  void on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) override {
    print_("--> " + describe_frame(header, payload));
  }
  void on_refused(const ErrorDetail& error, std::string_view /*field_name*/) override {
    print_("refused: " + describe(error));
  }

 private:
  const Print print_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_INTERFACE_FRAME_PRINTER_H_
