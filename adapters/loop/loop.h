#ifndef HEADRACE_ADAPTERS_LOOP_LOOP_H_
#define HEADRACE_ADAPTERS_LOOP_LOOP_H_

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
#include "headrace/adapters/loop/eviction_order.h"
#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/loop/loop_options.h"
#include "headrace/adapters/loop/loop_statistics.h"
#include "headrace/adapters/loop/work_budget.h"
#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// Drives connections on one thread: those accepted from a listening socket, and outbound ones.
// Loops share no state.
//
// This class has all that does not depend on the system's I/O: which connections are accepted, the
// order of work, deadlines, and the end of connections and of the loop. An adapter (EpollLoop,
// IoUringLoop) adds the I/O with the virtual functions below.
class Loop {
 public:
  virtual ~Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // All functions except stop() must be called on one thread.

  // Accepts connections from a non-blocking listening socket. At most once.
  void listen(UniqueFd listener);
  // Serves a connected non-blocking stream socket.
  void adopt(UniqueFd socket);
  // Becomes the client on a non-blocking stream socket that is connected or connecting
  // (EINPROGRESS). A later turn calls service->open() or service->connect_failed(). The service
  // must outlive the connection. May be called in any function of a Handler or Service. `secure`
  // encrypts the connection (a tls::Destination) and must outlive it; null: cleartext.
  void connect(UniqueFd socket, const Options& options, Service* service,
               SecureChannels* secure = nullptr);

  // Runs until stop() and the end of the last connection, or until a failure().
  void run();
  // Waits at most `max_wait` for work and does it. False after stop() and the end of the last
  // connection, and after a failure().
  bool turn(std::chrono::milliseconds max_wait);
  // Not OK if the system call that the loop waits with has failed for good; the reason is one line.
  // The loop can then only be destroyed, which ends its connections.
  const Status& failure() const { return failure_; }

  // For a loop inside another event loop: call turn() when this descriptor is readable, and at
  // next_deadline().
  virtual int descriptor() = 0;
  TimePoint next_deadline(TimePoint now) const;

  // Stops gracefully: accepts no more connections and closes each when its streams have ended, or
  // at the end of LoopOptions::shutdown_grace. A second call closes all at once. May be called on
  // any thread and in a signal handler.
  void stop();

  // The number of connections, including those that are connecting.
  size_t open_connections() const { return open_.size(); }
  const LoopStatistics& statistics() const { return statistics_; }

 protected:
  // Limits the work of a turn, so that newcomers do not starve the connections.
  static constexpr int kAcceptsPerTurn = 64;

  // `service` makes the handlers of accepted connections and must outlive the loop. It may be null
  // if none are accepted. `wakeup`: an eventfd that stop() writes to, for which the adapter must
  // wait, too. `explicit_release`: the adapter calls Session::released().
  Loop(const LoopOptions& options, Service* service, UniqueFd wakeup, bool explicit_release);
  static StatusOr<UniqueFd> make_wakeup();

  // --- Implemented by the adapter.

  // Makes the adapter's record of a new connection.
  virtual std::unique_ptr<ConnectionRecord> make_record(UniqueFd socket) = 0;
  // Waits for at most `timeout` (without limit if max()) and does the I/O that is ready: calls
  // accept_waiting() or start_accepted(), finish_connecting(), and settle() for each connection
  // that received or sent bytes. Returns the time at which the wait ended.
  virtual TimePoint wait(std::chrono::nanoseconds timeout) = 0;
  // Begins or ends to watch the listener for new connections. False if the system had no memory for
  // it; the loop then calls it again a little later.
  virtual bool watch_listener(bool watch) = 0;
  // No more connections are accepted.
  virtual void close_listener(UniqueFd listener) { listener.reset(); }
  // Requests a call of finish_connecting() when the connection is established or has failed.
  virtual void watch_connecting(ConnectionRecord& record) = 0;
  // Repeats the operation whose failure led to retry_later().
  virtual void retry(ConnectionRecord& record, TimePoint now) = 0;
  // Reads the input that has already arrived on a new connection.
  virtual void read_ahead(ConnectionRecord& /*record*/, TimePoint /*now*/) {}
  // Writes as much of the session's output as possible without blocking.
  virtual void write(ConnectionRecord& record, TimePoint now) = 0;
  // Watches the socket for input, and for room for output, if the session wants them.
  virtual void watch(ConnectionRecord& record) = 0;
  // The loop has closed the connection. Calls destroy() as soon as the system no longer uses it.
  virtual void close(ConnectionRecord& record) { destroy(record); }
  // Whether all operations have ended, so that the loop can be destroyed and run() may return.
  virtual bool is_idle() const { return true; }
  // Whether operations have not been submitted to the system yet.
  virtual bool has_unsubmitted() const { return false; }

