// The runner's own commands, and what `?` lines ask for.

#include "tests/transcript/arguments.h"
#include "tests/transcript/driver.h"
#include "tests/transcript/event_text.h"
#include "tests/transcript/frame_names.h"

namespace headrace::transcript {
namespace {

Item mistake(std::string text) {
  Item item;
  item.name = "mistake";
  item.bytes = std::move(text);
  return item;
}

std::string_view protocol_name(ProtocolVersion version) {
  switch (version) {
    case ProtocolVersion::kHttp2:
      return "http2";
    case ProtocolVersion::kHttp1:
      return "http1";
    case ProtocolVersion::kDetect:
      break;
  }
  return "detect";
}

std::string_view yes_or_no(bool value) { return value ? "true" : "false"; }

std::string_view blocked_name(Blocked blocked) {
  switch (blocked) {
    case Blocked::kNothing:
      return "Nothing";
    case Blocked::kApplication:
      return "Application";
    case Blocked::kBodySource:
      return "BodySource";
    case Blocked::kPeerConcurrency:
      return "PeerConcurrency";
    case Blocked::kStreamWindow:
      return "StreamWindow";
    case Blocked::kConnectionWindow:
      return "ConnectionWindow";
    case Blocked::kScheduler:
      return "Scheduler";
    case Blocked::kOutput:
      return "Output";
  }
  return "?";
}

void add_statistics(const Statistics& s, Item* item) {
  const auto add = [item](std::string name, uint64_t value) {
    item->details.emplace_back(std::move(name), std::to_string(value));
  };
  add("bytes_received", s.bytes_received);
  add("bytes_sent", s.bytes_sent);
  add("frames_received", s.frames_received);
  add("frames_sent", s.frames_sent);
  add("requests_received", s.requests_received);
  add("requests_sent", s.requests_sent);
  add("responses_received", s.responses_received);
  add("data_received", s.data_received);
  add("data_sent", s.data_sent);
  add("streams_reset_by_peer", s.streams_reset_by_peer);
  add("streams_reset_by_us", s.streams_reset_by_us);
  add("requests_too_large", s.requests_too_large);
  for (size_t i = 0; i < kLimits; ++i) {
    const auto limit = static_cast<Limit>(i);
    add("limits_hit." + std::string(to_string(limit)), s.limits_hit.of(limit));
  }
  add("round_trip_ms", static_cast<uint64_t>(s.round_trip / std::chrono::milliseconds(1)));
}

}  // namespace

Item Driver::run(const Item& command) {
  if (Application::knows(command.name)) {
    Item result = application_.run(command);
    if (command.name == "set_receive_window" && result.name == "ok") {
      Arguments arguments(command);
      const auto stream_id = static_cast<uint32_t>(arguments.take_number());
      credit_.resized(stream_id, static_cast<int64_t>(arguments.take_number()));
    }
    return result;
  }
  Arguments arguments(command);
  std::string wrong;
  if (!run_own(&arguments, command.name, &wrong)) return mistake(wrong);
  if (!arguments.all_taken(&wrong)) return mistake(wrong);
  Item ok;
  ok.name = "ok";
  return ok;
}

bool Driver::run_own(Arguments* arguments, std::string_view name, std::string* wrong) {
  if (manner_.is_exact && run_exact(arguments, name)) return true;
  if (name == "hold" || name == "release") {
    output_held_ = name == "hold";
    if (!arguments->take_word("output")) *wrong = "it is `hold output` and `release output`";
  } else if (name == "drain") {
    show(arguments->take_number("max", 64 * 1024));
    mark_sent(shown_.size());
  } else if (name == "show") {
    show(arguments->take_number("max", 64 * 1024));
  } else if (name == "sent") {
    const uint64_t size = arguments->take_number();
    const bool untimed = arguments->take_word("untimed");
    if (size > shown_.size()) *wrong = "only " + std::to_string(shown_.size()) + " were shown";
    if (wrong->empty()) mark_sent(size, !untimed);
  } else if (name == "padding") {
    while (arguments->has_number()) {
      padding_.answers.push_back(static_cast<size_t>(arguments->take_number()));
    }
  } else if (name == "released") {
    connection_->released(arguments->take_number());
  } else if (name == "memory_pressure") {
    const bool on = arguments->take_word("on");
    if (!on && !arguments->take_word("off")) *wrong = "memory_pressure is on or off";
    if (wrong->empty()) connection_->set_memory_pressure(on);
  } else if (name == "take") {
    allowance_ = arguments->has_number() ? arguments->take_number() : kAllEvents;
  } else if (name == "leave") {
    leave();
  } else {
    *wrong = "unknown command";
  }
  return wrong->empty();
}

Item Driver::state(const Item& question) const {
  const std::string& name = question.name;
  Item item;
  item.name = name;
  if (name == "why_blocked") {
    item.numbers = question.numbers;
    const auto stream_id = question.numbers.empty() ? 0 : question.numbers[0];
    item.words.emplace_back(
        blocked_name(connection_->why_blocked(static_cast<StreamId>(stream_id))));
  }
  if (name == "priority") {
    item.numbers = question.numbers;
    const auto stream_id = question.numbers.empty() ? 0 : question.numbers[0];
    add_priority(connection_->priority(static_cast<StreamId>(stream_id)), &item);
  }
  if (name == "receive_credit") {
    item.numbers = question.numbers;
    const auto stream_id = question.numbers.empty() ? 0 : question.numbers[0];
    const ReceiveCredit credit = connection_->receive_credit(static_cast<StreamId>(stream_id));
    item.details.emplace_back("window", std::to_string(credit.window));
    item.details.emplace_back("waiting", std::to_string(credit.waiting));
    item.details.emplace_back("held", std::to_string(credit.held));
  }
  if (name == "waiting_requests") item.numbers.push_back(connection_->waiting_requests());
  if (name == "accepts_requests") {
    item.words.emplace_back(yes_or_no(connection_->accepts_requests()));
  }
  if (name == "is_drained") item.words.emplace_back(yes_or_no(connection_->is_drained()));
  if (name == "wants_input") item.words.emplace_back(yes_or_no(connection_->wants_input()));
  if (name == "wants_output") item.words.emplace_back(yes_or_no(connection_->wants_output()));
  if (name == "has_events") item.words.emplace_back(yes_or_no(connection_->has_events()));
  if (name == "should_reset") item.words.emplace_back(yes_or_no(connection_->should_reset()));
  if (name == "protocol") item.words.emplace_back(protocol_name(connection_->protocol()));
  if (name == "should_close") item.words.emplace_back(yes_or_no(connection_->should_close()));
  if (name == "open_streams") item.numbers.push_back(connection_->open_streams());
  if (name == "output") {
    item.numbers.push_back(sent_.size());
    item.details.emplace_back("checksum", hex_number(sent_.value()));
  }
  if (name == "statistics") add_statistics(connection_->statistics(), &item);
  if (name == "next_deadline") {
    const TimePoint deadline = connection_->next_deadline();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now_);
    const bool seconds = left.count() % 1000 == 0;
    const auto number = std::to_string(seconds ? left.count() / 1000 : left.count());
    item.words.push_back(deadline == TimePoint::max() ? "none"
                                                      : "+" + number + (seconds ? "s" : "ms"));
  }
  return item;
}

}  // namespace headrace::transcript
