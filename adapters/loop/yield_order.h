#ifndef HEADRACE_ADAPTERS_LOOP_YIELD_ORDER_H_
#define HEADRACE_ADAPTERS_LOOP_YIELD_ORDER_H_

#include <absl/container/flat_hash_map.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "headrace/adapters/loop/intrusive_list.h"
#include "headrace/adapters/socket/client_id.h"
#include "headrace/protocol/connection/options.h"

namespace headrace::adapters {

// Who gives way when every place is taken and somebody waits for one: the connections that were
// accepted, by the time from which each of them may be asked to. Nothing here looks at all of them.
//
// A busy connection pays for its place with progress, R octets a second for each of its streams:
// with n of them an octet pays for 1/nR seconds, from the time on until which it has paid; never
// beyond the present, and never for what it owes from before its patience. So an octet now and then
// buys nothing, one stream that gets on does not pay for many that do not, and who was paused for
// long and goes on is not charged for the pause.
//
// Clients with more places than their share give way before all others.
class YieldOrder {
 public:
  // How a connection stands. The first kind gives way before the others.
  enum class Standing : uint8_t {
    kNew,   // its preface is not complete. Whatever comes of it counts for nothing
    kIdle,  // no stream is open, and no output waits
    kBusy,
  };
  struct Rules {
    // A connection yields when it has been new or idle for so long, and when it has not paid for
    // so long while it was busy. Zero: never.
    std::chrono::milliseconds idle;
    std::chrono::milliseconds stalled;
    uint64_t rate;  // units of progress a second for a stream; 0: any progress pays in full
    size_t share;   // places that a client may have before it is the first to give way
  };

  class Entry;

 private:
  using Key = std::pair<TimePoint, Entry*>;      // from when on it is due
  using Ranking = std::array<std::set<Key>, 3>;  // by standing

  struct Client;
  using OverShareList = IntrusiveList<Client, YieldOrder>;
  struct Client : OverShareList::Hook {
    ClientId id;
    size_t places = 0;
    Ranking ranking;
  };

 public:
  // To be a base of what is ordered, which leaves its order when it is destroyed.
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { remove(*this); }

   private:
    friend class YieldOrder;
    YieldOrder* order_ = nullptr;  // null: in none
    Client* client_ = nullptr;     // null: it has no share
    TimePoint due_;
    TimePoint paid_until_;   // its patience included
    uint64_t progress_ = 0;  // that was taken into account
    Standing standing_ = Standing::kNew;
  };

  explicit YieldOrder(const Rules& rules) : rules_(rules) {}
  ~YieldOrder();
  YieldOrder(const YieldOrder&) = delete;
  YieldOrder& operator=(const YieldOrder&) = delete;

  // Takes in a connection that is new. `client`: whose share it counts in; none for one that stands
  // for many, a proxy.
  void enter(Entry& entry, const std::optional<ClientId>& client, TimePoint now);
  // How a connection stands now, what it has come to since it entered, and how many streams it has
  // to pay for.
  void note(Entry& entry, Standing standing, uint64_t progress, TimePoint now,
            uint32_t streams = 1);
  // It is not due before `due`, whatever it has paid: something moves that `progress` does not
  // tell.
  void postpone(Entry& entry, TimePoint due);
  static void remove(Entry& entry);

  // Who is to yield first, or null.
  Entry* due(TimePoint now) const;
  bool is_due(const Entry& entry, TimePoint now) const { return entry.due_ <= now; }
  // Nobody is due before this; TimePoint::max() where nobody ever is.
  TimePoint next() const;

  // Whether a newcomer of `client` may take the place of `yielding`: one of its own, or of a client
  // above its share, or one that is within its own share.
  bool may_take_place(const std::optional<ClientId>& client, const Entry& yielding) const;

 private:
  static Entry* due_in(const Ranking& ranking, TimePoint now);
  TimePoint pay(const Entry& entry, uint64_t gained, uint32_t streams, TimePoint now) const;
  std::chrono::milliseconds patience_of(Standing standing) const;
  TimePoint due_time(Standing standing, TimePoint since) const;
  void move(Entry& entry, Standing standing, TimePoint due);
  void count(Client& client, size_t places);

  const Rules rules_;
  Ranking all_;
  absl::flat_hash_map<ClientId, std::unique_ptr<Client>> clients_;
  OverShareList over_share_;  // few: their shares together are less than all places
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_YIELD_ORDER_H_
