#ifndef HEADRACE_ADAPTERS_LOOP_LOOP_H_
#define HEADRACE_ADAPTERS_LOOP_LOOP_H_

#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "headrace/adapters/loop/admission.h"
#include "headrace/adapters/loop/connection_record.h"
#include "headrace/adapters/loop/connection_table.h"
#include "headrace/adapters/loop/deadline_queue.h"
#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/loop/loop_options.h"
#include "headrace/adapters/loop/loop_statistics.h"
#include "headrace/adapters/loop/work_budget.h"
#include "headrace/adapters/loop/yield_order.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// Drives connections on one thread: those that come in over a listening socket, and those that are
// made to others. Several loops share nothing.
//
// Everything that does not depend on how a system moves bytes is here: who is accepted, whose turn
// it is, deadlines, how a connection and how the loop ends. An adapter (EpollLoop, IoUringLoop)
// adds the I/O: the virtual functions below.
class Loop {
 public:
  virtual ~Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // All of these from one thread, but for stop().

  // Accepts connections from a non-blocking listening socket. At most once.
  void listen(UniqueFd listener);
  // Serves a connected non-blocking stream socket.
  void adopt(UniqueFd socket);
  // Is the client on a non-blocking stream socket that is connected, or connecting (EINPROGRESS).
  // In a later turn service->open() is called, or service->connect_failed(); it must outlive the
  // connection. Legal everywhere in a Handler or Service.
  void connect(UniqueFd socket, const Options& options, Service* service);

  // Turns until stop() and the end of the last connection, or a failure().
  void run();
  // Waits at most `max_wait` for something to do and does it. False: stopped, and nothing is left;
  // or a failure().
  bool turn(std::chrono::milliseconds max_wait);
  // Why the loop can't go on, in one line: the system does not let it wait. All that is left is to
  // destroy it, which ends its connections.
  const absl::Status& failure() const { return failure_; }

  // For a loop inside another one: turn() has something to do when this descriptor is readable, and
  // at this time.
  virtual int descriptor() = 0;
  TimePoint next_deadline(TimePoint now) const;

  // Graceful: accepting ends, open streams finish (until the grace period is over), connections
  // close. Called again: at once. From any thread, and from a signal handler.
  void stop();

  // Those that are still connecting among them.
  size_t open_connections() const { return open_.size(); }
  const LoopStatistics& statistics() const { return statistics_; }

 protected:
  // Bounds of one turn, so that no connection starves the others.
  static constexpr int kAcceptsPerTurn = 64;

  // `service` makes the handlers of accepted connections, and must outlive the loop. It may be null
  // where none are. `wakeup` is an eventfd that stop() writes to: the adapter waits for it too.
  // `explicit_release`: it calls Session::released().
  Loop(const LoopOptions& options, Service* service, UniqueFd wakeup, bool explicit_release);
  static absl::StatusOr<UniqueFd> make_wakeup();

  // --- What an adapter adds.

  // Its record of a new connection.
  virtual std::unique_ptr<ConnectionRecord> make_record(UniqueFd socket) = 0;
  // Waits, for at most `timeout` (max(): for ever), and does the I/O that is ready then: calls
  // accept_waiting() or start_accepted(), finish_connecting(), and settle() for every connection
  // that got bytes or got rid of some. Says when the waiting ended.
  virtual TimePoint wait(std::chrono::nanoseconds timeout) = 0;
  // From now on the listener's newcomers are asked for, or not. False: the system had no memory for
  // that; it is asked again a little later.
  virtual bool watch_listener(bool watch) = 0;
  // Nobody comes in any more.
  virtual void close_listener(UniqueFd listener) { listener.reset(); }
  // finish_connecting() is wanted when the connection is made, or can't be.
  virtual void watch_connecting(ConnectionRecord& record) = 0;
  // Does again what has failed when retry_later() was called.
  virtual void retry(ConnectionRecord& record, TimePoint now) = 0;
  // Takes in what has already come on a connection that is new.
  virtual void read_ahead(ConnectionRecord& /*record*/, TimePoint /*now*/) {}
  // Writes what the session wants written, as far as that goes now.
  virtual void write(ConnectionRecord& record, TimePoint now) = 0;
  // Sees to it that input, and room for output, come to notice while the session wants them.
  virtual void watch(ConnectionRecord& record) = 0;
  // The loop is through with it: destroy() as soon as the system is, too.
  virtual void close(ConnectionRecord& record) { destroy(record); }
  // What was begun has ended: it can be destroyed, or run() may return.
  virtual bool is_idle() const { return true; }
  // Work that was begun is not yet handed to the system.
  virtual bool has_unsubmitted() const { return false; }

  // --- What it calls.

