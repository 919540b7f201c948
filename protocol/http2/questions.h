#ifndef HEADRACE_PROTOCOL_HTTP2_QUESTIONS_H_
#define HEADRACE_PROTOCOL_HTTP2_QUESTIONS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "headrace/protocol/frame/frame_type.h"

namespace headrace {

// What the application asks the peer, and the peer answers with a frame of its own: a PING's octets
// (RFC 9113 §6.7), or SETTINGS (§6.5.3). Only so many are on their way at once; more wait here, in
// their order, until answers have come.
//
// Whoever answers without reading on can stand still: an endpoint stops reading while
// Limits::queued_replies answers wait for a place in the transport. Two ends that both did that
// would wait for each other for ever. So each asks for no more than half as many answers at a time
// as it would itself let wait: for both to be full, each would have to let fewer wait than the
// other one.
class Questions {
 public:
  using Ping = uint64_t;
  using Settings = std::vector<Setting>;
  using Question = std::variant<Ping, Settings>;

  explicit Questions(uint32_t queued_replies) : most_(std::max<size_t>(1, queued_replies / 2)) {}

  // A new one may go out while `unanswered` others are on their way. None overtakes another.
  bool may_ask(size_t unanswered) const { return first_ == waiting_.size() && unanswered < most_; }
  void hold(Question question) { waiting_.push_back(std::move(question)); }
  // The next one that may go out, or nothing.
  std::optional<Question> next(size_t unanswered) {
    if (first_ == waiting_.size() || unanswered >= most_) return std::nullopt;
    std::optional<Question> question(std::move(waiting_[first_++]));
    if (first_ == waiting_.size()) {
      waiting_ = {};
      first_ = 0;
    }
    return question;
  }
  // Hands the settings that wait to `look(const Setting&)`, in their order.
  template <typename Look>
  void for_each_setting(Look look) const {
    for (size_t i = first_; i < waiting_.size(); ++i) {
      const auto* settings = std::get_if<Settings>(&waiting_[i]);
      if (settings == nullptr) continue;
      for (const Setting& setting : *settings) look(setting);
    }
  }

 private:
  const size_t most_;
  std::vector<Question> waiting_;
  size_t first_ = 0;  // those before it have gone out
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_QUESTIONS_H_
