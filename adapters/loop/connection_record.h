#ifndef HEADRACE_ADAPTERS_LOOP_CONNECTION_RECORD_H_
#define HEADRACE_ADAPTERS_LOOP_CONNECTION_RECORD_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "headrace/adapters/loop/connection_id.h"
#include "headrace/adapters/loop/deadline_queue.h"
#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/loop/intrusive_list.h"
#include "headrace/adapters/loop/session.h"
#include "headrace/adapters/loop/yield_order.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

class Loop;
struct ConnectionRecord;

// The loop drives it.
using OpenList = IntrusiveList<ConnectionRecord, struct OpenKind>;
// It waits for its turn, by attend().
using CalledList = IntrusiveList<ConnectionRecord, struct CalledKind>;
// The system had no memory for what was asked of it.
using RetryList = IntrusiveList<ConnectionRecord, struct RetryKind>;

// One connection of a loop. An adapter derives its own, with what it knows of the socket.
//
// The loop's ConnectionTable owns it. It is open until the loop is through with it, and is then
// destroyed as soon as the system has let go of it: at once under epoll, with the last completion
// under io_uring. Every list and queue is left by its base's destructor.
struct ConnectionRecord : DeadlineQueue::Entry,
                          YieldOrder::Entry,
                          OpenList::Hook,
                          CalledList::Hook,
                          RetryList::Hook,
                          Driver {
  // An outbound connection that is not made yet.
  struct Connecting {
    Options options;
    Service* service;
  };

  ConnectionRecord(Loop& owner, UniqueFd fd) : loop(owner), socket(std::move(fd)) {}

  // Driver. Of no consequence once the loop is through with the connection.
  void attend() override;
  SocketAddress remote() const override { return SocketAddress::remote(socket); }

  Loop& loop;
  ConnectionId id;  // set by the table
  UniqueFd socket;
  std::unique_ptr<Connecting> connecting;
  std::optional<Session> session;  // none while it is connecting
  bool fin_sent = false;
  bool evicted = false;    // to make room, and has not gone yet
  bool accepted = false;   // may have to give way to a newcomer
  size_t in_flight = 0;    // octets that the system had for it when it was asked to
  uint64_t delivered = 0;  // octets that the peer's system had then
  TimePoint moves_until;   // what its peer's system took may do for so long
  uint64_t measured = 0;   // octets that it had been sent when its queues were measured
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_CONNECTION_RECORD_H_
