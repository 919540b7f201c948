#ifndef HEADRACE_ADAPTERS_LOOP_PEER_H_
#define HEADRACE_ADAPTERS_LOOP_PEER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "adapters/loop/deadline_queue.h"
#include "adapters/loop/handler.h"
#include "adapters/loop/session.h"
#include "adapters/loop/yield_order.h"
#include "adapters/socket/unique_fd.h"

namespace headrace::adapters {

class Loop;

// One connection of a loop. An adapter derives its own, with what it knows of the socket.
struct Peer : DeadlineQueue::Entry, YieldOrder::Entry, Driver {
  // An outbound connection that is not made yet.
  struct Connecting {
    Options options;
    Service* service;
  };

  Peer(Loop& owner, UniqueFd fd) : loop(owner), socket(std::move(fd)) {}

  // Driver
  void attend() override;

  Loop& loop;
  UniqueFd socket;
  std::unique_ptr<Connecting> connecting;
  std::optional<Session> session;  // none while it is connecting
  bool usable = true;              // false: the system has no room to watch it
  bool called = false;             // waits in the loop for its turn, by attend()
  bool fin_sent = false;
  bool evicted = false;   // to make room, and has not gone yet
  bool accepted = false;  // may have to give way to a newcomer
  size_t in_flight = 0;   // octets that the system had for it when it was asked to
  size_t index = 0;       // among the loop's peers
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_PEER_H_
