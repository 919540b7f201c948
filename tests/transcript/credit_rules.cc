#include "tests/transcript/credit_rules.h"

#include <algorithm>

namespace headrace::transcript {
namespace {

constexpr uint16_t kInitialWindowSize = 4;  // RFC 9113 §6.5.2

std::optional<int64_t> initial_window_of(const reference::Frame& settings) {
  std::optional<int64_t> size;
  for (const auto& [id, value] : reference::parse_settings(settings.payload)) {
    if (id == kInitialWindowSize) size = value;
  }
  return size;
}

std::string sum(std::string_view what, int64_t is, int64_t should_be) {
  return std::string(what) + " is " + std::to_string(is) + " and should be " +
         std::to_string(should_be);
}

}  // namespace

CreditRules::CreditRules(bool server, const Options& options)
    : preface_left_(server ? 24 : 0),
      policy_(options.window_policy),
      connection_size_(std::max<int64_t>(65535, options.connection_window_size)) {}

void CreditRules::peer_sent(std::string_view bytes) {
  const size_t preface = std::min(preface_left_, bytes.size());
  preface_left_ -= preface;
  unread_ += bytes.substr(preface);
  size_t at = 0;
  while (const auto frame = reference::parse(unread_, &at)) on_peer_frame(*frame);
  unread_.erase(0, at);
}

void CreditRules::on_peer_frame(const reference::Frame& frame) {
  const bool ack = (frame.flags & reference::ACK) != 0;
  switch (frame.type) {
    case reference::DATA:
      windows_[0].received += frame.length;
      windows_[frame.stream_id].received += frame.length;
      break;
    case reference::WINDOW_UPDATE:
      windows_[frame.stream_id].allowed +=
          static_cast<int64_t>(reference::number(frame.payload) & 0x7fffffff);
      break;
    case reference::SETTINGS:
      if (ack && !our_settings_in_flight_.empty()) {
        our_initial_window_ = our_settings_in_flight_.front().value_or(our_initial_window_);
        our_settings_in_flight_.pop_front();
        for (auto& [id, resized] : resized_) resized.given = windows_[id].given;
      } else if (!ack) {
        peer_settings_in_flight_.push_back(initial_window_of(frame));
      }
      break;
    default:
      break;
  }
}

void CreditRules::we_sent(const reference::Frame& frame) {
  Window& window = windows_[frame.stream_id];
  switch (frame.type) {
    case reference::DATA:
      windows_[0].sent += frame.length;
      window.sent += frame.length;
      if (frame.length == 0) break;
      if (windows_[0].sent > 65535 + windows_[0].allowed) {
        wrong_ = "DATA goes beyond the connection's window";
      }
      if (window.sent > peer_initial_window_ + window.allowed) {
        wrong_ = "DATA goes beyond the window of stream " + std::to_string(frame.stream_id);
      }
      break;
    case reference::WINDOW_UPDATE:
      window.given += static_cast<int64_t>(reference::number(frame.payload));
      break;
    case reference::SETTINGS:
      if ((frame.flags & reference::ACK) == 0) {
        our_settings_in_flight_.push_back(initial_window_of(frame));
      } else if (!peer_settings_in_flight_.empty()) {
        // §6.5.3: from here on DATA keeps within the new window (§6.9.2).
        peer_initial_window_ = peer_settings_in_flight_.front().value_or(peer_initial_window_);
        peer_settings_in_flight_.pop_front();
      }
      break;
    default:
      break;
  }
}

std::string CreditRules::check(const Connection& connection) const {
  if (!wrong_.empty() || !unread_.empty() || preface_left_ > 0) return wrong_;
  for (const auto& [id, window] : windows_) {
    const ReceiveCredit credit = connection.receive_credit(id);
    const bool receiving = credit.window != 0 || credit.waiting != 0 || credit.held != 0;
    if (id != 0 && !receiving) continue;
    const std::string of = id == 0 ? "the connection" : "stream " + std::to_string(id);
    const int64_t initial = id == 0 ? 65535 : our_initial_window_;
    const int64_t on_the_wire = initial + window.given - window.received;
    if (credit.window != on_the_wire) {
      return sum("the receive window of " + of, credit.window, on_the_wire);
    }
    if (std::string wrong = check_size(id, of, window, credit); !wrong.empty()) return wrong;
    if (policy_ == WindowPolicy::kAutoTuned) continue;
    if (std::string wrong = check_waiting(of, credit); !wrong.empty()) return wrong;
  }
  return "";
}

void CreditRules::resized(uint32_t stream_id, int64_t size) {
  resized_[stream_id] = {size, windows_[stream_id].given};
}

std::string CreditRules::check_size(uint32_t id, std::string_view of, const Window& window,
                                    const ReceiveCredit& credit) const {
  const auto resized = resized_.find(id);
  const int64_t usual = id == 0 ? connection_size_ : our_initial_window_;
  const int64_t size = resized == resized_.end() ? usual : resized->second.size;
  const int64_t all = credit.window + credit.waiting + static_cast<int64_t>(credit.held);
  if (resized != resized_.end()) {
    const bool narrows = credit.waiting == 0 && window.given == resized->second.given;
    if (all > size && narrows) return "";
  } else if (policy_ == WindowPolicy::kAutoTuned) {
    return "";
  }
  return all == size ? "" : sum("the credit of " + std::string(of), all, size);
}

// Credit goes back as soon as the peer has no more left than waits to go back, or at once.
std::string CreditRules::check_waiting(std::string_view of, const ReceiveCredit& credit) const {
  const int64_t waiting = credit.waiting;
  const bool due = waiting > 0 && (policy_ == WindowPolicy::kImmediate || waiting >= credit.window);
  if (!due) return "";
  return std::to_string(waiting) + " octets of " + std::string(of) + " wait to go back and are due";
}

}  // namespace headrace::transcript
