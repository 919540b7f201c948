#include "tests/transcript/driver.h"

#include <algorithm>
#include <gsl/span>
#include <utility>

#include "tests/memory/scribble.h"
#include "tests/reference/frames.h"
#include "tests/transcript/event_text.h"

namespace headrace::transcript {
namespace {

// Input in a block of exactly its size, so that a sanitizer sees every octet read beyond it. It is
// overwritten in the end.
class Input {
 public:
  explicit Input(std::string_view bytes) : octets_(new uint8_t[bytes.size()]), size_(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), octets_.get());
  }
  ~Input() { std::fill_n(octets_.get(), size_, uint8_t{0xdd}); }
  gsl::span<const uint8_t> bytes() const { return {octets_.get(), size_}; }

 private:
  std::unique_ptr<uint8_t[]> octets_;
  size_t size_;
};

}  // namespace

std::string text_of(gsl::span<const ConstBuffer> buffers) {
  std::string text;
  for (const ConstBuffer& buffer : buffers) {
    text.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  return text;
}

namespace {

Options with_padding(Options options, PaddingPolicy* padding) {
  options.padding = padding;
  return options;
}

struct Enter {
  Enter() { call(LibraryCalls::enter); }
  static void call(void (*function)()) {
    if (function != nullptr) function();
  }
};
struct Leave {
  ~Leave() { Enter::call(LibraryCalls::leave); }
};
// The other way round: what is between the two in a class is destroyed inside of a call.
struct LeaveLast : Leave {};
struct EnterFirst {
  ~EnterFirst() { Enter::call(LibraryCalls::enter); }
};

}  // namespace

struct Driver::OpenRange {
  enum class Kind : uint8_t { kReceive, kAdvance, kEndOfInput, kLost };

  OpenRange(Connection* connection, Kind kind, std::string_view bytes, TimePoint now)
      : input(bytes), range(start(connection, kind, input.bytes(), now)) {}

  static EventRange start(Connection* connection, Kind kind, gsl::span<const uint8_t> input,
                          TimePoint now) {
    const Enter enter;
    const Leave leave;
    switch (kind) {
      case Kind::kReceive:
        return connection->receive(input, now);
      case Kind::kAdvance:
        return connection->advance(now);
      case Kind::kEndOfInput:
        return connection->end_of_input(now);
      case Kind::kLost:
        break;
    }
    return connection->end_of_input(now, /*in_order=*/false);
  }

  // The next event, or null at the end.
  EventPtr next() {
    const Enter enter;
    const Leave leave;
    if (at) {
      ++*at;
    } else {
      at.emplace(range.begin());
    }
    if (*at == range.end()) return nullptr;
    return **at;
  }

  Input input;  // outlives the range
  LeaveLast leave;
  EventRange range;
  EnterFirst enter;
  std::optional<decltype(std::declval<EventRange&>().begin())> at;
};

Driver::Driver(Role role, const Options& options, Holding holding, uint32_t seed,
               const Manner& manner)
    : holding_(holding),
      random_(seed),
      in_pieces_(seed != 0),
      manner_(manner),
      allocation_(options.allocation),
      connection_(std::in_place, role,
                  with_padding(options, manner.padding_is_asked ? &padding_ : options.padding),
                  now_),
      application_(&*connection_),
      reader_(role == Role::kClient, manner.is_text),
      credit_(role == Role::kServer, options),
      allowance_(kAllEvents),
      preface_left_(role == Role::kServer ? 24 : 0) {}

Driver::~Driver() = default;

void Driver::receive(std::string_view bytes, const std::vector<size_t>& parts) {
  if (manner_.is_exact) {
    note_settings(bytes);
    range_.reset();
    range_ = std::make_unique<OpenRange>(&*connection_, OpenRange::Kind::kReceive, bytes, now_);
    return;
  }
  for (const size_t size : parts) {
    parts_.emplace_back(bytes.substr(0, size));
    if (!manner_.is_text) credit_.peer_sent(parts_.back());
    bytes.remove_prefix(size);
  }
}

void Driver::end_of_input(bool in_order) {
  const auto kind = in_order ? OpenRange::Kind::kEndOfInput : OpenRange::Kind::kLost;
  range_.reset();
  range_ = std::make_unique<OpenRange>(&*connection_, kind, "", now_);
}

// RFC 9113 §6.5: what the peer's SETTINGS change about our field blocks.
void Driver::note_settings(std::string_view input) {
  if (manner_.is_text) return;
  const size_t preface = std::min(preface_left_, input.size());
  preface_left_ -= preface;
  unread_input_ += input.substr(preface);
  size_t at = 0;
  while (const auto frame = reference::parse(unread_input_, &at)) {
    if (frame->type != reference::SETTINGS || (frame->flags & reference::ACK) != 0) continue;
    std::optional<uint64_t> table;
    for (const auto& [id, value] : reference::parse_settings(frame->payload)) {
      if (id == reference::HEADER_TABLE_SIZE) table = value;
    }
    reader_.peer_sent_settings(table);
  }
  unread_input_.erase(0, at);
}

void Driver::pass(std::chrono::nanoseconds time) {
  now_ += time;
  if (manner_.is_exact) return;
  range_.reset();
  range_ = std::make_unique<OpenRange>(&*connection_, OpenRange::Kind::kAdvance, "", now_);
}

bool Driver::open_next() {
  if (parts_.empty()) return false;
  range_ =
      std::make_unique<OpenRange>(&*connection_, OpenRange::Kind::kReceive, parts_.front(), now_);
  parts_.pop_front();
  return true;
}

// Takes one event. False: there is none now, or none may be taken.
bool Driver::step() {
  while (allowance_ > 0 && (range_ != nullptr || open_next())) {
    EventPtr event = range_->next();
    if (event != nullptr) {
      take(std::move(event));
      return true;
    }
    range_.reset();
  }
  return false;
}

void Driver::take(EventPtr event) {
  if (allowance_ != kAllEvents) --allowance_;
  break_rule(application_.observe(*event));
  append_event(*event, &events_);
  event_names_.emplace_back(event_name(*event));
  const bool is_new_place = places_.insert(event.get()).second;
  if (holding_ == Holding::kDrop) {
    if (allocation_ == Allocation::kFresh) {
      places_.clear();
      return;
    }
    const Event* place = event.get();
    event.reset();
    testing::scribble(place);
    if (places_.size() > testing::kRecycledPlaces<Event>)
      break_rule("a dropped event is not recycled");
    return;
  }
  if (!is_new_place) break_rule("an event is in the place of one that is held");
  std::string text = format_item(describe_event(*event));
  if (holding_ == Holding::kKeep) event = keep(std::move(event));
  held_.push_back({std::move(event), std::move(text)});
}

void Driver::settle() {
  if (manner_.is_exact) return;
  constexpr int kMaxRounds = 10000;
  for (int round = 0; round < kMaxRounds; ++round) {
    while (step()) {
    }
    input_was_refused_ |= !connection_->wants_input();
    const bool progress = !output_held_ && drain();
    if (allowance_ == 0) return;
    if (!open_when_due() && !progress) return check_credit();
  }
  break_rule("the connection never comes to rest");
}

// When all that was sent has arrived, on both sides.
void Driver::check_credit() {
  if (manner_.is_text) return;
  for (const reference::Frame& frame : reader_.take_raw()) credit_.we_sent(frame);
  const bool settled = connection_->wants_input() && !output_held_ && shown_.empty() &&
                       parts_.empty() && range_ == nullptr;
  if (settled) break_rule(credit_.check(*connection_));
}

// A range for what waits without new input.
bool Driver::open_when_due() {
  const bool goes_on = input_was_refused_ && connection_->wants_input();
  if (!goes_on && !connection_->has_events()) return false;
  // An empty receive() brings out what was kept, advance() everything else.
  const bool kept = goes_on || std::exchange(input_was_kept_, false);
  if (goes_on) input_was_refused_ = false;
  range_ = std::make_unique<OpenRange>(
      &*connection_, kept ? OpenRange::Kind::kReceive : OpenRange::Kind::kAdvance, "", now_);
  return true;
}

// The loop over the events is left: the connection keeps the rest, and takes what comes later
// without an event being asked for.
void Driver::leave() {
  range_.reset();
  while (open_next()) range_.reset();
  allowance_ = 0;
  input_was_kept_ = true;
}

bool Driver::drain() {
  // So much that only windows and frame sizes cut DATA, not the transport's room.
  constexpr size_t kAtOnce = 1 << 20;
  bool progress = false;
  while (connection_->wants_output()) {
    std::string shown = text_of(connection_->pending_output(kAtOnce));
    if (shown.empty() && (connection_->wants_output() || !application_.has_sources())) {
      break_rule("wants_output() is true and pending_output() is empty");
    }
    if (shown != text_of(connection_->pending_output(kAtOnce))) {
      break_rule("pending_output(), asked again, gives something else");
    }
    if (!broken_rule_.empty()) return false;
    note_sent(shown);
    progress = true;
    for (size_t rest = shown.size(); rest > 0;) {
      const size_t piece = in_pieces_ ? std::min<size_t>(rest, 1 + random_() % 50) : rest;
      connection_->sent(piece, now_);
      rest -= piece;
    }
  }
  if (!connection_->pending_output(kAtOnce).empty()) {
    break_rule("wants_output() is false and pending_output() is not empty");
  }
  return progress;
}

// What an exact transcript says of input, events and time. False: it is not one of these.
bool Driver::run_exact(Arguments* arguments, std::string_view name) {
  if (name == "receive") {
    receive("", {});
  } else if (name == "advance") {
    range_.reset();
    range_ = std::make_unique<OpenRange>(&*connection_, OpenRange::Kind::kAdvance, "", now_);
  } else if (name == "take") {
    uint64_t steps = arguments->has_number() ? arguments->take_number() : kAllEvents;
    for (; steps > 0 && range_ != nullptr; --steps) {
      EventPtr event = range_->next();
      if (event == nullptr) {
        range_.reset();
      } else {
        take(std::move(event));
      }
    }
  } else if (name == "leave") {
    range_.reset();
  } else {
    return false;
  }
  return true;
}

// pending_output(), which shows what it has shown before, and perhaps more. (Asked for less than
// that, it may show less.)
void Driver::show(size_t max_bytes) {
  std::string shown = text_of(connection_->pending_output(max_bytes));
  if (manner_.is_exact && shown.size() < shown_.size() && shown_.starts_with(shown)) return;
  shown_ = std::move(shown);
}

void Driver::note_sent(std::string_view octets) {
  reader_.append(octets);
  sent_octets_ += octets;
  sent_.add({reinterpret_cast<const uint8_t*>(octets.data()), octets.size()});
}

void Driver::mark_sent(size_t size, bool timed) {
  const auto octets = std::string_view(shown_).substr(0, size);
  note_sent(octets);
  if (timed) {
    connection_->sent(size, now_);
  } else {
    connection_->sent(size);
  }
  shown_.erase(0, size);
}

void Driver::finish() {
  if (reader_.unread() != 0 && !output_held_ && !manner_.is_exact)
    break_rule("the output ends within a frame");
  range_.reset();
  connection_.reset();
  for (const HeldEvent& held : held_) {
    const std::string now = format_item(describe_event(*held.event));
    if (now != held.text) break_rule("a held event has changed to " + now + " from " + held.text);
  }
}

void Driver::break_rule(std::string_view rule) {
  if (broken_rule_.empty()) broken_rule_ = rule;
}

}  // namespace headrace::transcript