  static TimePoint current_time() { return std::chrono::steady_clock::now(); }
  bool is_stopping() const { return stops_handled_ > 0; }
  // How many more connections may come in.
  size_t room(TimePoint now) const { return admission_.room(open_.size(), now); }
  // Or one that takes the place of another.
  bool has_place(TimePoint now) { return room(now) > 0 || who_yields(now) != nullptr; }
  // Takes newcomers out of the listen queue. Others may have to give way, so it is called when all
  // that a wait has told of them is done. True: it stopped at the turn's bound or for lack of
  // memory, and more may be waiting.
  bool accept_waiting(TimePoint now);
  void start_accepted(UniqueFd socket, TimePoint now);
  // Unless it is OK, this is the failure().
  void fail(absl::Status reason) { failure_.Update(std::move(reason)); }
  // accept() failed with this errno value.
  void accept_failed(int error, TimePoint now);
  void finish_connecting(ConnectionRecord& record, TimePoint now);
  // After everything that may have changed a session: writes, watches, or closes.
  void settle(ConnectionRecord& record, TimePoint now);
  // The system had no memory for what was asked of it: retry() is called in a tenth of a second.
  // Until then the record is_retrying(), and what has failed is not asked again.
  void retry_later(ConnectionRecord& record, TimePoint now);
  bool is_retrying(const ConnectionRecord& record) const { return retries_.contains(record); }
  // More is held than LoopOptions::memory. The turn's end makes room, or who cannot wait for it.
  bool is_short_of_memory() const {
    return options_.memory > 0 && statistics_.memory.value() > options_.memory;
  }
  void make_room(TimePoint now);
  // And nobody comes in any more. First in the destructor of an adapter.
  void close_all();
  // Null: the connection is gone.
  ConnectionRecord* find(ConnectionId id) const { return records_.find(id); }
  // Its handler may call connect() meanwhile.
  void destroy(ConnectionRecord& record) { records_.take(record.id).reset(); }
  // close() will drop what the peer has not acknowledged, and reset the connection.
  static void abort_at_close(const UniqueFd& socket);
  // The same at once: what the system holds is given back although it may still refer to the
  // socket.
  static void abort_now(const UniqueFd& socket);

  const LoopOptions& options() const { return options_; }
  const UniqueFd& wakeup() const { return wakeup_; }
  const UniqueFd& listener() const { return listener_; }
  LoopStatistics& counters() { return statistics_; }

 private:
  friend struct ConnectionRecord;

  std::chrono::nanoseconds timeout(std::chrono::milliseconds max_wait, TimePoint now) const;
  ConnectionRecord& add(UniqueFd socket);
  TimePoint next_event(TimePoint now) const;
  void start(ConnectionRecord& record, Role role, const Options& options, Service& service,
             TimePoint now);
  void end_connecting(ConnectionRecord& record, int error, TimePoint now);
  void remove(ConnectionRecord& record);
  std::optional<ClientId> client_of(const UniqueFd& socket) const;
  void note_progress(ConnectionRecord& record, TimePoint now);
  bool is_moving(ConnectionRecord& record, TimePoint now);
  static void measure_queues(ConnectionRecord& record);
  ConnectionRecord* who_yields(TimePoint now);
  void yield(ConnectionRecord& record, TimePoint now);
  void end_at_once(ConnectionRecord& record, TimePoint now);
  TimePoint next_place(TimePoint now) const;
  template <typename Visit>
  void for_each_open(Visit visit);
  ConnectionRecord& largest_holder(TimePoint now) const;
  void expire_deadlines(TimePoint now);
  void attend_called(TimePoint now);
  void retry_failed(TimePoint now);
  void update_listener(TimePoint now);
  void handle_stop(TimePoint now);
  void give_memory_back();
  void stop_gracefully(TimePoint now);
  void stop_at_once(TimePoint now);

  LoopOptions options_;
  Service* const service_;
  UniqueFd wakeup_;
  UniqueFd listener_;
  bool listener_watched_ = false;
  Admission admission_;
  DeadlineQueue deadlines_;
  YieldOrder yield_order_;
  WorkBudget budget_;
  OpenList open_;
  CalledList called_;  // by Driver::attend()
  RetryList retries_;
  TimePoint retry_at_;  // where there are any
  LoopStatistics statistics_;
  uint64_t most_held_ = 0;  // by all connections, since the allocator gave some back
  absl::Status failure_;
  std::atomic<int> stops_requested_ = 0;
  int stops_handled_ = 0;
  TimePoint grace_ends_ = TimePoint::max();
  bool ended_ = false;  // nothing is added any more
  // Last, and so destroyed first: what is left in it refers to the rest.
  ConnectionTable<ConnectionRecord> records_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_LOOP_H_
