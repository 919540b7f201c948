#include "headrace/adapters/get/trace.h"

#include <gsl/span>

#include "headrace/adapters/get/units.h"
#include "headrace/adapters/program/printable.h"
#include "headrace/protocol/interface/frame_text.h"

namespace headrace::get {

Trace::Trace(Console* console, int number, TimePoint start)
    : console_(console), prefix_("[" + std::to_string(number) + "] "), start_(start) {}

void Trace::note(std::string_view text) { console_->line((prefix_ + "* ").append(text)); }

void Trace::fields_sent(FieldsView fields) { this->fields("> ", fields); }

void Trace::fields_received(FieldsView fields) { this->fields("< ", fields); }

void Trace::on_frame_received(const FrameHeader& header, std::span<const uint8_t> payload) {
  frame(" <-- ", header, payload);
}

void Trace::on_frame_sent(const FrameHeader& header, std::span<const uint8_t> payload) {
  frame(" --> ", header, payload);
}

void Trace::fields(std::string_view direction, FieldsView fields) {
  for (const Field& field : fields) {
    console_->line((prefix_ + std::string(direction)).append(field.name) + ": " +
                   program::printable(field.value));
  }
}

void Trace::frame(std::string_view direction, const FrameHeader& header,
                  gsl::span<const uint8_t> payload) {
  const auto time = std::chrono::steady_clock::now() - start_;
  console_->line((prefix_ + format_duration(time)).append(direction) +
                 describe_frame(header, {payload.data(), payload.size()}));
}

}  // namespace headrace::get
