#include "tests/self_play/side.h"

#include <algorithm>
#include <gsl/span>

#include "tests/transcript/event_text.h"

namespace headrace::self_play {
namespace {

constexpr int kEnoughTurns = 10000;

// RFC 9113 §10.7
class RandomPadding : public PaddingPolicy {
 public:
  explicit RandomPadding(uint64_t seed) : random_(seed) {}
  size_t padding(const FrameHeader&, size_t room) override {
    return random_.one_in(3) ? random_.up_to(static_cast<uint32_t>(room)) : 0;
  }

 private:
  Random random_;
};

Options with(Options options, FrameObserver* observer, PaddingPolicy* padding) {
  options.observer = observer;
  options.padding = padding;
  return options;
}

std::string text_of(gsl::span<const ConstBuffer> buffers) {
  std::string text;
  for (const ConstBuffer& buffer : buffers) {
    text.append(reinterpret_cast<const char*>(buffer.data), buffer.size);
  }
  return text;
}

}  // namespace

Side::Side(Role role, const Options& options, const Style& style, const Application::World& world,
           const TimePoint* now)
    : role_(role),
      name_(role == Role::kClient ? "client" : "server"),
      style_(style),
      random_(*world.random),
      report_(*world.report),
      now_(*now),
      padding_(random_.one_in(2) ? nullptr : std::make_unique<RandomPadding>(random_.number())),
      frames_(role, options, name_, world.report),
      options_(with(options, &frames_, padding_.get())),
      application_(role, options_, world, &frames_) {
  frames_.set_listener(&application_);
}

void Side::connect(Side* peer, Wire* in, Wire* out) {
  peer_ = peer;
  in_ = in;
  out_ = out;
  frames_.set_peer(&peer->frames_);
  recorded_ = report_.begin_record();
  options_.record = recorded_;
  connection_ = std::make_unique<Connection>(role_, options_, now_);
  inspector_.emplace(connection_.get(), recorded_ != nullptr);
  application_.connect(connection_.get(), recorded_ != nullptr);
}

void Side::require(bool condition, const char* what) const {
  report_.require(condition, [&] { return name_ + ": " + what; });
}

// --- Input.

void Side::walk(EventRange range, bool outermost) {
  bool whole = true;
  for (EventPtr event : range) {
    if (!inspector_->in_data_frame()) frames_.finish_open_data();
    // Padding may follow; the message has ended.
    const auto* data = std::get_if<DataReceived>(&*event);
    if (data != nullptr && data->end_stream) frames_.end_open_data();
    if (recorded_ != nullptr) transcript::append_event(*event, &recorded_->events);
    application_.take(*event);
    if (report_.failed()) return;
    if (style_.holds && random_.one_in(4)) hold(std::move(event));
    if (random_.one_in(8)) application_.act();
    if (style_.nests && outermost && random_.one_in(20)) {
      walk(connection_->receive({}, now_), /*outermost=*/false);
      whole = false;
    } else if (style_.leaves_early && random_.one_in(10)) {
      whole = false;
      break;
    }
  }
  left_ = !whole;
  if (whole) require(!connection_->has_events(), "a range ended, and there are more events");
}

// An event past its turn, with or without keep(): it stays as it was.
void Side::hold(EventPtr event) {
  std::string text = event_line(*event);
  if (random_.one_in(2)) event = keep(std::move(event));
  held_.push_back({std::move(event), std::move(text)});
  if (held_.size() > 20) drop_held(random_.below(20));
}

void Side::drop_held(size_t kept) {
  while (held_.size() > kept) {
    const size_t last = held_.size() - 1;
    std::swap(held_[random_.below(static_cast<uint32_t>(held_.size()))], held_[last]);
    require(event_line(*held_[last].event) == held_[last].text,
            "an event that was held has changed");
    held_.pop_back();
  }
}

void Side::receive(std::string octets) {
  report_.trace([&] { return name_ + " receives " + std::to_string(octets.size()) + " octets"; });
  // In memory of its own, which is gone when the range is.
  const std::vector<uint8_t> piece(octets.begin(), octets.end());
  walk(connection_->receive(piece, now_), /*outermost=*/true);
}

void Side::deliver() {
  const size_t available = in_->available(now_);
  if (available == 0 || (!connection_->wants_input() && !application_.is_closed()))
    return settle(), void();
  // What was kept comes first; more is not piled on top.
  if (left_ && connection_->has_events() && !random_.one_in(4)) return settle(), void();
  if (style_.octet_by_octet && random_.one_in(4)) {
    for (size_t left = std::min<size_t>(available, 1 + random_.below(100)); left > 0; --left) {
      if (report_.failed() || !connection_->wants_input()) return;
      receive(in_->take(1));
    }
    return;
  }
  size_t size =
      random_.one_in(2) ? available : 1 + random_.up_to(static_cast<uint32_t>(available - 1));
  receive(in_->take(std::min<size_t>(size, 100000)));
}

bool Side::deliver_all() {
  bool any = settle();
  for (int i = 0; !report_.failed(); ++i) {
    require(i < kEnoughTurns, "input never ends");
    const size_t available = in_->available(now_);
    if (available == 0 || (!connection_->wants_input() && !application_.is_closed())) break;
    receive(in_->take(available));
    settle();
    any = true;
  }
  notice_end();
  return settle() || any;
}

// Takes the events that wait.
bool Side::settle() {
  bool any = false;
  for (int i = 0; connection_->has_events() && !report_.failed(); ++i) {
    require(i < kEnoughTurns, "has_events() never turns false");
    walk(connection_->advance(now_), /*outermost=*/true);
    any = true;
  }
  application_.require_told();
  return any;
}

void Side::notice_end() {
  if (end_noticed_ || !in_->at_end(now_)) return;
  end_noticed_ = true;
  report_.trace([&] { return name_ + " sees the end of its input"; });
  application_.note_end_of_input();
  walk(connection_->end_of_input(now_), /*outermost=*/true);
}

// Time has passed, perhaps up to a deadline.
void Side::advance() {
  for (int i = 0; i == 0 || connection_->next_deadline() <= now_; ++i) {
    require(i < kEnoughTurns, "next_deadline() stays in the past");
    if (report_.failed()) return;
    walk(connection_->advance(now_), /*outermost=*/true);
    settle();
  }
}

// --- Output.

void Side::output() {
  static constexpr std::array<size_t, 8> kRooms = {65536, 1, 10, 100, 1500, 17000, 1 << 20, 0};
  show(random_.pick(kRooms), random_.up_to(100000), random_.one_in(2));
}

bool Side::output_all() {
  bool any = false;
  for (int i = 0; connection_->wants_output() && !report_.failed(); ++i) {
    require(i < kEnoughTurns, "wants_output() never turns false");
    const uint64_t before = sent_;
    show(65536, 0, /*all=*/true);
    if (sent_ == before) break;  // a source says "not yet"
    any = true;
  }
  if (unreleased_ > 0 && options_.explicit_release) {
    connection_->released(std::exchange(unreleased_, 0));
    any = true;
  }
  if (connection_->should_close() && !out_->closed()) {
    out_->close(now_);
    any = true;
  }
  return any;
}

// pending_output(max_bytes), of which `sent` octets go out, or all.
void Side::show(size_t max_bytes, size_t sent, bool all) {
  const bool wanted = connection_->wants_output();
  (void)application_.take_source_asked();
  std::string text = text_of(connection_->pending_output(max_bytes));
  const bool asked = application_.take_source_asked();
  require(text.starts_with(shown_), "pending_output() has taken something back");
  require(text.size() <= std::max(max_bytes, shown_.size()), "pending_output() shows too much");
  require(wanted || text.empty(), "there is output, and none was wanted");
  require(!wanted || !text.empty() || max_bytes == 0 || asked,
          "output was wanted, and there is none");
  std::string again = text_of(connection_->pending_output(max_bytes));
  require(again == text || (asked && again.starts_with(text)),
          "pending_output() is not the same when asked again");
  text = std::move(again);
  frames_.set_shown(sent_ + text.size());
  if (all || sent > text.size()) sent = text.size();
  report_.trace([&] {
    return name_ + " sends " + std::to_string(sent) + " of " + std::to_string(text.size());
  });
  shown_ = std::move(text);
  if (sent == 0) return;
  report_.digest(std::string_view(shown_).substr(0, sent));
  if (recorded_ != nullptr) recorded_->output += shown_.substr(0, sent);
  const auto latency = std::chrono::microseconds(random_.up_to(200000));
  out_->send(std::string_view(shown_).substr(0, sent), now_ + latency);
  shown_.erase(0, sent);
  connection_->sent(sent);
  sent_ += sent;
  if (options_.explicit_release) unreleased_ += sent;
  if (connection_->should_close()) out_->close(now_ + latency);
}

void Side::release() {
  if (unreleased_ == 0 || !options_.explicit_release) return;
  const size_t size = random_.one_in(2) ? unreleased_ : random_.number() % (unreleased_ + 1);
  connection_->released(size);
  unreleased_ -= size;
}

void Side::trim() {
  connection_->trim();
  left_ = true;
}

void Side::destroy() {
  connection_.reset();
  application_.note_destroyed();
  drop_held(0);
}

bool Side::is_over() const {
  return application_.is_closed() && connection_->should_close() && !connection_->has_events() &&
         unreleased_ == 0;
}

bool Side::holds_nothing() const {
  return shown_.empty() && unreleased_ == 0 && !application_.holds_views();
}

}  // namespace headrace::self_play
