#ifndef HEADRACE_ADAPTERS_LOOP_CONNECTION_RECORD_H_
#define HEADRACE_ADAPTERS_LOOP_CONNECTION_RECORD_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "headrace/adapters/loop/connection_id.h"
#include "headrace/adapters/loop/deadline_queue.h"
#include "headrace/adapters/loop/eviction_order.h"
#include "headrace/adapters/loop/handler.h"
#include "headrace/adapters/loop/intrusive_list.h"
#include "headrace/adapters/loop/session.h"
#include "headrace/adapters/socket/unique_fd.h"

namespace headrace::adapters {

class Loop;
struct ConnectionRecord;

// Connections that the loop drives.
using OpenList = IntrusiveList<ConnectionRecord, struct OpenKind>;
// Connections to be attended in the next turn, because of Driver::attend() or unfinished work.
using CalledList = IntrusiveList<ConnectionRecord, struct CalledKind>;
// Connections with a system call that failed for lack of memory, to be repeated.
using RetryList = IntrusiveList<ConnectionRecord, struct RetryKind>;

// One connection of a loop. An adapter derives a class from it, with its state of the socket.
//
// The loop's ConnectionTable owns it. After the loop has closed it, it is destroyed as soon as the
// system no longer uses its memory: at once under epoll, with the last completion under io_uring.
// The destructors of its bases remove it from all lists and queues.
struct ConnectionRecord : DeadlineQueue::Entry,
                          EvictionOrder::Entry,
                          OpenList::Hook,
                          CalledList::Hook,
                          RetryList::Hook,
                          Driver {
  // An outbound connection that is being established.
  struct Connecting {
    Options options;
    Service* service;
    SecureChannels* secure;  // null: cleartext
  };

  ConnectionRecord(Loop& owner, UniqueFd fd) : loop(owner), socket(std::move(fd)) {}

  // Driver. Has no effect after the loop has closed the connection.
  void attend() override;
  SocketAddress remote() const override { return SocketAddress::remote(socket); }
  const SecureChannel* channel() const override { return session ? session->channel() : nullptr; }

  Loop& loop;
  ConnectionId id;  // set by the table
  UniqueFd socket;
  std::unique_ptr<Connecting> connecting;
  std::optional<Session> session;  // none while connecting
  bool fin_sent = false;
  bool evicted = false;    // being closed to make room for another
  bool accepted = false;   // not outbound: may be closed to make room for another
  size_t in_flight = 0;    // octets in the system's send queue when the connection was last checked
  uint64_t delivered = 0;  // octets that the peer's system had taken then
  TimePoint moves_until;   // until then the peer's progress counts as enough
  uint64_t measured = 0;   // octets sent when its queues were last measured
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_CONNECTION_RECORD_H_
