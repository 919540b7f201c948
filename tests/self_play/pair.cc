#include "tests/self_play/pair.h"

#include <algorithm>

#include "tests/self_play/options.h"

namespace headrace::self_play {
namespace {

constexpr int kEnoughTurns = 20000;

Side::Style random_style(Random* random) {
  Side::Style style;
  style.leaves_early = random->one_in(2);
  style.nests = random->one_in(2);
  style.holds = random->one_in(2);
  style.octet_by_octet = random->one_in(4);
  return style;
}

}  // namespace

Pair::Pair(const Modes& modes, Random* random, Report* report, TimePoint now)
    : random_(*random),
      report_(*report),
      now_(now),
      begin_(now),
      rude_(random->one_in(16)),
      steps_left_(50 + random->up_to(5000)),
      client_(Role::kClient, random_options(Role::kClient, modes.client, random),
              random_style(random), {&conversation_, random, report}, &now_),
      server_(Role::kServer, random_options(Role::kServer, modes.server, random),
              random_style(random), {&conversation_, random, report}, &now_) {
  report->trace([] { return std::string("a new pair"); });
  client_.connect(&server_, &to_client_, &to_server_);
  server_.connect(&client_, &to_server_, &to_client_);
}

void Pair::play(uint64_t last) {
  for (; steps_left_ > 0 && going_on(last) && !is_over(); --steps_left_) {
    if (random_.choices_are_over()) break;
    report_.begin_step();
    if (random_.one_in(400)) {
      rest(last);
    } else {
      step();
    }
    check();
  }
  if (going_on(last)) end(last);
}

void Pair::check() {
  if (report_.failed()) return;
  client_.check_invariants();
  server_.check_invariants();
}

void Pair::step() {
  now_ += std::chrono::microseconds(random_.up_to(20000));
  Side& side = random_.one_in(2) ? client_ : server_;
  switch (random_.below(32)) {
    case 0:
      return side.advance();
    case 1:
      return random_.one_in(4) ? side.trim() : void();
    case 2:
    case 3:
      return side.release();
    case 4:
      return random_.one_in(4) ? jump() : void();
    case 5:
      return side.notice_end();
    case 6:
      return void(side.settle());
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
      return side.output();
    case 14:
    case 15:
    case 16:
    case 17:
    case 18:
    case 19:
    case 20:
    case 21:
      return side.deliver();
    default:
      return side.act();
  }
}

// What is on its way arrives, and is answered. False: nothing was.
bool Pair::quiesce_transport() {
  bool any = false;
  for (int i = 0; !report_.failed(); ++i) {
    if (i > kEnoughTurns) report_.fail("the two never have nothing to say to each other");
    bool moved = client_.output_all();
    moved = server_.output_all() || moved;
    const TimePoint due = std::min(to_server_.next_due(now_), to_client_.next_due(now_));
    if (due != TimePoint::max()) now_ = due;
    moved = client_.deliver_all() || moved;
    moved = server_.deliver_all() || moved;
    if (!moved) return any;
    any = true;
  }
  return any;
}

// Time passes, up to a deadline perhaps: nothing that is on its way may be late for it, but for a
// pair that is rude.
void Pair::jump() {
  if (rude_) {
    client_.application().allow_timeouts();
    server_.application().allow_timeouts();
  } else {
    quiesce_transport();
  }
  const TimePoint deadline =
      std::min(client_.connection()->next_deadline(), server_.connection()->next_deadline());
  if (deadline != TimePoint::max() && deadline > now_ && random_.one_in(3)) {
    now_ = deadline;
  } else {
    now_ += std::chrono::milliseconds(random_.up_to(rude_ ? 20000 : 400));
  }
  report_.trace([this] {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now_ - begin_);
    return "time jumps to " + std::to_string(passed.count()) + " ms";
  });
  client_.advance();
  if (!report_.failed()) server_.advance();
}

void Pair::rest(uint64_t last) {
  report_.trace([] { return std::string("both come to rest"); });
  int quiet = 0;
  for (int i = 0; quiet < 3 && going_on(last); ++i) {
    if (i > kEnoughTurns) return report_.fail("the two never come to rest");
    report_.begin_step();
    bool moved = client_.application().finish();
    moved = server_.application().finish() || moved;
    moved = quiesce_transport() || moved;
    quiet = moved ? 0 : quiet + 1;
    check();
  }
  if (quiet < 3 || report_.failed()) return;
  client_.check_rest();
  server_.check_rest();
  forget_exchanges();
}

// What is closed on both sides is not spoken of any more.
void Pair::forget_exchanges() {
  std::erase_if(conversation_.exchanges, [](const auto& entry) {
    const Exchange& exchange = entry.second;
    const bool client = exchange.client.closed || !exchange.client.known;
    const bool server = exchange.server.closed || !exchange.server.known;
    return client && server && exchange.client.view == nullptr && exchange.server.view == nullptr;
  });
}

void Pair::end(uint64_t last) {
  report_.trace([] { return std::string("the pair ends"); });
  const uint32_t kind = random_.below(8);
  if (kind < 4 && !is_over()) {
    rest(last);
    if (going_on(last) && kind < 2 && !is_over()) check_memory(last);
  }
  if (!going_on(last)) return;
  report_.begin_step();
  Side& side = random_.one_in(2) ? client_ : server_;
  switch (random_.below(6)) {
    case 0:
    case 1:
      side.application().shut_down();
      break;
    case 2:
      client_.application().shut_down();
      server_.application().shut_down();
      break;
    case 3:
      side.application().terminate();
      break;
    case 4:
      to_client_.cut(random_.up_to(static_cast<uint32_t>(to_client_.size())), now_);
      to_server_.cut(random_.up_to(static_cast<uint32_t>(to_server_.size())), now_);
      break;
    default:
      client_.destroy();
      server_.destroy();
      return;
  }
  rest(last);
  if (!going_on(last)) return;
  report_.begin_step();
  if (!is_over()) report_.fail("the pair does not come to its end");
  client_.destroy();
  server_.destroy();
}

void Pair::check_memory(uint64_t last) {
  client_.application().empty_table();
  server_.application().empty_table();
  rest(last);
  if (!going_on(last) || !client_.connection()->accepts_requests()) return;
  // A field block each way carries the change.
  report_.begin_step();
  client_.application().request_simply();
  rest(last);
  if (!going_on(last) || !client_.inspector().is_open() || !server_.inspector().is_open()) return;
  report_.begin_step();
  client_.check_memory();
  server_.check_memory();
}

}  // namespace headrace::self_play
