#ifndef HEADRACE_ADAPTERS_LOOP_EVICTION_ORDER_H_
#define HEADRACE_ADAPTERS_LOOP_EVICTION_ORDER_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "headrace/adapters/loop/intrusive_list.h"
#include "headrace/adapters/socket/client_id.h"
#include "headrace/protocol/interface/options.h"

namespace headrace::adapters {

// The order in which accepted connections are evicted when all places are taken and a new
// connection waits for one: by the time at which each becomes due. No operation visits all of them.
//
// A busy connection pays for its place with progress, R octets a second for each of its streams:
// with n streams an octet pays for 1/nR seconds, beginning at the time until which it has paid;
// never beyond the present, and never for the time before its patience. So an octet now and then is
// not enough, one fast stream does not pay for many slow ones, and a connection that continues
// after a long pause is not charged for the pause.
//
// Connections of clients with more places than their share are evicted before all others.
class EvictionOrder {
 public:
  // The activity of a connection. Those of the first kind are evicted before the others.
  enum class Activity : uint8_t {
    kNew,   // its preface is not complete; its progress does not count
    kIdle,  // no stream is open, and no output waits
    kBusy,
  };
  struct Rules {
    // The time for which a connection may be new or idle, or busy without having paid, before it is
    // due. Zero: any time.
    std::chrono::milliseconds idle;
    std::chrono::milliseconds stalled;
    uint64_t rate;  // units of progress a second and stream; 0: any progress pays in full
    size_t share;   // places that a client may have before it is evicted first
  };

  class Entry;

 private:
  using Key = std::pair<TimePoint, Entry*>;      // the time at which the entry is due
  using Ranking = std::array<std::set<Key>, 3>;  // by activity

  struct Client;
  using OverShareList = IntrusiveList<Client, EvictionOrder>;
  struct Client : OverShareList::Hook {
    ClientId id;
    size_t places = 0;
    Ranking ranking;
  };

 public:
  // A base of the objects in the order. It leaves the order when it is destroyed.
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { remove(*this); }

   private:
    friend class EvictionOrder;
    EvictionOrder* order_ = nullptr;  // null if it is in none
    Client* client_ = nullptr;        // null if no share applies
    TimePoint due_;
    TimePoint paid_until_;   // including its patience
    uint64_t progress_ = 0;  // progress that has been counted
    Activity activity_ = Activity::kNew;
  };

  explicit EvictionOrder(const Rules& rules) : rules_(rules) {}
  ~EvictionOrder();
  EvictionOrder(const EvictionOrder&) = delete;
  EvictionOrder& operator=(const EvictionOrder&) = delete;

  // Adds a new connection. `client`: the client whose share it counts for; none for an address that
  // stands for many (a proxy).
  void enter(Entry& entry, const std::optional<ClientId>& client, TimePoint now);
  // Updates a connection: its activity, its progress since it was added, and the number of streams
  // that it has to pay for.
  void note(Entry& entry, Activity activity, uint64_t progress, TimePoint now,
            uint32_t streams = 1);
  // Makes a connection due at `due` at the earliest, because of progress that note() does not know.
  void postpone(Entry& entry, TimePoint due);
  static void remove(Entry& entry);

  // The connection to evict first, or null.
  Entry* due(TimePoint now) const;
  bool is_due(const Entry& entry, TimePoint now) const { return entry.due_ <= now; }
  // No connection is due before this time; TimePoint::max() if none ever is.
  TimePoint next() const;

  // Whether a new connection of `client` may replace `yielding`: if that belongs to the same client
  // or to one above its share, or if `client` is within its share.
  bool may_take_place(const std::optional<ClientId>& client, const Entry& yielding) const;

 private:
  static Entry* due_in(const Ranking& ranking, TimePoint now);
  TimePoint pay(const Entry& entry, uint64_t gained, uint32_t streams, TimePoint now) const;
  std::chrono::milliseconds patience_of(Activity activity) const;
  TimePoint due_time(Activity activity, TimePoint since) const;
  void move(Entry& entry, Activity activity, TimePoint due);
  void count(Client& client, size_t places);

  const Rules rules_;
  Ranking all_;
  // Ordered, so that no choice of addresses makes a search slow.
  std::map<ClientId, std::unique_ptr<Client>> clients_;
  OverShareList over_share_;  // few, because their shares together are fewer than all places
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_EVICTION_ORDER_H_
