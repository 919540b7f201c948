#include "fuzz/differential/observed.h"

#include <algorithm>

namespace headrace::fuzz {
namespace {

constexpr std::string_view kData = "data ";
constexpr uint32_t kCancel = 8;

}  // namespace

void Observed::add_data(uint32_t stream_id, std::string_view text) {
  if (text.empty()) return;
  std::vector<std::string>& stream = streams[stream_id];
  if (stream.empty() || !stream.back().starts_with(kData)) stream.emplace_back(kData);
  stream.back() += text;
}

void Observed::add_output(const reference::Frame& frame) {
  switch (frame.type) {
    case reference::DATA:
      data_sent += frame.payload.size();
      return;
    case reference::RST_STREAM:
      resets.emplace(frame.stream_id, static_cast<uint32_t>(reference::number(frame.payload)));
      return;
    case reference::SETTINGS:
      if ((frame.flags & reference::ACK) != 0) ++acknowledged_settings;
      return;
    case reference::PING:
      if ((frame.flags & reference::ACK) != 0) answered_pings.push_back(frame.payload);
      return;
    case reference::GOAWAY:
      if (!error.has_value()) error = reference::parse_goaway(frame.payload).error_code;
      return;
    default:
      return;
  }
}

void Observed::normalize() {
  if (error.has_value()) {
    const uint32_t code = *error;
    *this = Observed();
    error = code;
    return;
  }
  for (const auto& [id, code] : resets) {
    std::vector<std::string>& lines = streams[id];
    const auto head = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
      return line.starts_with("head");
    });
    // What the application resets it has read so far.
    lines.erase(code == kCancel && head != lines.end() ? head + 1 : lines.begin(), lines.end());
  }
  std::erase_if(streams, [](const auto& stream) { return stream.second.empty(); });
}

std::string to_string(const Observed& observed) {
  std::string text;
  if (observed.error.has_value()) text += "  GOAWAY " + std::to_string(*observed.error) + "\n";
  for (const auto& [id, lines] : observed.streams) {
    for (const std::string& line : lines) text += "  " + std::to_string(id) + " " + line + "\n";
  }
  for (const std::string& line : observed.connection) text += "  " + line + "\n";
  for (const auto& [id, code] : observed.resets) {
    text += "  RST_STREAM " + std::to_string(id) + " " + std::to_string(code) + "\n";
  }
  text += "  SETTINGS ACK: " + std::to_string(observed.acknowledged_settings) +
          ", PING ACK: " + std::to_string(observed.answered_pings.size()) + ", settings:";
  for (const auto& [id, value] : observed.settings) {
    text += " " + std::to_string(id) + "=" + std::to_string(value);
  }
  return text + ", DATA sent: " + std::to_string(observed.data_sent) + "\n";
}

std::map<uint16_t, uint32_t> initial_settings() {
  return {{1, 4096}, {2, 1}, {3, 0xffffffff}, {4, 65535}, {5, 16384}, {6, 0xffffffff}, {8, 0}};
}

}  // namespace headrace::fuzz
