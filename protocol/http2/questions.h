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

// The application's frames that the peer answers: PING (RFC 9113 §6.7) and SETTINGS (§6.5.3). The
// number of unanswered ones is limited; more wait here, in their order, until answers arrive.
//
// The limit prevents a deadlock. An endpoint stops reading while Limits::queued_replies answers are
// queued. If both ends did, they would wait for each other for ever. So each end requests at most
// half as many answers at a time as it would queue itself, beside one each for keepalive, window
// and shutdown PINGs. From a limit of 8 on that is less than the limit, so for both to be full each
// would need a lower limit than the other. One end may have less, if the other has 8 or more.
class Questions {
 public:
  using Ping = uint64_t;
  using Settings = std::vector<Setting>;
  using Question = std::variant<Ping, Settings>;

  explicit Questions(uint32_t queued_replies) : most_(std::max(1u, queued_replies / 2)) {}

  // Whether a new one may be sent while `unanswered` others are. None overtakes another.
  bool may_ask(size_t unanswered) const { return first_ == waiting_.size() && unanswered < most_; }
  void hold(Question question) { waiting_.push_back(std::move(question)); }
  // The next one that may be sent, or nothing.
  std::optional<Question> next(size_t unanswered) {
    if (first_ == waiting_.size() || unanswered >= most_) return std::nullopt;
    std::optional<Question> question(std::move(waiting_[first_++]));
    if (first_ == waiting_.size()) {
      waiting_ = {};
      first_ = 0;
    }
    return question;
  }
  // Calls `look(const Setting&)` for the settings that wait, in their order.
  template <typename Look>
  void for_each_setting(Look look) const {
    for (size_t i = first_; i < waiting_.size(); ++i) {
      const auto* settings = std::get_if<Settings>(&waiting_[i]);
      if (settings == nullptr) continue;
      for (const Setting& setting : *settings) look(setting);
    }
  }

 private:
  const uint32_t most_;
  uint32_t first_ = 0;  // those before it were sent
  std::vector<Question> waiting_;
};

}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_QUESTIONS_H_
