#include "fuzz/conversation/conversation.h"

#include <algorithm>
#include <gsl/span>

#include "fuzz/conversation/options.h"
#include "fuzz/require.h"
#include "fuzz/story.h"
#include "headrace/memory/ledger.h"
#include "headrace/protocol/stream/flow_window.h"
#include "tests/transcript/event_text.h"

namespace headrace::fuzz {
namespace {

constexpr int kEnoughTurns = 10000;

// What an idle connection may keep in the ledger after trim(): the two HPACK tables, and how the
// last streams were closed.
constexpr size_t kIdleMemory = 16 * 1024;

// What the first octet counts; `input` is left with what follows.
std::string_view drawn_part(std::string_view* input) {
  if (input->empty()) return {};
  const auto size = static_cast<uint8_t>(input->front());
  const std::string_view drawn = input->substr(1, size);
  input->remove_prefix(1 + drawn.size());
  return drawn;
}

std::string text_of(gsl::span<const ConstBuffer> buffers) {
  std::string text;
  for (const ConstBuffer& buffer : buffers) {
    text.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  return text;
}

std::string event_line(const Event& event) {
  return transcript::format_item(transcript::describe_event(event));
}

}  // namespace

Conversation::Conversation(Role role, Speech speech, std::string_view input, const Style& style)
    : role_(role),
      draws_(speech == Speech::kRaw ? drawn_part(&input) : input),
      style_(style),
      random_(static_cast<uint32_t>(style.largest_piece)),
      options_(draw_options(role, &draws_)) {
  options_.allocation = style.allocation;
  options_.observer = &frame_log_;
  connection_ = std::make_unique<Connection>(role, options_, now_);
  output_rules_ = std::make_unique<OutputRules>(role, options_, &frame_log_);
  if (speech == Speech::kRaw) {
    peer_ = std::make_unique<RawPeer>(role == Role::kServer ? Role::kClient : Role::kServer, input);
  } else if (role == Role::kServer) {
    peer_ = std::make_unique<ClientPeer>(output_rules_->seen());
  } else {
    peer_ = std::make_unique<ServerPeer>(output_rules_->seen());
  }
  if (role == Role::kServer) {
    application_ = std::make_unique<ServerApplication>(options_, connection_.get(), &draws_);
  } else {
    auto client = std::make_unique<ClientApplication>(options_, connection_.get(), &draws_);
    client_application_ = client.get();
    application_ = std::move(client);
  }
  if (const uint8_t nth = draws_.octet(); nth >= 128) {
    connection_->ledger().refuse_reservation(nth - 127);
    comparable_ = false;
  }
}

Outcome Conversation::play() {
  if (is_told()) tell('.', "a conversation begins");
  application_->start(&draws_);
  if (!draws_.seldom(64)) to_deliver_ = peer_->preface(&draws_);
  while (!draws_.done()) turn();
  to_deliver_ += peer_->rest();
  finish();
  return {application_->rules().texts(), std::move(output_), comparable_};
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
      application_->command(&draws_, client_application_ != nullptr
                                         ? client_application_->some_stream(&draws_)
                                         : peer_->some_stream(&draws_));
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
      to_deliver_ += peer_->write(&draws_);
      if (draws_.below(2) == 0) deliver();
  }
  settle();
}

// In pieces that are freed as soon as they were handled.
void Conversation::deliver() {
  output_rules_->sent_by_peer(to_deliver_);
  while (!to_deliver_.empty() && !input_ended_) {
    size_t size = to_deliver_.size();
    if (style_.largest_piece > 0) size = std::min(size, 1 + random_() % style_.largest_piece);
    const std::vector<uint8_t> piece(to_deliver_.begin(),
                                     to_deliver_.begin() + static_cast<ptrdiff_t>(size));
    to_deliver_.erase(0, size);
    if (is_told()) tell('.', "receives " + std::to_string(piece.size()));
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

// Replies that wait are in the way of input, and so is input that was kept.
void Conversation::make_room() {
  for (int i = 0; !connection_->wants_input() && !input_ended_; ++i) {
    if (application_->rules().connection_closed()) return;
    require(i < kEnoughTurns, "wants_input() never turns true");
    settle();  // what the application answers goes out too, whenever it left a range
    if (connection_->wants_input()) return;
    require(connection_->wants_output(), "neither input nor output is wanted");
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
  if (is_told()) tell('!', event_line(*event));
  application_->on_event(*event);
  ++events_;
  if (style_.holds && events_ % 3 != 0) {
    std::string text = event_line(*event);
    if (events_ % 3 == 1) event = keep(std::move(event));
    held_.push_back({std::move(event), std::move(text)});
  }
  return events_ % 4 == 3;
}

// `eighths` of what is pending are sent.
void Conversation::drain(size_t max_bytes, uint32_t eighths) {
  check_shown();
  const bool wanted = connection_->wants_output();
  (void)application_->take_source_asked();
  gsl::span<const ConstBuffer> pending = connection_->pending_output(max_bytes);
  std::string text = text_of(pending);
  require(text.starts_with(shown_), "pending_output() took something back");
  require(text.size() <= std::max(max_bytes, shown_.size()), "pending_output() shows too much");
  require(wanted || text.empty(), "output that was not wanted");
  require(!wanted || !text.empty() || max_bytes == 0 || application_->take_source_asked(),
          "output was wanted, and there is none");
  pending = connection_->pending_output(max_bytes);
  require(text == text_of(pending), "pending_output() is not idempotent");
  spans_.assign(pending.begin(), pending.end());
  shown_ = std::move(text);

  const size_t size = shown_.size() * eighths / 8;
  if (is_told()) {
    tell('.', "sends " + std::to_string(size) + " of " + std::to_string(shown_.size()));
  }
  output_rules_->received(shown_.substr(0, size));
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
  if (!application_->rules().connection_closed()) require_conserved_credit();
  end();
}

void Conversation::require_peace() {
  // A source says "not yet" at most twice before it goes on.
  for (int quiet = 0; quiet < 3; ++quiet) {
    const size_t before = output_.size();
    application_->resume_all();
    drain_all();
    settle();
    make_room();
    if (output_.size() > before) quiet = 0;
  }
  if (application_->rules().connection_closed()) return;
  output_rules_->require_all_answered();
  require_windows();
  for (uint32_t id : application_->rules().open_streams()) require_reason_to_wait(id);
}

// Both sides know the same.
void Conversation::require_windows() {
  if (output_rules_->receiving()) return;  // within a frame
  output_rules_->require_open_streams(connection_->open_streams());
  output_rules_->require_receive_window(0, connection_->receive_credit(0).window);
  EventRules& rules = application_->rules();
  for (uint32_t id : rules.open_streams()) {
    const bool waits = connection_->why_blocked(id) == Blocked::kPeerConcurrency;
    if (waits || !rules.is_receiving(id)) continue;
    output_rules_->require_receive_window(id, connection_->receive_credit(id).window);
    if (options_.automatic_credit && application_->is_automatic(id)) {
      output_rules_->require_stream_credit(id);
    }
  }
}

// All that can be sent has been.
void Conversation::require_reason_to_wait(uint32_t stream_id) {
  switch (connection_->why_blocked(stream_id)) {
    case Blocked::kPeerConcurrency:
      return output_rules_->require_blocked_by_concurrency();
    case Blocked::kStreamWindow:
      return output_rules_->require_blocked_by_stream_window(stream_id);
    case Blocked::kConnectionWindow:
      return output_rules_->require_blocked_by_connection_window();
    case Blocked::kScheduler:
    case Blocked::kOutput:
      return require(false, "a stream waits for its turn, and nobody else sends");
    default:
      return;
  }
}

void Conversation::require_conserved_credit() {
  EventRules& rules = application_->rules();
  // (A stream's end may be followed by another request.)
  for (int i = 0; !rules.open_streams().empty(); ++i) {
    require(i < kEnoughTurns, "a stream that was reset is open");
    for (uint32_t id : rules.open_streams())
      (void)connection_->reset_stream(id, ErrorCode::kCancel);
    settle();
    drain_all();
    settle();
  }
  if (rules.connection_closed()) return;
  require(connection_->waiting_requests() == 0, "a request that was reset waits");
  if (output_rules_->receiving()) return;
  output_rules_->require_all_answered();
  const ReceiveCredit credit = connection_->receive_credit(0);
  const int64_t full = credit.window + credit.waiting;
  require(credit.held == 0, "closed streams hold credit");
  require(options_.window_policy == WindowPolicy::kAutoTuned ||
              full == std::max(options_.connection_window_size, kInitialWindow),
          "the connection's window has another size");
  if (options_.window_policy != WindowPolicy::kAutoTuned) {
    output_rules_->require_connection_credit(full);
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
  EventRules& rules = application_->rules();
  rules.require_complete();
  for (const auto& [id, retry_safe] : rules.closed_streams()) {
    if (role_ == Role::kClient) output_rules_->require_retry_safe(id, retry_safe);
  }
  const Statistics& statistics = connection_->statistics();
  require(statistics.bytes_sent == output_.size(), "the octets sent are counted wrong");
  require(statistics.frames_sent == output_rules_->frames(), "the frames sent are counted wrong");
  require(connection_->should_close(), "the connection is gone, and stays");
  require(connection_->next_deadline() == TimePoint::max(), "a deadline behind the end");
  require(connection_->ledger().peak() <= options_.limits.connection_memory, "above the budget");
  connection_->trim();
  if (!style_.holds) require(connection_->ledger().live() <= kIdleMemory, "memory is kept");
  connection_.reset();
  for (const Held& held : held_) {
    require(event_line(*held.event) == held.text, "an event that was held has changed");
  }
}

void play_in_every_style(Role role, Conversation::Speech speech, std::string_view input) {
  const Outcome first = Conversation(role, speech, input, {}).play();
  const bool raw = speech == Conversation::Speech::kRaw;
  for (const Style& style : {
           Style{.allocation = Allocation::kFresh, .largest_piece = raw ? size_t{1} : size_t{0}},
           Style{.allocation = Allocation::kReuse, .largest_piece = 100, .leaves_early = true},
           Style{.allocation = Allocation::kReuse, .nests = true, .holds = true},
           Style{.allocation = Allocation::kFresh,
           .largest_piece = 3000,
           .leaves_early = true,
           .holds = true},
       }) {
    const Outcome other = Conversation(role, speech, input, style).play();
    if (!first.comparable) continue;
    require(other.events == first.events, "the events differ");
    require(other.output == first.output, "the output differs");
  }
}

}  // namespace headrace::fuzz