  // --- Called by the adapter.

  static TimePoint current_time() { return std::chrono::steady_clock::now(); }
  bool is_stopping() const { return stops_handled_ > 0; }
  // How many more connections may be accepted.
  size_t room(TimePoint now) const { return admission_.room(open_.size(), now); }
  // Whether a connection may be accepted, perhaps in place of another one.
  bool has_place(TimePoint now) { return room(now) > 0 || next_to_evict(now) != nullptr; }
  // Accepts connections from the listen queue. It may close others to make room, so call it after
  // all other work of a wait. True if it stopped at the turn's limit or for lack of memory, so that
  // more may be waiting.
  bool accept_waiting(TimePoint now);
  void start_accepted(UniqueFd socket, TimePoint now);
  // Sets failure(), unless `reason` is OK.
  void fail(Status reason) {
    if (failure_.ok()) failure_ = std::move(reason);
  }
  // accept() failed with this errno value.
  void accept_failed(int error, TimePoint now);
  void finish_connecting(ConnectionRecord& record, TimePoint now);
  // A send failed with this errno value, and not for lack of memory.
  static void output_failed(ConnectionRecord& record, int error, TimePoint now);
  // To be called after anything that may have changed a session: writes, watches, or closes.
  void settle(ConnectionRecord& record, TimePoint now);
  // An operation failed for lack of memory: retry() is called in a tenth of a second. Until then
  // is_retrying() is true and the operation is not repeated.
  void retry_later(ConnectionRecord& record, TimePoint now);
  bool is_retrying(const ConnectionRecord& record) const { return retries_.contains(record); }
  // Whether more memory is used than LoopOptions::memory. make_room() is called at the end of a
  // turn, or by an adapter that cannot wait for it.
  bool is_short_of_memory() const {
    return options_.memory > 0 && statistics_.memory.value() > options_.memory;
  }
  void make_room(TimePoint now);
  // Closes all connections and accepts no more. An adapter's destructor calls it first.
  void close_all();
  // Null if the connection was destroyed.
  ConnectionRecord* find(ConnectionId id) const { return records_.find(id); }
  // The connection's handler may call connect() meanwhile.
  void destroy(ConnectionRecord& record) { records_.take(record.id).reset(); }
  // Makes close() discard the octets that the peer has not acknowledged and reset the connection.
  static void abort_at_close(const UniqueFd& socket);
  // Resets the connection at once, even while operations of the system refer to the socket.
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
             SecureChannels* secure, TimePoint now);
  void end_connecting(ConnectionRecord& record, int error, TimePoint now);
  void remove(ConnectionRecord& record);
  std::optional<ClientId> client_of(const UniqueFd& socket) const;
  void note_progress(ConnectionRecord& record, TimePoint now);
  bool is_moving(ConnectionRecord& record, TimePoint now);
  static void measure_queues(ConnectionRecord& record);
  ConnectionRecord* next_to_evict(TimePoint now);
  void evict(ConnectionRecord& record, TimePoint now);
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
  EvictionOrder eviction_order_;
  WorkBudget budget_;
  OpenList open_;
  CalledList called_;  // by Driver::attend()
  RetryList retries_;
  TimePoint retry_at_;  // valid if there are retries
  LoopStatistics statistics_;
  uint64_t most_held_ = 0;  // most memory of all connections since the allocator last freed some
  Status failure_;
  std::atomic<int> stops_requested_ = 0;
  int stops_handled_ = 0;
  TimePoint grace_ends_ = TimePoint::max();
  bool ended_ = false;  // no connection is added any more
  // Last, and so destroyed first, because the records refer to the other members.
  ConnectionTable<ConnectionRecord> records_;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_LOOP_H_
