#ifndef HEADRACE_ADAPTERS_EPOLL_EPOLL_LOOP_H_
#define HEADRACE_ADAPTERS_EPOLL_EPOLL_LOOP_H_

#include <cstdint>
#include <memory>

#include "headrace/adapters/loop/loop.h"
#include "headrace/adapters/loop/retries.h"
#include "headrace/adapters/socket/status.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

// A loop that moves bytes with epoll(7): the system reports that a socket is ready, and the loop
// reads and writes it.
//
// Level-triggered: unfinished reads and writes are reported again in the next turn, so a turn can
// limit its work on each connection without a list of unfinished ones. Interest changes only when a
// peer stops reading or its input is not wanted, so an ordinary request costs no epoll_ctl().
class EpollLoop final : public Loop {
 public:
  // `service` makes the handlers of accepted connections and must outlive the loop. It may be null
  // if none are accepted.
  static StatusOr<std::unique_ptr<EpollLoop>> create(const LoopOptions& options, Service* service);
  ~EpollLoop() override { close_all(); }

  int descriptor() override { return epoll_.get(); }

 private:
  struct EpollRecord;

  EpollLoop(const LoopOptions& options, Service* service, UniqueFd epoll, UniqueFd wakeup);

  std::unique_ptr<ConnectionRecord> make_record(UniqueFd socket) override;
  TimePoint wait(std::chrono::nanoseconds timeout) override;
  bool watch_listener(bool watch) override;
  void watch_connecting(ConnectionRecord& record) override;
  void retry(ConnectionRecord& record, TimePoint now) override;
  void read_ahead(ConnectionRecord& record, TimePoint now) override;
  void write(ConnectionRecord& record, TimePoint now) override;
  void watch(ConnectionRecord& record) override;

  void attend(EpollRecord& record, uint32_t ready, TimePoint now);
  void read(EpollRecord& record, uint32_t ready, TimePoint now);
  void hang_up(EpollRecord& record, TimePoint now);
  void set_interest(EpollRecord& record, uint32_t interest);

  UniqueFd epoll_;
  Retries retries_;                   // of epoll_wait()
  bool listener_known_ = false;       // whether it was added to epoll_
  std::unique_ptr<uint8_t[]> input_;  // one for all connections: they own no read buffer
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_EPOLL_EPOLL_LOOP_H_
