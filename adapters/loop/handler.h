#ifndef HEADRACE_ADAPTERS_LOOP_HANDLER_H_
#define HEADRACE_ADAPTERS_LOOP_HANDLER_H_

#include <cstddef>
#include <memory>

#include "headrace/adapters/socket/address.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::adapters {

// What the application does with one connection. Every adapter calls it in the same way; nothing in
// it knows how the bytes travel.
class Handler {
 public:
  virtual ~Handler() = default;

  // The connection's next event. Every command of the connection is legal here, and what it makes
  // ready to be sent goes out when this turn's events are through. The handler may keep the event
  // (headrace::keep).
  virtual void handle(EventPtr event) = 0;
  // Octets that it holds for the peer, beside the connection's own: kept events, bodies. They count
  // towards LoopOptions::memory. Asked after every turn of the connection.
  virtual size_t memory() const { return 0; }
};

// What drives one connection, as its handler sees it. It lives as long as the handler.
class Driver {
 public:
  virtual ~Driver() = default;

  // The connection was given commands outside of handle(): a timer of the application's, a file
  // that can be read now. What they made ready is sent, and their events come, within the loop's
  // next turn. From the loop's thread.
  virtual void attend() = 0;
  // Where the peer's end is. Asks the system.
  virtual SocketAddress remote() const = 0;
};

// Makes the handlers of one loop's connections. Only that loop's thread calls it.
class Service {
 public:
  virtual ~Service() = default;

  // A connection was accepted, or an outbound one was made. It outlives every call of the handler,
  // and is destroyed before the handler is, so body sources and views may live in there. It is not
  // yet driven: events come later. Commands are legal already.
  virtual std::unique_ptr<Handler> open(Connection& connection, Driver& driver) = 0;

  // The process has no descriptor for a newcomer. True: one that can be opened again, a file's
  // perhaps, was closed. Else a connection may have to give way.
  virtual bool give_back_descriptor() { return false; }

  // An outbound connection could not be made: an errno value. open() will not be called for it.
  virtual void connect_failed(int /*error*/) {}
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_HANDLER_H_
