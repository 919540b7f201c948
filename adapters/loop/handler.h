#ifndef HEADRACE_ADAPTERS_LOOP_HANDLER_H_
#define HEADRACE_ADAPTERS_LOOP_HANDLER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "headrace/adapters/loop/secure_channel.h"
#include "headrace/adapters/socket/address.h"
#include "headrace/protocol/connection/connection.h"

namespace headrace::adapters {

// The application's side of one connection. It is independent of the adapter that moves the bytes.
class Handler {
 public:
  virtual ~Handler() = default;

  // Handles the connection's next event. It may call all commands of the connection; their output
  // is sent after this turn's events. It may keep the event (headrace::keep()).
  virtual void handle(EventPtr event) = 0;
  // The connection takes input, or a deadline of its own has passed. For what it has to know before
  // it answers by itself (Connection::set_time_of_day()).
  virtual void prepare() {}
  // The octets that the handler holds for the peer (kept events, bodies), without those of the
  // connection. They count for LoopOptions::memory. Called after each turn of the connection.
  virtual size_t memory() const { return 0; }
};

// The loop's side of one connection, for its handler. It lives as long as the handler.
class Driver {
 public:
  virtual ~Driver() = default;

  // To be called, on the loop's thread, after commands outside of handle(), for example by a timer
  // of the application. Their output is sent and their events are handled in the loop's next turn.
  virtual void attend() = 0;
  // The peer's address. Makes a system call.
  virtual SocketAddress remote() const = 0;
  // What encrypts the connection (a tls::Channel, for example); null if nothing does.
  virtual const SecureChannel* channel() const { return nullptr; }
};

// Makes the handlers of one loop's connections. It is called on the loop's thread only.
class Service {
 public:
  virtual ~Service() = default;

  // A connection was accepted, or an outbound one was established, and its TLS handshake, if any,
  // is complete. It outlives all calls of the handler, but is destroyed before the handler, so body
  // sources and views may be members of that. Commands may be called already; events follow later.
  virtual std::unique_ptr<Handler> open(Connection& connection, Driver& driver) = 0;

  // The process has no descriptor for a new connection. Returns whether the service has closed one
  // that it can open again, for example of a file. If not, a connection may be closed instead.
  virtual bool give_back_descriptor() { return false; }

  // When the loop is to call expire(); TimePoint::max() if never. Asked in each turn.
  virtual TimePoint next_deadline() const { return TimePoint::max(); }
  virtual void expire(TimePoint /*now*/) {}

  // An outbound connection could not be established; open() will not be called. `error`: an errno
  // value.
  virtual void connect_failed(int /*error*/) {}
  // The TLS handshake of a connection has failed; open() will not be called. `reason`: one line for
  // people. `remote`: the peer's address.
  virtual void handshake_failed(const std::string& /*reason*/, const SocketAddress& /*remote*/) {}
};

}  // namespace headrace::adapters

#endif  // HEADRACE_ADAPTERS_LOOP_HANDLER_H_
