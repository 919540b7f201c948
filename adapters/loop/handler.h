#ifndef HEADRACE_ADAPTERS_LOOP_HANDLER_H_
#define HEADRACE_ADAPTERS_LOOP_HANDLER_H_

#include <memory>

#include "protocol/connection/connection.h"

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
};

// Makes the handlers of one loop's connections. Only that loop's thread calls it.
class Service {
 public:
  virtual ~Service() = default;

  // A connection was accepted. It outlives every call of the handler, and is destroyed before the
  // handler is, so body sources and views may live in there. It is not yet driven: events come
  // later.
  virtual std::unique_ptr<Handler> open(Connection& connection) = 0;
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_HANDLER_H_
