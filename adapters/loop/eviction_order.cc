#include "headrace/adapters/loop/eviction_order.h"

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

EvictionOrder::~EvictionOrder() {
  for (const std::set<Key>& kind : all_) {
    for (const auto& [due, entry] : kind) entry->order_ = nullptr;
  }
}

void EvictionOrder::enter(Entry& entry, const std::optional<ClientId>& client, TimePoint now) {
  entry.order_ = this;
  entry.activity_ = Activity::kNew;
  entry.progress_ = 0;
  entry.due_ = due_time(Activity::kNew, now);
  all_[0].insert({entry.due_, &entry});
  if (!client) return;
  std::unique_ptr<Client>& found = clients_[*client];
  if (found == nullptr) found = std::make_unique<Client>();
  found->id = *client;
  entry.client_ = found.get();
  entry.client_->ranking[0].insert({entry.due_, &entry});
  count(*entry.client_, entry.client_->places + 1);
}

void EvictionOrder::remove(Entry& entry) {
  EvictionOrder* order = std::exchange(entry.order_, nullptr);
  Client* client = std::exchange(entry.client_, nullptr);
  if (order == nullptr) return;
  const auto kind = static_cast<size_t>(entry.activity_);
  order->all_[kind].erase({entry.due_, &entry});
  if (client == nullptr) return;
  client->ranking[kind].erase({entry.due_, &entry});
  order->count(*client, client->places - 1);
}

void EvictionOrder::count(Client& client, size_t places) {
  client.places = places;
  if (places == 0) {
    clients_.erase(ClientId(client.id));
  } else if (places <= rules_.share) {
    client.leave();
  } else if (!client.is_listed()) {
    over_share_.push_back(client);
  }
}

void EvictionOrder::note(Entry& entry, Activity activity, uint64_t progress, TimePoint now,
                         uint32_t streams) {
  const uint64_t gained = progress - entry.progress_;
  const bool stays = activity == entry.activity_;
  if (stays && (gained == 0 || activity == Activity::kNew)) return;
  const TimePoint paid_until = pay(entry, gained, streams, now);
  const TimePoint due = activity == Activity::kBusy ? paid_until : due_time(activity, now);
  if (stays && due < entry.due_ + patience_of(activity) / kGrain) return;
  entry.progress_ = progress;
  entry.paid_until_ = paid_until;
  move(entry, activity, due);
}

// The time until which a connection has paid. It pays while idle, too, so it gains nothing by
// pauses.
TimePoint EvictionOrder::pay(const Entry& entry, uint64_t gained, uint32_t streams,
                             TimePoint now) const {
  constexpr double kMinute = 60;  // in seconds; enough to pay in full
  const TimePoint most = due_time(Activity::kBusy, now);
  if (entry.activity_ == Activity::kNew || most == TimePoint::max()) return most;
  if (rules_.rate == 0) return gained > 0 ? most : entry.paid_until_;
  const double rate = static_cast<double>(rules_.rate) * std::max(streams, 1u);
  const double seconds = std::min(static_cast<double>(gained) / rate, kMinute);
  const nanoseconds time(std::llround(seconds * 1e9));
  return std::min(most, std::max(entry.paid_until_, now) + time);
}

void EvictionOrder::postpone(Entry& entry, TimePoint due) {
  entry.paid_until_ = std::max(entry.paid_until_, due);
  move(entry, entry.activity_, due);
}

void EvictionOrder::move(Entry& entry, Activity activity, TimePoint due) {
  const auto rank = [&](Ranking& ranking) {
    auto node = ranking[static_cast<size_t>(entry.activity_)].extract({entry.due_, &entry});
    node.value().first = due;
    ranking[static_cast<size_t>(activity)].insert(std::move(node));
  };
  rank(all_);
  if (entry.client_ != nullptr) rank(entry.client_->ranking);
  entry.activity_ = activity;
  entry.due_ = due;
}

milliseconds EvictionOrder::patience_of(Activity activity) const {
  return activity == Activity::kBusy ? rules_.stalled : rules_.idle;
}

TimePoint EvictionOrder::due_time(Activity activity, TimePoint since) const {
  const milliseconds patience = patience_of(activity);
  return patience.count() == 0 ? TimePoint::max() : since + patience;
}

EvictionOrder::Entry* EvictionOrder::due_in(const Ranking& ranking, TimePoint now) {
  for (const std::set<Key>& kind : ranking) {
    if (!kind.empty() && kind.begin()->first <= now) return kind.begin()->second;
  }
  return nullptr;
}

EvictionOrder::Entry* EvictionOrder::due(TimePoint now) const {
  Entry* first = nullptr;
  for (const Client* client = over_share_.front(); client != nullptr;
       client = over_share_.after(*client)) {
    if (first != nullptr && client->places <= first->client_->places) continue;
    if (Entry* entry = due_in(client->ranking, now)) first = entry;
  }
  return first != nullptr ? first : due_in(all_, now);
}

TimePoint EvictionOrder::next() const {
  TimePoint next = TimePoint::max();
  for (const std::set<Key>& kind : all_) {
    if (!kind.empty()) next = std::min(next, kind.begin()->first);
  }
  return next;
}

bool EvictionOrder::may_take_place(const std::optional<ClientId>& client,
                                   const Entry& yielding) const {
  if (!client) return true;
  const Client* owner = yielding.client_;
  if (owner != nullptr && (owner->is_listed() || owner->id == *client)) return true;
  const auto found = clients_.find(*client);
  return found == clients_.end() || found->second->places < rules_.share;
}

}  // namespace headrace::adapters
