#ifndef HEADRACE_ADAPTERS_EPOLL_EPOLL_LOOP_H_
#define HEADRACE_ADAPTERS_EPOLL_EPOLL_LOOP_H_

#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "adapters/loop/admission.h"
#include "adapters/loop/deadline_queue.h"
#include "adapters/loop/handler.h"
#include "adapters/loop/loop_options.h"
#include "adapters/loop/loop_statistics.h"
#include "adapters/loop/session.h"
#include "adapters/socket/unique_fd.h"

namespace headrace::adapters {

// Drives connections on one thread with epoll(7): those that come in over a listening socket, and
// those that are made to others. Several loops share nothing.
//
// Level-triggered: what is not read or written this turn is reported again in the next, so a turn
// can bound its work on each connection and nothing needs a list of unfinished ones. Interest
// changes only when a peer stops reading or is held back, so an ordinary request costs no
// epoll_ctl().
class EpollLoop {
 public:
  // `service` makes the handlers of accepted connections, and must outlive the loop. It may be null
  // where none are.
  static absl::StatusOr<std::unique_ptr<EpollLoop>> create(const LoopOptions& options,
                                                           Service* service);
  ~EpollLoop();
  EpollLoop(const EpollLoop&) = delete;
  EpollLoop& operator=(const EpollLoop&) = delete;

  // Accepts connections from a non-blocking listening socket. At most once.
  void listen(UniqueFd listener);
  // Serves a connected non-blocking stream socket.
  void adopt(UniqueFd socket);
  // Is the client on a non-blocking stream socket that is connected, or connecting (EINPROGRESS).
  // In a later turn service->open() is called, or service->connect_failed(); it must outlive the
  // connection. Legal everywhere in a Handler or Service.
  void connect(UniqueFd socket, const Options& options, Service* service);

  // Turns until stop() and the end of the last connection.
  void run();
  // Waits at most `max_wait` for something to do and does it. False: stopped, and nothing is left.
  bool turn(std::chrono::milliseconds max_wait);

  // For a loop inside another one: turn() has something to do when this descriptor is readable, and
  // at this time.
  int descriptor() const { return epoll_.get(); }
  TimePoint next_deadline(TimePoint now) const;

  // Graceful: accepting ends, open streams finish (until the grace period is over), connections
  // close. Called again: at once. From any thread, and from a signal handler.
  void stop();

  // Those that are still connecting among them.
  size_t open_connections() const { return peers_.size(); }
  const LoopStatistics& statistics() const { return statistics_; }

 private:
  struct Peer;

  EpollLoop(const LoopOptions& options, Service* service, UniqueFd epoll, UniqueFd wakeup);

  int wait_milliseconds(std::chrono::milliseconds max_wait, TimePoint now) const;
  bool accept(TimePoint now);
  Peer& add(UniqueFd socket, uint32_t interest);
  void start(Peer& peer, Role role, const Options& options, Service& service, TimePoint now);
  void finish_connecting(Peer& peer, int error, TimePoint now);
  void attend(Peer& peer, uint32_t ready, TimePoint now);
  void read(Peer& peer, uint32_t ready, TimePoint now);
  void write(Peer& peer, TimePoint now);
  void settle(Peer& peer);
  void remove(Peer& peer);
  void expire_deadlines(TimePoint now);
  void attend_called(TimePoint now);
  void watch_listener(TimePoint now);
  void handle_stop(TimePoint now);
  void stop_gracefully(TimePoint now);
  void stop_at_once(TimePoint now);

  const LoopOptions options_;
  Service* const service_;
  UniqueFd epoll_;
  UniqueFd wakeup_;
  UniqueFd listener_;
  bool listener_watched_ = false;
  Admission admission_;
  DeadlineQueue deadlines_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<Peer*> called_;         // by Driver::attend(); null where it was removed since
  std::unique_ptr<uint8_t[]> input_;  // one for all connections: they own no read buffer
  LoopStatistics statistics_;
  std::atomic<int> stops_requested_ = 0;
  int stops_handled_ = 0;
  TimePoint grace_ends_ = TimePoint::max();
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_EPOLL_EPOLL_LOOP_H_
