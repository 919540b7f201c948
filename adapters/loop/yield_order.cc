#include "headrace/adapters/loop/yield_order.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace headrace::adapters {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// The fraction of its patience by which a connection's payment may be recorded late, so that
// progress in every turn does not reorder it in every turn.
constexpr int kGrain = 16;

}  // namespace

YieldOrder::~YieldOrder() {
  for (const std::set<Key>& kind : all_) {
    for (const auto& [due, entry] : kind) entry->order_ = nullptr;
  }
}

void YieldOrder::enter(Entry& entry, const std::optional<ClientId>& client, TimePoint now) {
  entry.order_ = this;
  entry.standing_ = Standing::kNew;
  entry.progress_ = 0;
  entry.due_ = due_time(Standing::kNew, now);
  all_[0].insert({entry.due_, &entry});
  if (!client) return;
  std::unique_ptr<Client>& found = clients_[*client];
  if (found == nullptr) found = std::make_unique<Client>();
  found->id = *client;
  entry.client_ = found.get();
  entry.client_->ranking[0].insert({entry.due_, &entry});
  count(*entry.client_, entry.client_->places + 1);
}

void YieldOrder::remove(Entry& entry) {
  YieldOrder* order = std::exchange(entry.order_, nullptr);
  Client* client = std::exchange(entry.client_, nullptr);
  if (order == nullptr) return;
  const auto kind = static_cast<size_t>(entry.standing_);
  order->all_[kind].erase({entry.due_, &entry});
  if (client == nullptr) return;
  client->ranking[kind].erase({entry.due_, &entry});
  order->count(*client, client->places - 1);
}

void YieldOrder::count(Client& client, size_t places) {
  client.places = places;
  if (places == 0) {
    clients_.erase(ClientId(client.id));
  } else if (places <= rules_.share) {
    client.leave();
  } else if (!client.is_listed()) {
    over_share_.push_back(client);
  }
}

void YieldOrder::note(Entry& entry, Standing standing, uint64_t progress, TimePoint now,
                      uint32_t streams) {
  const uint64_t gained = progress - entry.progress_;
  const bool stays = standing == entry.standing_;
  if (stays && (gained == 0 || standing == Standing::kNew)) return;
  const TimePoint paid_until = pay(entry, gained, streams, now);
  const TimePoint due = standing == Standing::kBusy ? paid_until : due_time(standing, now);
  if (stays && due < entry.due_ + patience_of(standing) / kGrain) return;
  entry.progress_ = progress;
  entry.paid_until_ = paid_until;
  move(entry, standing, due);
}

// The time until which a connection has paid. It pays while idle, too, so it gains nothing by
// pauses.
TimePoint YieldOrder::pay(const Entry& entry, uint64_t gained, uint32_t streams,
                          TimePoint now) const {
  constexpr double kMinute = 60;  // in seconds; enough to pay in full
  const TimePoint most = due_time(Standing::kBusy, now);
  if (entry.standing_ == Standing::kNew || most == TimePoint::max()) return most;
  if (rules_.rate == 0) return gained > 0 ? most : entry.paid_until_;
  const double rate = static_cast<double>(rules_.rate) * std::max(streams, 1u);
  const double seconds = std::min(static_cast<double>(gained) / rate, kMinute);
  const nanoseconds time(std::llround(seconds * 1e9));
  return std::min(most, std::max(entry.paid_until_, now) + time);
}

void YieldOrder::postpone(Entry& entry, TimePoint due) {
  entry.paid_until_ = std::max(entry.paid_until_, due);
  move(entry, entry.standing_, due);
}

void YieldOrder::move(Entry& entry, Standing standing, TimePoint due) {
  const auto rank = [&](Ranking& ranking) {
    auto node = ranking[static_cast<size_t>(entry.standing_)].extract({entry.due_, &entry});
    node.value().first = due;
    ranking[static_cast<size_t>(standing)].insert(std::move(node));
  };
  rank(all_);
  if (entry.client_ != nullptr) rank(entry.client_->ranking);
  entry.standing_ = standing;
  entry.due_ = due;
}

milliseconds YieldOrder::patience_of(Standing standing) const {
  return standing == Standing::kBusy ? rules_.stalled : rules_.idle;
}

TimePoint YieldOrder::due_time(Standing standing, TimePoint since) const {
  const milliseconds patience = patience_of(standing);
  return patience.count() == 0 ? TimePoint::max() : since + patience;
}

YieldOrder::Entry* YieldOrder::due_in(const Ranking& ranking, TimePoint now) {
  for (const std::set<Key>& kind : ranking) {
    if (!kind.empty() && kind.begin()->first <= now) return kind.begin()->second;
  }
  return nullptr;
}

YieldOrder::Entry* YieldOrder::due(TimePoint now) const {
  Entry* first = nullptr;
  for (const Client* client = over_share_.front(); client != nullptr;
       client = over_share_.after(*client)) {
    if (first != nullptr && client->places <= first->client_->places) continue;
    if (Entry* entry = due_in(client->ranking, now)) first = entry;
  }
  return first != nullptr ? first : due_in(all_, now);
}

TimePoint YieldOrder::next() const {
  TimePoint next = TimePoint::max();
  for (const std::set<Key>& kind : all_) {
    if (!kind.empty()) next = std::min(next, kind.begin()->first);
  }
  return next;
}

bool YieldOrder::may_take_place(const std::optional<ClientId>& client,
                                const Entry& yielding) const {
  if (!client) return true;
  const Client* owner = yielding.client_;
  if (owner != nullptr && (owner->is_listed() || owner->id == *client)) return true;
  const auto found = clients_.find(*client);
  return found == clients_.end() || found->second->places < rules_.share;
}

}  // namespace headrace::adapters
