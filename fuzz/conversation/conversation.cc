#include "fuzz/conversation/conversation.h"

#include <algorithm>

#include "fuzz/conversation/require.h"
#include "tests/transcript/event_text.h"

namespace headrace::fuzz {
namespace {

constexpr int kEnoughTurns = 10000;

// What an idle connection may keep in the ledger after trim(): the two HPACK tables, and how the
// last streams were closed.
constexpr size_t kIdleMemory = 16 * 1024;

Options draw_options(Draws* draws, Allocation allocation) {
  Options options;
  options.allocation = allocation;
  const uint8_t bits = draws->octet();
  if ((bits & 1) != 0) options.initial_window_size = 100;
  options.automatic_credit = (bits & 2) == 0;
  options.explicit_release = (bits & 4) != 0;
  options.trim_field_values = (bits & 8) != 0;
  if ((bits & 16) != 0) {
    options.limits.queued_replies = 4;
    options.limits.concurrent_streams = 3;
    options.limits.useless_burst = 20;
    options.limits.reset_burst = 10;
  }
  if ((bits & 32) != 0) options.limits.field_list_size = 300;
  // Below 65,535 it only makes credit come often, so that none can be lost unseen.
  options.connection_window_size = (bits & 64) != 0 ? 200000 : 20;
  options.send_buffer_size = (bits & 128) != 0 ? 300 : 4096;
  return options;
}

std::string text_of(gsl::span<const ConstBuffer> buffers) {
  std::string text;
  for (const ConstBuffer& buffer : buffers) {
    text.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  return text;
}

std::string describe(const Event& event) {
  return transcript::format_item(transcript::describe_event(event));
}

}  // namespace

Conversation::Conversation(std::string_view input, const Style& style)
    : draws_(input),
      style_(style),
      random_(static_cast<uint32_t>(style.largest_piece)),
      options_(draw_options(&draws_, style.allocation)),
      connection_(std::make_unique<Connection>(Role::kServer, options_, now_)),
      application_(connection_.get(), &draws_) {
  if (const uint8_t nth = draws_.octet(); nth >= 128) {
    connection_->ledger().refuse_reservation(nth - 127);
    comparable_ = false;
  }
}

Outcome Conversation::play() {
  if (!draws_.seldom(64)) to_deliver_ = Client::preface() + client_.settings(&draws_);
  while (!draws_.done()) turn();
  finish();
  return {application_.rules().texts(), std::move(output_), comparable_};
}

void Conversation::turn() {
  static constexpr std::array<size_t, 6> kRooms = {65536, 1, 100, 1500, 17000, 0};
  switch (draws_.below(16)) {
    case 8: {
      const size_t room = draws_.pick(kRooms);
      drain(room, draws_.below(9));
      break;
    }
    case 9:
      drain_all();
      break;
    case 10:
    case 11:
    case 12:
      application_.command(&draws_, client_.some_stream(&draws_));
      break;
    case 13:
      now_ += std::chrono::milliseconds(draws_.octet() * draws_.octet());
      advance();
      break;
    case 14:
      if (draws_.seldom(4)) connection_->trim();
      if (options_.explicit_release && unreleased_ > 0) {
        const size_t size = draws_.number() % (unreleased_ + 1);
        connection_->released(size);
        unreleased_ -= size;
      }
      break;
    case 15:
      deliver();
      break;
    default:
      to_deliver_ += client_.write(&draws_);
      if (draws_.below(2) == 0) deliver();
  }
  settle();
}

// In pieces that are freed as soon as they were handled.
void Conversation::deliver() {
  output_rules_.sent_by_client(to_deliver_);
  while (!to_deliver_.empty() && !input_ended_) {
    size_t size = to_deliver_.size();
    if (style_.largest_piece > 0) size = std::min(size, 1 + random_() % style_.largest_piece);
    const std::vector<uint8_t> piece(to_deliver_.begin(),
                                     to_deliver_.begin() + static_cast<ptrdiff_t>(size));
    to_deliver_.erase(0, size);
    take(connection_->receive(piece, now_));
    // What was kept is handled before the next piece, or with it.
    if (!style_.leaves_early || to_deliver_.empty()) settle();
    make_room();
  }
}

// Takes what the connection says is waiting.
void Conversation::settle() {
  for (int i = 0; connection_->has_events(); ++i) {
    require(i < kEnoughTurns, "has_events() never turns false");
    take(connection_->advance(now_));
  }
}

// Replies that wait are in the way of input.
void Conversation::make_room() {
  for (int i = 0; !connection_->wants_input() && !input_ended_; ++i) {
    if (application_.rules().connection_closed()) return;
    require(i < kEnoughTurns, "wants_input() never turns true");
    require(connection_->wants_output(), "neither input nor output is wanted");
    settle();  // what the application answers goes out too, whenever it left a range
    drain_all();
    settle();
  }
}

void Conversation::take(EventRange range, bool outermost) {
  bool left = false;
  for (EventPtr event : range) {
    const bool nest = on_event(std::move(event)) && outermost;
    if (nest && style_.nests) {
      take(connection_->receive({}, now_), /*outermost=*/false);
      left = true;
    } else if (nest && style_.leaves_early) {
      left = true;
      break;
    }
  }
  if (!left) require(!connection_->has_events(), "a range ended, and there are more events");
}

// Whether the style may do something special now.
bool Conversation::on_event(EventPtr event) {
  application_.on_event(*event);
  ++events_;
  if (style_.holds && events_ % 3 != 0) {
    std::string text = describe(*event);
    if (events_ % 3 == 1) event = keep(std::move(event));
    held_.push_back({std::move(event), std::move(text)});
  }
  return events_ % 4 == 3;
}

// `eighths` of what is pending are sent.
void Conversation::drain(size_t max_bytes, uint32_t eighths) {
  check_shown();
  const bool wanted = connection_->wants_output();
  (void)application_.take_source_asked();
  gsl::span<const ConstBuffer> pending = connection_->pending_output(max_bytes);
  std::string text = text_of(pending);
  require(text.starts_with(shown_), "pending_output() took something back");
  require(text.size() <= std::max(max_bytes, shown_.size()), "pending_output() shows too much");
  require(wanted || text.empty(), "output that was not wanted");
  require(!wanted || !text.empty() || max_bytes == 0 || application_.take_source_asked(),
          "output was wanted, and there is none");
  pending = connection_->pending_output(max_bytes);
  require(text == text_of(pending), "pending_output() is not idempotent");
  spans_.assign(pending.begin(), pending.end());
  shown_ = std::move(text);

  const size_t size = shown_.size() * eighths / 8;
  output_rules_.received(shown_.substr(0, size));
  output_ += shown_.substr(0, size);
  // What is sent is free, unless released() says so.
  connection_->sent(size);
  shown_.erase(0, size);
  spans_.clear();
  if (options_.explicit_release) unreleased_ += size;
}

void Conversation::drain_all() {
  for (int i = 0; connection_->wants_output(); ++i) {
    require(i < kEnoughTurns, "wants_output() never turns false");
    drain(65536, 8);
  }
}

// Spans stay as they are until sent().
void Conversation::check_shown() const {
  if (!spans_.empty()) require(text_of(spans_) == shown_, "shown output has changed");
}

void Conversation::advance() {
  for (int i = 0; i == 0 || connection_->next_deadline() <= now_; ++i) {
    require(i < 8, "next_deadline() stays in the past");
    take(connection_->advance(now_));
    settle();
  }
}

// The conversation comes to rest, then to its end.
void Conversation::finish() {
  deliver();
  require_peace();
  if (!application_.rules().connection_closed()) require_conserved_credit();
  end();
}

void Conversation::require_peace() {
  // A source says "not yet" at most twice before it goes on.
  for (int quiet = 0; quiet < 3; ++quiet) {
    const size_t before = output_.size();
    application_.resume_all();
    drain_all();
    settle();
    make_room();
    if (output_.size() > before) quiet = 0;
  }
  EventRules& rules = application_.rules();
  if (rules.connection_closed()) return;
  output_rules_.require_all_answered();
  if (!options_.automatic_credit) return;
  for (uint32_t id : rules.open_streams()) {
    if (rules.is_receiving(id) && application_.is_automatic(id)) {
      output_rules_.require_stream_credit(id);
    }
  }
}

void Conversation::require_conserved_credit() {
  for (uint32_t id : application_.rules().open_streams()) {
    (void)connection_->reset_stream(id, ErrorCode::kCancel);
  }
  settle();
  drain_all();
  settle();
  require(application_.rules().open_streams().empty(), "a stream that was reset is open");
  if (!application_.rules().connection_closed()) {
    output_rules_.require_connection_credit(options_.connection_window_size);
  }
}

void Conversation::end() {
  input_ended_ = true;
  {
    EventRange unused = connection_->end_of_input(now_);  // a range that is never walked
  }
  settle();
  drain_all();
  settle();
  if (options_.explicit_release) connection_->released(std::exchange(unreleased_, 0));
  settle();
  application_.rules().require_complete();
  require(connection_->should_close(), "the connection is gone, and stays");
  require(connection_->next_deadline() == TimePoint::max(), "a deadline behind the end");
  require(connection_->ledger().peak() <= options_.limits.connection_memory, "above the budget");
  connection_->trim();
  if (!style_.holds) require(connection_->ledger().live() <= kIdleMemory, "memory is kept");
  connection_.reset();
  for (const Held& held : held_) {
    require(describe(*held.event) == held.text, "an event that was held has changed");
  }
}

}  // namespace headrace::fuzz
