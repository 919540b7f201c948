#ifndef HEADRACE_PROTOCOL_HTTP2_ENGINE_PARTS_H_
#define HEADRACE_PROTOCOL_HTTP2_ENGINE_PARTS_H_

#include <memory>
#include <type_traits>

#include "headrace/memory/abi.h"
#include "headrace/memory/block_pool.h"
#include "headrace/memory/ledger.h"
#include "headrace/memory/recycler.h"
#include "headrace/protocol/event/event.h"
#include "headrace/protocol/frame/inbound.h"
#include "headrace/protocol/guard/time_point.h"
#include "headrace/protocol/http2/budgets.h"
#include "headrace/protocol/http2/credit.h"
#include "headrace/protocol/http2/deadlines.h"
#include "headrace/protocol/http2/field_reader.h"
#include "headrace/protocol/http2/field_writer.h"
#include "headrace/protocol/http2/going_away.h"
#include "headrace/protocol/http2/notices.h"
#include "headrace/protocol/http2/outbox.h"
#include "headrace/protocol/http2/pings.h"
#include "headrace/protocol/http2/priorities.h"
#include "headrace/protocol/http2/questions.h"
#include "headrace/protocol/http2/sender.h"
#include "headrace/protocol/http2/settings_sync.h"
#include "headrace/protocol/http2/streams.h"
#include "headrace/protocol/http2/waiting_heads.h"
#include "headrace/protocol/interface/connection_life.h"
#include "headrace/protocol/interface/options.h"
#include "headrace/protocol/interface/reports.h"
#include "headrace/protocol/message/http_date.h"

namespace headrace {
HEADRACE_ABI_BEGIN

class ConnectionInspector;  // defined by tests only
class Engine;

// All state of an HTTP/2 connection: its parts, each with its own state, and a few values. No part
// knows another one; the classes of this folder, which have no state, connect them (see Uses).
class Parts {
 public:
  Parts(Role role, std::shared_ptr<const Options> options, TimePoint now);
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

 private:
  template <typename... Used>
  friend class Uses;
  friend Engine;
  friend ConnectionInspector;

  const Role role;
  const std::shared_ptr<const Options> shared_options;
  const Options& options;
  TimePoint now;  // as given to the function of the connection that was called last
  bool memory_pressure = false;

  // Lent to the parts, so they are destroyed last.
  Ledger ledger;
  Ledger own_memory;    // for what the application causes: without a budget
  Ledger frame_memory;  // for a frame that is cut, which our MAX_FRAME_SIZE bounds
  BlockPool blocks;
  Recycler<Event> recycler;

  ConnectionLife life;
  Reports reports;
  Inbound inbound;
  FieldReader field_reader;
  FieldWriter field_writer;
  SettingsSync settings;
  Questions questions;
  Streams streams;
  WaitingHeads waiting_heads;
  Sender sender;
  Priorities priorities;
  Notices notices;
  Credit credit;
  Outbox outbox;
  Budgets budgets;
  GoingAway going_away;
  Pings pings;
  Deadlines deadlines;
  DateField date;
};

// The parts that a class uses: one that derives from Uses<Streams, Credit> reaches these two, and
// no other compiles. Such a class has no state but the pointer, so it is made where it is needed.
template <typename... Used>
class Uses {
  template <typename Part>
  static constexpr bool kUses = (std::is_same_v<Part, Used> || ...);

 public:
  explicit Uses(Parts* parts) : parts_(parts) {}

 protected:
  // For another class of this folder.
  Parts* parts() const { return parts_; }

  Role role() const { return parts_->role; }
  const Options& options() const { return parts_->options; }
  TimePoint now() const { return parts_->now; }
  bool memory_pressure() const { return parts_->memory_pressure; }

  BlockPool& blocks() const requires(kUses<BlockPool>) { return parts_->blocks; }
  Budgets& budgets() const requires(kUses<Budgets>) { return parts_->budgets; }
  ConnectionLife& life() const requires(kUses<ConnectionLife>) { return parts_->life; }
  Credit& credit() const requires(kUses<Credit>) { return parts_->credit; }
  DateField& date() const requires(kUses<DateField>) { return parts_->date; }
  Deadlines& deadlines() const requires(kUses<Deadlines>) { return parts_->deadlines; }
  FieldReader& field_reader() const requires(kUses<FieldReader>) { return parts_->field_reader; }
  FieldWriter& field_writer() const requires(kUses<FieldWriter>) { return parts_->field_writer; }
  GoingAway& going_away() const requires(kUses<GoingAway>) { return parts_->going_away; }
  Inbound& inbound() const requires(kUses<Inbound>) { return parts_->inbound; }
  Ledger& ledger() const requires(kUses<Ledger>) { return parts_->ledger; }
  Notices& notices() const requires(kUses<Notices>) { return parts_->notices; }
  Outbox& outbox() const requires(kUses<Outbox>) { return parts_->outbox; }
  Pings& pings() const requires(kUses<Pings>) { return parts_->pings; }
  Priorities& priorities() const requires(kUses<Priorities>) { return parts_->priorities; }
  Questions& questions() const requires(kUses<Questions>) { return parts_->questions; }
  Recycler<Event>& recycler() const requires(kUses<Recycler<Event>>) { return parts_->recycler; }
  Reports& reports() const requires(kUses<Reports>) { return parts_->reports; }
  Sender& sender() const requires(kUses<Sender>) { return parts_->sender; }
  SettingsSync& settings() const requires(kUses<SettingsSync>) { return parts_->settings; }
  Streams& streams() const requires(kUses<Streams>) { return parts_->streams; }
  WaitingHeads& waiting_heads() const requires(kUses<WaitingHeads>) {
    return parts_->waiting_heads;
  }

 private:
  Parts* parts_;
};

HEADRACE_ABI_END
}  // namespace headrace

#endif  // HEADRACE_PROTOCOL_HTTP2_ENGINE_PARTS_H_
